"""Train, test and deploy nets held against each other."""

from __future__ import annotations

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import findings_of, fixed

DATA = 'layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }\n'
INPUT = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 20 } } }\n'


def _fc(name: str, bottom: str, outputs: int, more: str = "") -> str:
    param = f"inner_product_param {{ num_output: {outputs} {more}}}"
    return f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {param} }}\n'


TRAIN = DATA + _fc("fc1", "data", 30) + _fc("fc2", "fc1", 10)


def _found(rule: str, net: str, solver: str = 'net: "train.prototxt"', train: str = TRAIN) -> list[Finding]:
    text = f"#- /w/net.prototxt\n{net}#- /w/train.prototxt\n{train}#- /w/solver.prototxt\n{solver}\n"
    return [finding for finding in findings_of(text) if finding.rule == rule]


TESTED = 'train_net: "train.prototxt" test_net: "net.prototxt" test_iter: 1 test_interval: 1'


def test_a_test_net_of_its_own_file_is_held_against_the_train_net() -> None:
    (found,) = _found("test-net-params-differ", DATA + _fc("fc1", "data", 30) + _fc("fc2", "fc1", 5), TESTED)
    assert found.message == "parameter 0 of `fc2` is 5 x 30 here, 10 x 30 in `train.prototxt`"
    assert (found.severity, found.stage, found.layer) == (Severity.ERROR, "first-iteration", "fc2")
    assert [related.path for related in found.related] == ["/w/train.prototxt"]


def test_a_test_net_may_lack_layers_and_have_others() -> None:
    assert _found("test-net-params-differ", DATA + _fc("fc1", "data", 30) + _fc("fc3", "fc1", 5), TESTED) == []


def test_another_number_of_parameters_is_told() -> None:
    net = DATA + _fc("fc1", "data", 30, "bias_term: false ") + _fc("fc2", "fc1", 10)
    (found,) = _found("test-net-params-differ", net, TESTED)
    assert found.message == "`fc1` has 1 parameter blob here, 2 parameter blobs in `train.prototxt`"


def test_parameters_that_are_not_known_are_not_compared() -> None:
    data = 'layer { name: "data" type: "Data" top: "data" transform_param { crop_size: 4 } }\n'
    assert _found("test-net-params-differ", data + _fc("fc1", "data", 30) + _fc("fc2", "fc1", 10), TESTED) == []


def test_a_deploy_net_of_other_classes_is_told_with_the_number_that_was_trained() -> None:
    net = INPUT + _fc("fc1", "data", 30) + _fc("fc2", "fc1", 5)
    (found,) = _found("deploy-net-differs", net)
    assert found.severity is Severity.WARNING
    assert "5 x 30 here, 10 x 30 in `train.prototxt`" in found.message
    text = f"#- /w/net.prototxt\n{net}#- /w/train.prototxt\n{TRAIN}#- /w/solver.prototxt\nnet: 'train.prototxt'\n"
    assert fixed(text, "Set `num_output: 10`") == INPUT + _fc("fc1", "data", 30) + _fc("fc2", "fc1", 10)


def test_a_deploy_net_of_another_input_is_told_at_the_layer() -> None:
    net = INPUT.replace("dim: 20", "dim: 21") + _fc("fc1", "data", 30) + _fc("fc2", "fc1", 10)
    (found,) = _found("deploy-net-differs", net)
    assert (found.layer, found.fixes) == ("fc1", ())


def test_a_deployed_layer_that_was_not_trained_is_information() -> None:
    net = INPUT + _fc("fc1", "data", 30) + _fc("fc2", "fc1", 10) + _fc("fc3", "fc2", 2)
    (found,) = _found("deploy-net-differs", net)
    assert (found.layer, found.severity) == ("fc3", Severity.INFORMATION)


def test_a_net_of_which_little_is_trained_there_is_another_net() -> None:
    net = INPUT + _fc("fc1", "data", 30) + _fc("a", "fc1", 10) + _fc("b", "a", 10) + _fc("c", "b", 10)
    assert _found("deploy-net-differs", net) == []


def test_a_net_that_fits_one_of_two_trained_nets_is_right() -> None:
    text = (
        f"#- /w/deploy.prototxt\n{INPUT}{_fc('fc1', 'data', 30)}{_fc('fc2', 'fc1', 5)}"
        f"#- /w/a.prototxt\n{TRAIN}#- /w/b.prototxt\n{DATA}{_fc('fc1', 'data', 30)}{_fc('fc2', 'fc1', 5)}"
        '#- /w/solver_a.prototxt\nnet: "a.prototxt"\n#- /w/solver_b.prototxt\nnet: "b.prototxt"\n'
    )
    assert [finding for finding in findings_of(text) if finding.rule == "deploy-net-differs"] == []


def test_normalization_merged_into_the_layers_is_no_difference() -> None:
    norm = 'layer { name: "bn" type: "BatchNorm" bottom: "fc1" top: "fc1" }\n'
    train = DATA + _fc("fc1", "data", 30, "bias_term: false ") + norm + _fc("fc2", "fc1", 10)
    assert _found("deploy-net-differs", INPUT + _fc("fc1", "data", 30) + _fc("fc2", "fc1", 10), train=train) == []


def test_a_trained_net_is_no_deploy_net() -> None:
    assert _found("deploy-net-differs", TRAIN, 'net: "net.prototxt"') == []
