"""Fields given twice: both places are shown, and either may go."""

from __future__ import annotations

from tests.rules.checking import expect, findings_of, fixed


def test_at_the_top_of_a_file() -> None:
    found = expect("""
        net: "a.prototxt"
        lr_policy: "fixed"
        net: "b.prototxt"
        #<^ duplicate-field
    """)
    assert found[0].related[0].span == (0, 3)
    text = 'net: "a.prototxt"\nlr_policy: "fixed"\nnet: "b.prototxt"\n'
    assert fixed(text, "this") == 'net: "a.prototxt"\nlr_policy: "fixed"\n'
    assert fixed(text, "first") == 'lr_policy: "fixed"\nnet: "b.prototxt"\n'


def test_the_same_value_twice_is_removed_safely() -> None:
    found = findings_of('layer { name: "a" type: "ReLU" type: "ReLU" }\n')
    assert [fix.safe for fix in found[0].fixes] == [True, False]
    assert not findings_of('layer { name: "a" type: "ReLU" type: "TanH" }\n')[0].fixes[0].safe


def test_repeated_fields_may_stand_often() -> None:
    data = 'layer { name: "d" type: "DummyData" top: "x" top: "z" dummy_data_param { shape { dim: 1 } } }\n'
    assert findings_of(data + 'layer { name: "a" type: "Silence" bottom: "x" bottom: "z" }\n') == []


def test_a_missing_bracket_draws_no_duplicates() -> None:
    rules = {finding.rule for finding in findings_of('layer {\n  name: "a"\n  type: "ReLU"\n  name: "b"\n')}
    assert "duplicate-field" not in rules
