"""Unknown fields: the nearest names, and the forks that have them."""

from __future__ import annotations

import pytest

from tests.rules.checking import expect, findings_of, fixed


def test_upper_and_lower_case_and_underscores_do_not_hide_the_name_meant() -> None:
    assert fixed('layer { Name: "a" type: "ReLU" }\n') == 'layer { name: "a" type: "ReLU" }\n'
    text = 'layer { name: "p" type: "Pooling" pooling_param { kernelSize: 2 } }\n'
    found = findings_of(text)
    assert found[0].fixes[0].safe
    assert fixed(text) == text.replace("kernelSize", "kernel_size")


def test_a_forks_field_offers_the_setting_and_not_a_misspelling() -> None:
    found = expect("""
        layer {
          name: "perm"
          type: "Reshape"
          permute_param { order: 0 }
        # ^^^^^^^^^^^^^ unknown-field
        }
    """)
    assert found[0].message.startswith("`permute_param` belongs to SSD (weiliu89)")
    assert found[0].message.endswith("not to BVLC Caffe")
    assert found[0].fixes[0].setting == ("dialect", "ssd")
    assert found[0].fixes[0].edits == ()
    assert found[0].layer == "perm"


def test_nothing_is_said_about_what_stands_inside() -> None:
    found = findings_of('layer { name: "a" type: "ReLU" nonsense_block { x: "y" x: 1 top } }\n')
    assert [finding.rule for finding in found].count("unknown-field") == 1


def test_words_of_other_frameworks() -> None:
    found = findings_of('net: "n.prototxt"\nlr_policy: "fixed"\nlearning_rate: 0.1\n')
    assert found[0].message == "a solver has no field `learning_rate`; did you mean `base_lr`?"


def test_a_field_like_no_other_has_no_fix() -> None:
    found = findings_of('layer { name: "a" type: "ReLU" zzz: 1 }\n')
    assert found[0].message == "a layer has no field `zzz`"
    assert found[0].fixes == ()


@pytest.mark.parametrize("dialect", ["ssd", "any"])
def test_a_dialect_that_has_the_field_is_silent(dialect: str) -> None:
    text = 'layer { name: "d" type: "DummyData" top: "x" dummy_data_param { shape { dim: 1 } } }\n'
    text += 'layer { name: "p" type: "Permute" bottom: "x" top: "y" permute_param { order: 0 } }\n'
    assert findings_of(text, dialect=dialect) == []


def test_a_name_that_is_given_already_is_no_fix() -> None:
    found = findings_of('layer { name: "p" type: "Pooling" pooling_param { kernel_size: 2 kernel_sise: 3 } }\n')
    assert all("kernel_size" not in fix.title for fix in found[0].fixes)


def test_a_word_more_is_no_slip() -> None:
    found = findings_of('layer { name: "d" type: "Data" image_transform_param { mirror: true } }\n')
    assert [fix.safe for fix in found[0].fixes] == [False] * len(found[0].fixes)


def test_the_block_is_called_as_the_file_calls_it() -> None:
    found = findings_of('layer { name: "p" type: "Pooling" pooling_param { zzz: 3 } }\n')
    assert found[0].message == "`pooling_param` has no field `zzz`"
