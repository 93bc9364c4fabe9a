"""BatchNorm and Scale in nets that learn, and in nets that are run."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import document_of, findings_of, fixed

LOSS = 'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }\n'


def _net(batch: int = 8, size: int = 1, before: str = "", bn: str = "", behind: str = "", tail: str = LOSS) -> str:
    dims = f"dim: {batch} dim: 3 dim: {size} dim: {size}"
    return (
        f'layer {{ name: "data" type: "DummyData" top: "x" dummy_data_param {{ shape {{ {dims} }} }} }}\n'
        f'layer {{ name: "l" type: "DummyData" top: "label" dummy_data_param {{ shape {{ dim: {batch} }} }} }}\n'
        f'{before}layer {{ name: "bn" type: "BatchNorm" bottom: "x" top: "x" {bn} }}\n{behind}'
        'layer { name: "fc" type: "InnerProduct" bottom: "x" top: "fc" inner_product_param { num_output: 5'
        ' weight_filler { type: "xavier" } } }\n'
        f"{tail}"
    )


def _found(rule: str, text: str) -> list[Finding]:
    return [finding for finding in findings_of(text) if finding.rule == rule]


GLOBAL = "batch_norm_param { use_global_stats: true }"
FROZEN = (
    'layer { name: "conv" type: "Convolution" bottom: "x" top: "x1" param { lr_mult: 0 }'
    " convolution_param { num_output: 2 kernel_size: 1 } }\n"
    'layer { name: "s" type: "Silence" bottom: "x1" }\n'
)


def test_stored_statistics_in_training_are_told_with_their_factor() -> None:
    (found,) = _found("batch-norm-global-stats-in-training", _net(bn=GLOBAL))
    assert "multiplies by 316" in found.message
    assert found.severity is Severity.INFORMATION


@pytest.mark.parametrize(
    "text",
    [
        _net(bn=GLOBAL, before=FROZEN),
        _net(bn=GLOBAL, tail=""),
        _net(bn=GLOBAL + " include { phase: TEST }"),
        _net(),
    ],
    ids=["layers that are kept come from a file", "nothing learns", "in tests alone", "not asked for"],
)
def test_stored_statistics_where_they_are_meant_are_silent(text: str) -> None:
    assert _found("batch-norm-global-stats-in-training", text) == []


def test_stored_statistics_that_the_solver_loads_are_silent() -> None:
    solver = '#- /solver.prototxt\nnet: "net.prototxt"\nweights: "trained.caffemodel"\nbase_lr: 0.1\n'
    assert _found("batch-norm-global-stats-in-training", f"#- /net.prototxt\n{_net(bn=GLOBAL)}{solver}") == []


def test_the_fix_leaves_no_empty_block() -> None:
    assert fixed(_net(bn=GLOBAL), "Remove `use_global_stats`").replace("  }", " }") == _net(bn="").replace("  }", " }")
    both = "batch_norm_param { use_global_stats: true eps: 0.001 }"
    assert fixed(_net(bn=both), "Remove `use_global_stats`") == _net(bn="batch_norm_param { eps: 0.001 }")


def test_many_layers_are_told_of_at_the_first() -> None:
    more = f'layer {{ name: "bn2" type: "BatchNorm" bottom: "x" top: "x" {GLOBAL} }}\n'
    (found,) = _found("batch-norm-global-stats-in-training", _net(bn=GLOBAL, behind=more * 1))
    assert found.message.endswith("(and 1 more layer)")
    assert found.layer == "bn"
    assert fixed(_net(bn=GLOBAL, behind=more), "Remove `use_global_stats`").count("use_global_stats") == 0


def test_statistics_of_the_batch_in_a_test() -> None:
    asked = _net(bn="batch_norm_param { use_global_stats: false }")
    (found,) = _found("batch-norm-batch-stats-in-test", asked)
    assert found.phases == ("TEST",)
    assert _found("batch-norm-batch-stats-in-test", _net()) == []


@pytest.mark.parametrize(
    ("batch", "size", "severity"),
    [(1, 1, Severity.WARNING), (1, 4, Severity.INFORMATION), (2, 1, None), (8, 4, None)],
)
def test_how_many_numbers_a_mean_is_of(batch: int, size: int, severity: Severity | None) -> None:
    found = _found("batch-norm-of-one-item", _net(batch, size))
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_one_number_gives_0_or_with_an_eps_of_0_nan() -> None:
    assert "always 0" in _found("batch-norm-of-one-item", _net(1))[0].message
    assert "nan" in _found("batch-norm-of-one-item", _net(1, bn="batch_norm_param { eps: 0 }"))[0].message


def test_one_number_is_nothing_to_a_net_that_is_run() -> None:
    run = "".join(line + "\n" for line in _net(1, tail="").splitlines() if '"l"' not in line)
    assert _found("batch-norm-of-one-item", run) == []


@pytest.mark.parametrize(
    ("fraction", "told"), [("0", False), ("0.9", False), ("1", False), ("1.001", True), ("-0.5", True)]
)
def test_fractions_of_the_average(fraction: str, told: bool) -> None:
    text = _net(bn=f"batch_norm_param {{ moving_average_fraction: {fraction} }}")
    assert bool(_found("batch-norm-average-out-of-range", text)) == told


RELU = 'layer { name: "relu" type: "ReLU" bottom: "x" top: "x" }\n'
SCALE = 'layer { name: "scale" type: "Scale" bottom: "x" top: "x" %s }\n'


@pytest.mark.parametrize(
    ("behind", "told"),
    [
        (RELU, True),
        (SCALE % "" + RELU, True),
        (SCALE % "scale_param { bias_term: true }" + RELU, False),
        ("", False),
    ],
    ids=["no Scale", "a Scale without offset", "a Scale with offset", "weights behind it"],
)
def test_a_scale_behind_a_batch_norm(behind: str, told: bool) -> None:
    assert bool(_found("batch-norm-without-scale", _net(behind=behind))) == told


def test_a_fork_whose_batch_norm_has_factor_and_offset_needs_no_scale() -> None:
    text = _net(bn="batch_norm_param { scale_bias: true }", behind=RELU)
    found = [finding for finding in findings_of(text, dialect="nvidia") if finding.rule == "batch-norm-without-scale"]
    assert found == []


def test_a_scale_is_written_behind_its_batch_norm_in_the_same_states() -> None:
    rule = "include { phase: TRAIN }"
    before = _net(bn=rule, behind=RELU)
    text = fixed(before, "Add a Scale")
    lines = ["layer {", '  name: "scale_bn"', '  type: "Scale"', '  bottom: "x"', '  top: "x"']
    scale = "\n" + "\n".join([*lines, "  scale_param { bias_term: true }", f"  {rule}", "}"])
    assert text == before.replace(f"{rule} }}", f"{rule} }}{scale}")
    assert not document_of(text).file.entries[-1].problems
    assert _found("batch-norm-without-scale", text) == []


def test_a_scale_is_written_as_the_file_is() -> None:
    first = 'layer {\n\tname: "first"\n\ttype: "Parameter"\n\ttop: "w"\n\tparameter_param { shape { dim: 1 } }\n}\n'
    before = (first + _net(behind=RELU)).replace("\n", "\r\n")
    text = fixed(before, "Add a Scale")
    assert '\r\nlayer {\r\n\tname: "scale_bn"\r\n\ttype: "Scale"\r\n' in text
    assert text.count("\n") == text.count("\r\n")


CONV = (
    'layer {{ name: "conv" type: "Convolution" bottom: "x" top: "x1" {} convolution_param {{ num_output: 3'
    " kernel_size: 1 {} }} }}\n"
)


@pytest.mark.parametrize(("param", "told"), [("", True), ("bias_term: true", True), ("bias_term: false", False)])
def test_a_bias_before_a_batch_norm(param: str, told: bool) -> None:
    text = _net(before=CONV.format("", param)).replace('bottom: "x" top: "x" ', 'bottom: "x1" top: "x" ', 1)
    text = text.replace('top: "x" dummy', 'top: "x0" dummy').replace('bottom: "x" top: "x1"', 'bottom: "x0" top: "x1"')
    assert bool(_found("bias-before-batch-norm", text)) == told


def test_a_dropout_right_before_a_batch_norm() -> None:
    drop = 'layer { name: "drop" type: "Dropout" bottom: "x" top: "x" dropout_param { dropout_ratio: 0.75 } }\n'
    (found,) = _found("dropout-before-batch-norm", _net(before=drop))
    assert "0.50" in found.message
    assert _found("dropout-before-batch-norm", _net(behind=drop)) == []
