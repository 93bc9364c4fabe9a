"""What is offered where a layer refuses its parameters, and how much is said."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import findings_of, fixed

_DATA = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }\n'


def _layer(kind: str, fields: str) -> str:
    return f'{_DATA}layer {{ name: "y" type: "{kind}" bottom: "d" top: "y" {fields} }}\n'


def _fields_after(kind: str, fields: str, title: str) -> str:
    """The layer's fields after a fix."""
    return fixed(_layer(kind, fields), title).partition('top: "y" ')[2].removesuffix(" }\n")


@pytest.mark.parametrize(
    ("kind", "before", "title", "after"),
    [
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 kernel_h: 3 }", "Remove `kernel_h`",
         "convolution_param { num_output: 4 kernel_size: 3 }"),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 kernel_h: 3 kernel_w: 5 }",
         "Remove `kernel_size`", "convolution_param { num_output: 4 kernel_h: 3 kernel_w: 5 }"),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 stride: 2 stride_h: 2 stride_w: 2 }",
         "Remove `stride_h` and `stride_w`", "convolution_param { num_output: 4 kernel_size: 3 stride: 2 }"),
        ("Convolution", "convolution_param { num_output: 4 kernel_h: 3 }", "Add",
         "convolution_param { num_output: 4 kernel_h: 3 kernel_w: 3 }"),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 stride: 0 }", "Remove `stride`",
         "convolution_param { num_output: 4 kernel_size: 3 }"),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 group: 3 }", "Set `num_output: 3`",
         "convolution_param { num_output: 3 kernel_size: 3 group: 3 }"),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: 3 group: 2 }", "Remove `group`",
         "convolution_param { num_output: 4 kernel_size: 3 }"),
        ("Convolution", "convolution_param { num_output: 4 kernel_size: [3, 3, 3] }", "", None),
        ("Pooling", "pooling_param { pool: AVE global_pooling: true kernel_size: 8 }", "Remove `kernel_size`",
         "pooling_param { pool: AVE global_pooling: true }"),
        ("Pooling", "pooling_param { kernel_size: 3 stride: 2 pad: 4 }", "Set `pad: 1`",
         "pooling_param { kernel_size: 3 stride: 2 pad: 1 }"),
        ("Pooling", "pooling_param { pool: AVE kernel_size: 20 stride: 1 }", "whole input",
         "pooling_param { pool: AVE global_pooling: true }"),
        ("Pooling", "pooling_param { pool: STOCHASTIC kernel_size: 2 pad: 1 }", "Remove `pad`",
         "pooling_param { pool: STOCHASTIC kernel_size: 2 }"),
        ("Concat", "concat_param { axis: 1 concat_dim: 1 }", "Remove `concat_dim`", "concat_param { axis: 1 }"),
        ("LRN", "lrn_param { local_size: 4 }", "Set `local_size: 5`", "lrn_param { local_size: 5 }"),
        ("Log", "log_param { base: 1 }", "Remove `base`", "log_param { }"),
        ("InnerProduct", 'inner_product_param { num_output: 4 weight_filler { type: "xavier" sparse: 2 } }',
         "Remove `sparse`", 'inner_product_param { num_output: 4 weight_filler { type: "xavier" } }'),
        ("InnerProduct", 'inner_product_param { num_output: 4 weight_filler { type: "uniform" min: 2 max: 1 } }',
         "Exchange", 'inner_product_param { num_output: 4 weight_filler { type: "uniform" min: 1 max: 2 } }'),
        ("InnerProduct", 'inner_product_param { num_output: 4 weight_filler { type: "gaussian" mean: 2 std: 0 } }',
         "constant", 'inner_product_param { num_output: 4 weight_filler { type: "constant" value: 2 } }'),
        ("SPP", "spp_param { pyramid_height: 9 }", "Set `pyramid_height: 4`", "spp_param { pyramid_height: 4 }"),
        ("Reshape", "reshape_param { shape { dim: 0 dim: 3 dim: 60 } }", "dim: -1",
         "reshape_param { shape { dim: 0 dim: 3 dim: -1 } }"),
    ],
)  # fmt: skip
def test_a_fix_leaves_a_layer_that_is_taken(kind: str, before: str, title: str, after: str | None) -> None:
    if after is None:
        assert [fix for finding in findings_of(_layer(kind, before)) for fix in finding.fixes] == []
        return
    assert _fields_after(kind, before, title) == after
    left = [finding for finding in findings_of(_layer(kind, after)) if finding.severity is Severity.ERROR]
    assert left == []


def test_what_an_error_hides_is_not_told() -> None:
    text = _layer("Convolution", "convolution_param { kernel_size: 1 }")
    text += 'layer { name: "z" type: "InnerProduct" bottom: "y" top: "z" inner_product_param { num_output: 4 } }\n'
    text += 'layer { name: "s" type: "Eltwise" bottom: "y" bottom: "d" top: "s" }\n'
    assert [finding.rule for finding in findings_of(text)] == ["missing-layer-parameter"]


def test_what_an_error_does_not_hide_is_told() -> None:
    text = _layer("Convolution", "convolution_param { kernel_size: 3 }")
    text += 'layer { name: "z" type: "LRN" bottom: "y" top: "z" lrn_param { local_size: 4 } }\n'
    text += 'layer { name: "p" type: "Pooling" bottom: "y" top: "p" pooling_param { kernel_size: 20 stride: 3 } }\n'
    rules = [finding.rule for finding in findings_of(text)]
    assert rules == ["missing-layer-parameter", "invalid-layer-parameter", "negative-output-size"]


def test_the_other_side_is_told_where_it_stands() -> None:
    text = _layer("Convolution", "convolution_param { num_output: 6 kernel_size: 1 }")
    text += 'layer { name: "r" type: "ReLU" bottom: "y" top: "y" }\n'
    fields = "convolution_param { num_output: 8 kernel_size: 1 group: 4 }"
    text += f'layer {{ name: "z" type: "Convolution" bottom: "y" top: "z" {fields} }}\n'
    (finding,) = findings_of(text)
    assert finding.message == "`group: 4` does not divide the 6 channels of the input"
    assert [text[slice(*other.span)] for other in finding.related] == ["6"]


def test_an_engine_that_no_build_has_is_an_error() -> None:
    fields = "convolution_param { num_output: 4 kernel_size: 3 engine: CUDNN %s }"
    (depends,) = findings_of(_layer("Convolution", fields % ""))
    assert (depends.rule, depends.severity) == ("engine-needs-cudnn", Severity.INFORMATION)
    (certain,) = findings_of(_layer("Convolution", fields % "dilation: 2"))
    assert (certain.rule, certain.severity) == ("engine-needs-cudnn", Severity.ERROR)


def test_an_input_in_the_place_of_the_output_is_an_error_where_the_input_keeps_its_shape() -> None:
    pooling = 'layer { name: "p" type: "Pooling" bottom: "y" top: "y" pooling_param { kernel_size: 5 stride: 1 } }\n'
    made = _layer("Convolution", "convolution_param { num_output: 4 kernel_size: 1 }") + pooling
    kept = _layer("ReLU", "").replace('top: "y"', 'top: "d"') + pooling.replace('"y"', '"d"')
    assert [finding.severity for finding in findings_of(made)] == [Severity.WARNING]
    assert [(finding.severity, finding.stage) for finding in findings_of(kept)] == [(Severity.ERROR, "first-iteration")]


class TestANetThatAProgramCompletes:
    """As DIGITS keeps its networks: data in stages that nobody sets, none with a source, a last layer without size."""

    LAYERS = (
        'layer { name: "t" type: "Data" top: "data" top: "label" include { stage: "train" } data_param { %s } }\n'
        'layer { name: "d" type: "Power" bottom: "in" top: "data" include { stage: "deploy" } }\n'
        'layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"'
        ' inner_product_param { weight_filler { type: "xavier" } } }\n'
        'layer { name: "l" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "l"'
        ' exclude { stage: "deploy" } }\n'
    )

    def test_what_it_lacks_is_no_refusal(self) -> None:
        found = self._lacking("batch_size: 4")
        assert [one.severity for one in found] == [Severity.INFORMATION] * 2
        assert all(one.message.endswith(", unless a program completes the net, as DIGITS does") for one in found)

    def test_one_that_names_its_data_is_complete_but_for_mistakes(self) -> None:
        (found,) = self._lacking('source: "train_lmdb" batch_size: 4')
        assert (found.severity, found.message) == (Severity.ERROR, "`num_output` is missing")

    def test_one_without_stages_is_none(self) -> None:
        text = self.LAYERS % "batch_size: 4"
        plain = text.replace(' include { stage: "train" }', "").replace(' exclude { stage: "deploy" }', "")
        found = [one for one in findings_of(plain) if one.rule == "missing-layer-parameter"]
        assert {one.severity for one in found} == {Severity.ERROR}

    def _lacking(self, data: str) -> list[Finding]:
        return [one for one in findings_of(self.LAYERS % data) if one.rule == "missing-layer-parameter"]
