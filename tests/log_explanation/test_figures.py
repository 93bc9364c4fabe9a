"""Numbers and pictures as hovers write them."""

from __future__ import annotations

import math

import pytest

from caffe_ls.log_explanation.figures import figure, shape_text, sparkline
from caffe_ls.log_explanation.history import history
from caffe_ls.training_log.series import Series


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([0, 1, 2, 7], "▁▂▃█"),
        ([3, 3], "▅▅"),
        ([1e-6, 1e-3, 1.0], "▁▅█"),
        ([1, math.nan, math.inf], "▅✕✕"),
        ([math.nan], "✕"),
        ([-3.4e38, 3.4e38], "▁█"),
        ([], ""),
    ],
)
def test_a_sparkline_has_a_block_for_each_value(values: list[float], drawn: str) -> None:
    assert sparkline(values) == drawn


def test_numbers_keep_the_sign_of_nan() -> None:
    assert [figure(value) for value in (0.1, math.nan, -math.nan, math.inf, 1e20)] == [
        "0.1",
        "nan",
        "-nan",
        "inf",
        "1e+20",
    ]


def test_unknown_dimensions_are_told_as_such() -> None:
    assert (shape_text((4, None)), shape_text(())) == ("4 × ?", "a single number")


def test_the_history_of_a_line_ends_with_that_line() -> None:
    series = Series()
    for at in range(50):
        series.add(at, float(at), 10 * at + 1)
    past = history(series, 305)
    assert (past.iterations[-1], past.values[-1], len(past.values)) == (30, 30.0, 24)
    assert history(series, 0).values == ()
    assert history(None, 7).values == ()


def test_a_value_that_a_long_series_has_not_kept_is_still_the_last_of_its_history() -> None:
    series = Series(points=4)
    for at in range(200):
        series.add(at, float(at % 10), at + 1)
    lost = next(
        at for at in range(100, 150) if at + 1 not in [series.line_at(kept) for kept in range(len(series.values))]
    )
    past = history(series, lost + 1, (lost, float(lost % 10)))
    assert (past.iterations[-1], past.values[-1]) == (lost, float(lost % 10))
    kept = series.line_at(len(series.values) - 1)
    assert history(series, kept, (0, -1.0)).values[-1] == series.values[-1]


def test_growth_is_told_against_what_was_usual() -> None:
    series = Series()
    for at, value in enumerate([1.0, 1.0, math.nan, 1.0, 50.0]):
        series.add(at, value, at + 1)
    past = history(series, 5)
    assert past.growth == 50
    assert past.last_good == 3
