"""What information says alike of many places is told once."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.text.edit import apply_edits
from tests.rules.checking import document_of, findings_of, fixed

_DATA = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }\n'
_RELU = 'layer { name: "%s" type: "ReLU" bottom: "d" top: "%s" relu_param { engine: CUDNN } }%s\n'
_NET = _DATA + "".join(_RELU % (name, name, "") for name in "abc")


def _told(text: str, rule: str = "engine-needs-cudnn") -> list[Finding]:
    return [finding for finding in findings_of(text) if finding.rule == rule]


def test_one_cause_is_told_at_its_first_place_with_the_others_beside_it() -> None:
    (finding,) = _told(_NET)
    assert finding.span.start == _NET.index("CUDNN")
    assert finding.message.endswith(" (and 2 more places)")
    assert [other.span.start for other in finding.related] == [
        _NET.index("CUDNN", _NET.index(f'"{at}"')) for at in "bc"
    ]
    assert finding.layer == "a"


def test_a_single_place_is_told_as_it_is() -> None:
    (finding,) = _told(_DATA + _RELU % ("a", "a", ""))
    assert "more" not in finding.message
    assert finding.related == ()


def test_its_fix_mends_all_places() -> None:
    text = fixed(_NET, "engine: DEFAULT` (in 3 places)")
    assert text.count("engine: DEFAULT") == 3
    assert _told(text) == []


def test_a_place_that_a_comment_silences_is_neither_counted_nor_changed() -> None:
    text = _DATA + "".join(_RELU % (at, at, "  # caffe-ls: ignore" if at == "a" else "") for at in "abc")
    (finding,) = _told(text)
    assert finding.message.endswith(" (and 1 more place)")
    (fix,) = finding.fixes
    changed = apply_edits(document_of(text).text, [change.edit for change in fix.edits])
    assert changed.count("CUDNN") == 1


def test_what_the_settings_make_an_error_is_told_at_each_place() -> None:
    found = _told('#- settings {"rules": {"engine-needs-cudnn": "error"}}\n#- /net.prototxt\n' + _NET)
    assert [finding.severity for finding in found] == [Severity.ERROR] * 3


def test_what_training_makes_of_each_layer_is_told_at_each() -> None:
    steep = _NET.replace("engine: CUDNN", "negative_slope: 2")
    assert len(_told(steep, "relu-slope-unusual")) == 3


def test_other_words_are_another_cause() -> None:
    other = _NET.replace('"ReLU" bottom: "d" top: "c" relu_param { engine: CUDNN }', '"Odd" bottom: "d" top: "c"')
    found = findings_of('#- settings {"dialect": "auto"}\n#- /net.prototxt\n' + other, dialect="auto")
    assert [finding.rule for finding in found] == ["engine-needs-cudnn", "unknown-layer-type"]


@pytest.mark.parametrize("number", [3, 2_000])
def test_so_many_places_are_listed_as_anybody_reads(number: int) -> None:
    (finding,) = _told(_DATA + "".join(_RELU % (f"r{at}", f"r{at}", "") for at in range(number)))
    assert finding.message.endswith(f" (and {number - 1:,} more places)")
    assert len(finding.related) == min(number - 1, 100)
