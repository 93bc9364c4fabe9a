"""The averages are those of `statistics`."""

from __future__ import annotations

import statistics

import pytest

from caffe_ls.analysis.averages import mean, median


@pytest.mark.parametrize("values", [[3.0], [2.0, 1.0], [0.1, 0.2, 0.3], [5, 1, 4, 2], [1e300, -1e300, 1.0]])
def test_they_are_those_of_the_standard_library(values: list[float]) -> None:
    assert median(values) == statistics.median(values)
    assert mean(values) == statistics.fmean(values)


def test_there_is_no_median_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        median([])
