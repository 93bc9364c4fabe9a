"""Numbers of a run, told to people."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.observations import share_in_words


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.0123, "1.23 % of their size"),
        (0.25, "25 % of their size"),
        (3.52, "3.52 times their size"),
        (320.4, "320 times their size"),
        (45_678.0, "45,678 times their size"),
        (3e20, "3e+20 times their size"),
    ],
)
def test_a_step_is_told_as_a_part_of_the_weights_or_a_multiple(share: float, told: str) -> None:
    assert share_in_words(share) == told
