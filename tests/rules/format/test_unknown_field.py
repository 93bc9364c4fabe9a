"""Unknown fields: the nearest names, and the forks that have them."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Severity
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


class TestAForkThatNobodyHereKnows:
    """The dialect is only guessed, and the field stands where BVLC Caffe has nothing."""

    def test_a_block_of_a_layer_type_that_is_not_known_depends_on_the_users_caffe(self) -> None:
        text = 'layer { name: "q" type: "QuadrupletHinge" bottom: "a" top: "q" quadruplet_hinge_param { margin: 1 } }\n'
        (found,) = [one for one in findings_of(text, dialect="auto") if one.rule == "unknown-field"]
        assert found.severity is Severity.INFORMATION
        assert found.message == (
            "no field `quadruplet_hinge_param` of a layer is known;"
            " whether there is one depends on the caffe.proto of your Caffe"
        )

    def test_what_is_named_after_the_layers_type_is_no_misspelling(self) -> None:
        layer = 'layer { name: "p" type: "PoolingND" bottom: "a" top: "p" pooling_nd_param { stride: 2 } }\n'
        assert _severities(layer) == [Severity.INFORMATION]

    def test_a_layer_within_a_solvers_net_is_no_different(self) -> None:
        layer = 'layer { name: "q" type: "QuadrupletHinge" bottom: "a" top: "q" visualise: true }'
        assert _severities(f'net_param {{ {layer} }}\nbase_lr: 0.1\nlr_policy: "fixed"\n') == [Severity.INFORMATION]

    def test_a_block_of_a_known_fork_may_have_grown_elsewhere(self) -> None:
        data = 'layer { name: "d" type: "Data" top: "d" transform_param { resize_param { prob: 1 %s: 1 } } }\n'
        assert _severities(data % "turned_around") == [Severity.INFORMATION]
        assert _severities(data % "heigth") == [Severity.ERROR]

    @pytest.mark.parametrize(
        "layer",
        [
            'type: "Convolution" convolution_param { num_output: 2 kernel_size: 1 mem_group: 2 }',
            'type: "ReLU" zzz: 1',
            'type: "QuadrupletHinge" convolution_parm { num_output: 2 }',
        ],
    )
    def test_known_layers_and_plain_slips_are_refused(self, layer: str) -> None:
        assert _severities(f'layer {{ name: "c" bottom: "a" top: "c" {layer} }}\n') == [Severity.ERROR]

    @pytest.mark.parametrize(
        "beside",
        [
            'layer { name: "q" type: "QuadrupletHinge" bottom: "a" top: "q" }\n',
            'layers { name: "q" type: QUADRUPLET_HINGE bottom: "a" top: "q" }\n',
            'layer { name: "r" type: "RReLU" bottom: "a" top: "r" rrelu_param { lower: 1 } }\n',
            'layer { name: "b" type: "ReLU" bottom: "a" top: "b" shard_rank: 3 }\n',
        ],
    )
    def test_what_the_file_shows_elsewhere_makes_a_strange_word_uncertain(self, beside: str) -> None:
        kind = "layers" if beside.startswith("layers") else "layer"
        type_ = "CONVOLUTION" if kind == "layers" else '"Convolution"'
        own = f'{kind} {{ name: "c" type: {type_} bottom: "a" top: "c" convolution_param {{ %s }} }}\n'
        assert Severity.ERROR in _severities(own % "mem_group: 2")
        assert Severity.ERROR not in _severities(own % "mem_group: 2" + beside)
        assert _severities(own % "num_outputs: 2" + beside)[0] is Severity.ERROR, "a plain misspelling stays one"

    def test_a_word_that_is_written_again_and_again_is_meant(self) -> None:
        layer = 'layer { name: "c%d" type: "Convolution" convolution_param { mem_group: 2 } }\n'
        assert _severities("".join(layer % at for at in range(2))) == [Severity.ERROR] * 2
        assert _severities("".join(layer % at for at in range(3))) == [Severity.INFORMATION]

    def test_a_solver_of_its_own_shows_it_by_several_words(self) -> None:
        assert _severities("base_lr: 1\nmonitor_periods: 3\n") == [Severity.ERROR]
        assert _severities("base_lr: 1\nmonitor_periods: 3\nhalve_when_stuck: true\n") == [Severity.INFORMATION] * 2

    def test_words_of_other_frameworks_are_no_mark_of_a_fork(self) -> None:
        layer = 'layer { name: "c" type: "Convolution" convolution_param { filters: 2 padding: 1 units: 3 } }\n'
        assert _severities(layer) == [Severity.ERROR] * 3

    def test_such_a_fork_may_have_what_another_fork_has(self) -> None:
        borrowed = 'layer { name: "p" type: "Pooling" permute_param { order: 0 } ceil_mode: true }\n'
        own = 'layer { name: "q" type: "QuadrupletHinge" bottom: "a" top: "q" quadruplet_hinge_param { margin: 1 } }\n'
        assert Severity.ERROR not in _severities(borrowed + own)

    def test_a_dialect_that_the_user_names_is_certain(self) -> None:
        text = 'layer { name: "q" type: "QuadrupletHinge" bottom: "a" top: "q" visualise: true }\n'
        assert _severities(text, "bvlc") == [Severity.ERROR]


def _severities(text: str, dialect: str = "auto") -> list[Severity | None]:
    return [found.severity for found in findings_of(text, dialect=dialect) if found.rule == "unknown-field"]
