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


def test_blocks_that_say_different_things_are_put_together() -> None:
    text = (
        'layer { name: "d" type: "DummyData" top: "d" dummy_data_param { shape { dim: 1 dim: 1 dim: 8 dim: 8 } } }\n'
        'layer {\n  name: "p"\n  type: "Pooling"\n  bottom: "d"\n  top: "p"\n  pooling_param {\n    stride: 2\n  }\n'
        "  pooling_param {\n    kernel_size: 2\n    pad: 1\n  }\n}\n"
    )
    (found,) = [one for one in findings_of(text) if one.rule == "duplicate-field"]
    assert [fix.title for fix in found.fixes] == ["Put both `pooling_param` together"]
    assert "  pooling_param {\n    stride: 2\n    kernel_size: 2 pad: 1\n  }\n}\n" in fixed(text, "together")


def test_blocks_that_contradict_each_other_are_not_put_together() -> None:
    text = 'layer { name: "p" type: "ReLU" relu_param { negative_slope: 1 } relu_param { negative_slope: 0.5 } }\n'
    (found,) = [one for one in findings_of(text) if one.rule == "duplicate-field"]
    assert [fix.title for fix in found.fixes] == ["Remove this `relu_param`", "Remove the first `relu_param`"]
