"""Numbers beyond their field: both bounds are told."""

from __future__ import annotations

import pytest

from tests.rules.checking import findings_of


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("kernel_size: -3", "`kernel_size` takes 0 to 4294967295, not -3"),
        ("kernel_size: 4294967296", "`kernel_size` takes 0 to 4294967295, not 4294967296"),
        ("kernel_size: -0", "`kernel_size` takes 0 to 4294967295, not -0"),
        ("global_pooling: 2", "`global_pooling` takes `true` or `false` (1 or 0), not 2"),
    ],
)
def test_bounds(field: str, message: str) -> None:
    found = findings_of(f'layer {{ name: "p" type: "Pooling" pooling_param {{ {field} }} }}\n')
    assert [finding.message for finding in found] == [message]


def test_a_number_of_any_length_is_shown_in_short() -> None:
    found = findings_of(f'layer {{ name: "p" type: "Pooling" pooling_param {{ stride: {"9" * 100_000} }} }}\n')
    assert [finding.rule for finding in found] == ["number-out-of-range"]
    assert len(found[0].message) < 120
