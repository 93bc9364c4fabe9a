"""Windows of poolings outside the input, apart from each other, larger than the input, and over padding."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import findings_of, fixed

DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: %d dim: %d } } }\n'
POOL = 'layer { name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param { %s } }'


def _text(param: str, size: int, width: int = 0) -> str:
    return DATA % (size, width or size) + POOL % param


def _found(rule: str, param: str, size: int, width: int = 0) -> list[Finding]:
    return [finding for finding in findings_of(_text(param, size, width)) if finding.rule == rule]


OUTSIDE = "pooling-window-outside-input"


@pytest.mark.parametrize(
    ("param", "size", "severity", "words"),
    [
        ("pool: AVE kernel_size: 1 stride: 2", 24, Severity.WARNING, "begins at row 24, and the height is 24"),
        ("pool: AVE kernel_size: 2 stride: 3", 24, Severity.WARNING, "0 / 0, nan"),
        ("pool: MAX kernel_size: 1 stride: 2", 24, Severity.WARNING, "writes out of bounds"),
        ("kernel_size: 1 stride: 4", 23, Severity.WARNING, "window 7 begins at row 24, and the height is 23"),
        ("pool: AVE kernel_size: 1 stride: 4", 23, Severity.INFORMATION, "always 0"),
    ],
)
def test_a_window_that_begins_behind_the_input_is_told(param: str, size: int, severity: Severity, words: str) -> None:
    (found,) = _found(OUTSIDE, param, size)
    assert found.severity is severity
    assert words in found.message


@pytest.mark.parametrize(
    ("param", "size"),
    [
        ("pool: AVE kernel_size: 1 stride: 3", 25),
        ("pool: AVE kernel_size: 2 stride: 3 pad: 1", 24),
        ("pool: AVE kernel_size: 2 stride: 3 round_mode: FLOOR", 24),
        ("pool: AVE kernel_size: 3 stride: 2", 24),
        ("pool: AVE global_pooling: true", 24),
        ("pool: AVE kernel_size: 1 stride: 5", 1),
    ],
)
def test_windows_within_the_input_are_silent(param: str, size: int) -> None:
    assert _found(OUTSIDE, param, size) == []


def test_along_one_axis_0_by_0_is_worse_than_further_outside_along_the_other() -> None:
    (found,) = _found(OUTSIDE, "pool: AVE kernel_size: 1 stride: 4", 23, 24)
    assert found.severity is Severity.WARNING
    assert "column 24" in found.message


@pytest.mark.parametrize(
    ("title", "param"),
    [
        ("stride: 2", "pool: AVE kernel_size: 2 stride: 2"),
        ("kernel_size: 3", "pool: AVE kernel_size: 3 stride: 3"),
        ("FLOOR", "pool: AVE kernel_size: 2 stride: 3 round_mode: FLOOR"),
    ],
)
def test_each_fix_brings_the_windows_into_the_input(title: str, param: str) -> None:
    text = fixed(_text("pool: AVE kernel_size: 2 stride: 3", 24), title)
    assert text == _text(param, 24)
    assert not [finding for finding in findings_of(text) if finding.rule == OUTSIDE]


def test_a_caffe_without_round_mode_is_not_told_of_it() -> None:
    (found,) = (
        finding
        for finding in findings_of(_text("pool: AVE kernel_size: 2 stride: 3", 24), dialect="bvlc-2015-02")
        if finding.rule == OUTSIDE
    )
    assert not [fix.title for fix in found.fixes if "round_mode" in fix.title]


def test_the_oldest_form_gets_no_field_that_it_does_not_have() -> None:
    v0 = 'input: "data"\ninput_dim: 1\ninput_dim: 3\ninput_dim: 24\ninput_dim: 24\n'
    v0 += 'layers { layer { name: "p" type: "pool" pool: AVE kernelsize: 2 stride: 3 } bottom: "data" top: "p" }\n'
    for finding in findings_of(v0):
        assert "round_mode" not in "".join(edit.edit.new_text for fix in finding.fixes for edit in fix.edits)


def test_strides_greater_than_the_kernel_skip_numbers() -> None:
    (found,) = _found("pooling-skips-input", "kernel_size: 2 stride: 3", 23)
    assert found.message == "`stride: 3` with a kernel of 2: 1 of 3 rows is never read"
    assert found.severity is Severity.INFORMATION
    (plain,) = _found("pooling-skips-input", "kernel_size: 1 stride: 2", 23)
    assert plain.severity is Severity.HINT
    assert not plain.fixes


def test_a_window_outside_the_input_is_told_once() -> None:
    assert _found("pooling-skips-input", "kernel_size: 2 stride: 3", 24) == []


def test_a_window_that_is_the_whole_input_becomes_global() -> None:
    text = _text("pool: AVE kernel_size: 7 stride: 2", 6)
    assert fixed(text, "global_pooling") == _text("pool: AVE global_pooling: true", 6)


def test_a_window_that_is_cut_along_one_axis_alone_is_not_global() -> None:
    (found,) = _found("pooling-window-larger-than-input", "kernel_size: 7 stride: 2", 6, 20)
    assert found.message == "`kernel_size: 7` over an input 6 high: the window is cut to it"
    assert not found.fixes


def test_averages_over_padding_are_a_hint() -> None:
    (found,) = _found("average-over-padding", "pool: AVE kernel_size: 3 stride: 2 pad: 1", 9)
    assert found.severity is Severity.HINT
    assert _found("average-over-padding", "pool: MAX kernel_size: 3 stride: 2 pad: 1", 9) == []
