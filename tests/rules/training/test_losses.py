"""What losses get, what they weigh, and whether they reach anything, beyond the rules' own examples."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import document_of, findings_of, fixed

DATA = """\
layer { name: "data" type: "DummyData" top: "data" top: "label"
        dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
"""
FC = """\
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
        inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
"""
SOFTMAX = 'layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }\n'
LOSS = 'layer { name: "loss" type: "%s" bottom: "%s" bottom: "label" top: "loss" %s }\n'


def _found(rule: str, text: str, dialect: str = "bvlc") -> list[Finding]:
    return [finding for finding in findings_of(text, dialect=dialect) if finding.rule == rule]


# Probabilities and scores.


@pytest.mark.parametrize("kind", ["SoftmaxWithLoss", "MultinomialLogisticLoss"])
def test_scores_and_probabilities_each_have_their_loss(kind: str) -> None:
    right = FC + (LOSS % (kind, "fc", "") if kind == "SoftmaxWithLoss" else SOFTMAX + LOSS % (kind, "prob", ""))
    wrong = FC + (LOSS % (kind, "fc", "") if kind != "SoftmaxWithLoss" else SOFTMAX + LOSS % (kind, "prob", ""))
    rules = ("scores-taken-for-probabilities", "function-applied-twice")
    assert not [found for found in findings_of(DATA + right) if found.rule in rules]
    assert [found.rule for found in findings_of(DATA + wrong) if found.rule in rules] == [
        rules[kind == "SoftmaxWithLoss"]
    ]


@pytest.mark.parametrize(
    ("dialect", "blob", "rule"),
    [
        ("bvlc", "fc", ""),
        ("bvlc", "prob", "function-applied-twice"),
        ("ssd", "prob", ""),
        ("ssd", "fc", "scores-taken-for-probabilities"),
    ],
)
def test_infogain_has_a_softmax_of_its_own_since_december_2016(dialect: str, blob: str, rule: str) -> None:
    loss = LOSS % ("InfogainLoss", blob, 'infogain_loss_param { source: "h.binaryproto" }')
    found = findings_of(DATA + FC + SOFTMAX + loss, dialect=dialect)
    rules = ("scores-taken-for-probabilities", "function-applied-twice")
    assert [one.rule for one in found if one.rule in rules] == ([rule] if rule else [])


def test_an_infogain_loss_without_softmax_is_given_one() -> None:
    loss = LOSS % ("InfogainLoss", "fc", 'infogain_loss_param { source: "h.binaryproto" }')
    text = fixed(DATA + FC + loss, "Put a Softmax before it", dialect="ssd")
    assert 'type: "Softmax"\n  bottom: "fc"\n  top: "fc_prob"' in text
    assert 'type: "InfogainLoss" bottom: "fc_prob"' in text
    assert not _found("scores-taken-for-probabilities", text, "ssd")


def test_a_softmax_that_others_read_too_is_left_where_it_is() -> None:
    accuracy = 'layer { name: "acc" type: "Accuracy" bottom: "prob" bottom: "label" top: "acc" }\n'
    text = fixed(DATA + FC + SOFTMAX + accuracy + LOSS % ("SoftmaxWithLoss", "prob", ""), "Read `fc` instead")
    assert text == DATA + FC + SOFTMAX + accuracy + LOSS % ("SoftmaxWithLoss", "fc", "")


def test_a_softmax_that_only_the_loss_reads_goes_away() -> None:
    text = fixed(DATA + FC + SOFTMAX + LOSS % ("SoftmaxWithLoss", "prob", ""), "Take `prob` out")
    assert text == DATA + FC + LOSS % ("SoftmaxWithLoss", "fc", "")


@pytest.mark.parametrize("top", ["prob", "fc"])
def test_a_softmax_that_is_read_in_the_other_phase_stays(top: str) -> None:
    softmax = SOFTMAX.replace('top: "prob"', f'top: "{top}"')
    accuracy = f'layer {{ type: "Accuracy" bottom: "{top}" bottom: "label" top: "a" include {{ phase: TEST }} }}\n'
    text = DATA + FC + softmax + accuracy + LOSS % ("SoftmaxWithLoss", top, "")
    (found,) = _found("function-applied-twice", text)
    assert [fix.title for fix in found.fixes] == (["Read `fc` instead"] if top == "prob" else [])


def test_softmax_and_logistic_loss_become_one_in_the_older_form_too() -> None:
    old = """\
layers { name: "data" type: DUMMY_DATA top: "data" top: "label"
         dummy_data_param { num: 4 channels: 20 height: 1 width: 1 num: 4 channels: 1 height: 1 width: 1 } }
layers { name: "fc" type: INNER_PRODUCT bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
layers { name: "prob" type: SOFTMAX bottom: "fc" top: "prob" }
layers { name: "loss" type: MULTINOMIAL_LOGISTIC_LOSS bottom: "prob" bottom: "label" }
"""
    text = fixed(old, "Use SoftmaxWithLoss")
    assert 'layers { name: "loss" type: SOFTMAX_LOSS bottom: "fc" bottom: "label" }' in text
    assert "SOFTMAX bottom" not in text


# What stands before.


def test_a_sigmoid_bounds_the_loss_of_a_softmax() -> None:
    sigmoid = 'layer { name: "s" type: "Sigmoid" bottom: "fc" top: "s" }\n'
    (found,) = _found("scores-cut-before-loss", DATA + FC + sigmoid + LOSS % ("SoftmaxWithLoss", "s", ""))
    assert "keep the loss of 10 classes above 1.46" in found.message


def test_a_relu_before_pooling_before_a_loss_is_common() -> None:
    text = (
        DATA
        + FC
        + """\
layer { name: "relu" type: "ReLU" bottom: "fc" top: "fc" }
layer { name: "again" type: "Power" bottom: "fc" top: "p" power_param { scale: 2 } }
"""
        + LOSS % ("SoftmaxWithLoss", "p", "")
    )
    assert not _found("scores-cut-before-loss", text)


@pytest.mark.parametrize("options", ["relu_param { negative_slope: 0.1 }"])
def test_a_leaky_relu_cuts_nothing(options: str) -> None:
    relu = f'layer {{ name: "r" type: "ReLU" bottom: "fc" top: "fc" {options} }}\n'
    assert not _found("scores-cut-before-loss", DATA + FC + relu + LOSS % ("SoftmaxWithLoss", "fc", ""))


# Weights of losses.


@pytest.mark.parametrize(
    ("kind", "weight", "severity"),
    [
        ("SoftmaxWithLoss", "1", None),
        ("SoftmaxWithLoss", "10", None),
        ("SoftmaxWithLoss", "100", Severity.INFORMATION),
        ("SoftmaxWithLoss", "1e6", Severity.WARNING),
        ("EuclideanLoss", "1000", None),
        ("EuclideanLoss", "1e5", Severity.INFORMATION),
        ("EuclideanLoss", "1e7", Severity.WARNING),
    ],
)
def test_how_large_a_weight_may_be_depends_on_the_loss(kind: str, weight: str, severity: Severity | None) -> None:
    found = _found("huge-loss-weight", DATA + FC + LOSS % (kind, "fc", f"loss_weight: {weight}"))
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_a_negative_loss_beside_others_may_be_meant() -> None:
    other = 'layer { name: "other" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "o" loss_weight: -0.1 }\n'
    (alone,) = _found("negative-loss-weight", DATA + FC + other)
    (beside,) = _found("negative-loss-weight", DATA + FC + other + LOSS % ("SoftmaxWithLoss", "fc", ""))
    assert (alone.severity, beside.severity) == (Severity.WARNING, Severity.INFORMATION)


def test_summing_over_places_counts_as_weight() -> None:
    two = """\
layer { name: "maps" type: "DummyData" top: "a" top: "b" top: "l"
        dummy_data_param { shape { dim: 1 dim: 5 dim: 64 dim: 64 } shape { dim: 1 dim: 5 dim: 64 dim: 64 }
                           shape { dim: 1 dim: 1 dim: 64 dim: 64 } } }
layer { name: "one" type: "SoftmaxWithLoss" bottom: "a" bottom: "l" top: "one" loss_param { normalization: NONE } }
layer { name: "two" type: "SoftmaxWithLoss" bottom: "b" bottom: "l" top: "two" %s }
"""
    (found,) = _found("unbalanced-losses", two % "")
    assert found.message == "`two` counts 1 beside 4,096 of `one`, which drowns it"
    assert not _found("unbalanced-losses", two % "loss_param { normalize: false }")


# Losses that are missing, or reach nothing.


def test_a_deploy_net_needs_no_loss() -> None:
    deploy = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 20 } } }\n'
    assert not _found("train-net-without-loss", deploy + FC)


def test_a_net_that_a_solver_trains_needs_one() -> None:
    text = f'#- /net.prototxt\nname: "n"\n{DATA}{FC}'
    assert not _found("train-net-without-loss", text)
    solver = '#- /solver.prototxt\nnet: "net.prototxt"\n'
    assert len(_found("train-net-without-loss", text + solver)) == 1


def test_the_only_loss_with_a_weight_of_0_is_none() -> None:
    data = DATA.replace('top: "label"', 'top: "label" include { phase: TRAIN }')
    (found,) = _found("train-net-without-loss", data + FC + LOSS % ("SoftmaxWithLoss", "fc", "loss_weight: 0"))
    assert found.layer == "loss"


def test_a_layer_of_a_kind_that_nobody_knows_may_be_a_loss() -> None:
    data = DATA.replace('top: "label"', 'top: "label" include { phase: TRAIN }')
    assert not _found("train-net-without-loss", data + FC + LOSS % ("MyOwnLoss", "fc", ""))


def test_a_branch_without_a_loss_learns_nothing() -> None:
    branch = FC.replace('"fc"', '"side"') + 'layer { name: "quiet" type: "Silence" bottom: "side" }\n'
    (found,) = _found("layer-gets-no-gradient", DATA + FC + branch + LOSS % ("SoftmaxWithLoss", "fc", ""))
    assert (found.layer, found.severity) == ("side", Severity.INFORMATION)


def test_a_branch_that_is_frozen_is_not_to_learn() -> None:
    frozen = FC.replace('"fc"', '"side"').replace("inner_product_param", "param { lr_mult: 0 } inner_product_param")
    quiet = 'layer { name: "quiet" type: "Silence" bottom: "side" }\n'
    assert not _found("layer-gets-no-gradient", DATA + FC + frozen + quiet + LOSS % ("SoftmaxWithLoss", "fc", ""))


def test_of_layers_in_a_row_without_gradient_the_last_is_told() -> None:
    row = """\
layer { name: "s1" type: "InnerProduct" bottom: "data" top: "s1"
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "s2" type: "InnerProduct" bottom: "s1" top: "s2"
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
"""
    found = _found("layer-gets-no-gradient", DATA + FC + row + LOSS % ("SoftmaxWithLoss", "fc", ""))
    assert [one.layer for one in found] == ["s2"]


def test_a_python_loss_beside_another_one_may_be_for_looking_at() -> None:
    python = (
        'layer { name: "my_loss" type: "Python" bottom: "fc" bottom: "label" top: "mine" '
        'python_param { module: "m" layer: "L" } }\n'
    )
    (alone,) = _found("loss-weight-missing", DATA + FC + python)
    (beside,) = _found("loss-weight-missing", DATA + FC + python + LOSS % ("SoftmaxWithLoss", "fc", ""))
    assert (alone.severity, beside.severity) == (Severity.WARNING, Severity.INFORMATION)
    (fix,) = alone.fixes
    assert fix.title == "Add `loss_weight: 1`"


# Targets.


def _images(transform: str) -> str:
    return (
        'layer { name: "images" type: "Data" top: "data" data_param { source: "lmdb" batch_size: 4 backend: LMDB } '
        f"transform_param {{ crop_size: 4 {transform} }} }}\n"
        'layer { name: "flat" type: "Flatten" bottom: "data" top: "flat" }\n'
        'layer { name: "code" type: "InnerProduct" bottom: "data" top: "code" inner_product_param { num_output: 48 '
        'weight_filler { type: "xavier" } } }\n'
    )


@pytest.mark.parametrize(
    ("kind", "transform", "said"),
    [
        ("SigmoidCrossEntropyLoss", "", "`flat` holds 0 to 255, and targets of a sigmoid are 0 to 1"),
        ("SigmoidCrossEntropyLoss", "scale: 0.0039215684", ""),
        ("SigmoidCrossEntropyLoss", "scale: 0.00390625", ""),
        ("SigmoidCrossEntropyLoss", "scale: 0.00784 mean_value: 127.5", "`flat` holds -0.9996 to 0.9996"),
        ("EuclideanLoss", "", "targets of 0 to 255: their squares make a loss that diverges easily"),
        ("EuclideanLoss", "scale: 0.0039215684", ""),
    ],
)
def test_images_as_targets_are_scaled_to_what_the_loss_takes(kind: str, transform: str, said: str) -> None:
    loss = f'layer {{ name: "loss" type: "{kind}" bottom: "code" bottom: "flat" top: "loss" }}\n'
    found = _found("targets-out-of-range", _images(transform) + loss)
    assert [said in one.message for one in found] == ([True] if said else [])


def test_a_scale_is_added_in_all_phases() -> None:
    data = """\
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
        data_param { source: "a" batch_size: 4 } transform_param { crop_size: 4 } }
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
        data_param { source: "b" batch_size: 4 } }
"""
    text = fixed(data + FC + LOSS % ("SoftmaxWithLoss", "fc", ""), "in all phases")
    assert text.count("scale: 0.00392156863") == 2
    assert not _found("images-without-scale-or-mean", text)


@pytest.mark.parametrize("label", [2, -1])
def test_labels_of_a_list_that_are_not_yes_or_no(label: int) -> None:
    text = f"""\
#- /net.prototxt
layer {{ name: "images" type: "ImageData" top: "data" top: "label"
        image_data_param {{ source: "list.txt" new_height: 8 new_width: 8 shuffle: true }} }}
{FC.replace("10", "1")}
{LOSS % ("SigmoidCrossEntropyLoss", "fc", "")}
#- /list.txt
a.jpg 1
b.jpg {label}
"""
    (found,) = _found("labels-not-binary", text)
    assert found.message == f"`list.txt` has the label {label}, and `SigmoidCrossEntropyLoss` knows 0 and 1 alone"


def test_unfinished_losses_do_no_harm_to_the_rules() -> None:
    for kind in ("SoftmaxWithLoss", "InfogainLoss", "MultinomialLogisticLoss", "SigmoidCrossEntropyLoss"):
        for blobs in ("", 'bottom: "data"', 'bottom: "nowhere" bottom: "label"', 'bottom: "label" bottom: "label"'):
            document = document_of(DATA + f'layer {{ type: "{kind}" {blobs} }}')
            assert document.kind == "net"
            findings_of(document.text)


# Weights, margins and labels that leave nothing to learn.


def test_a_loss_weight_that_is_no_number_is_told() -> None:
    found = _found("huge-loss-weight", DATA + FC + LOSS % ("SoftmaxWithLoss", "fc", "loss_weight: nan"))
    assert [one.severity for one in found] == [Severity.WARNING]


def test_a_tiny_weight_counts_where_no_other_loss_is_learnt() -> None:
    tiny = LOSS % ("SoftmaxWithLoss", "fc", "loss_weight: 1e-7")
    other = LOSS.replace('name: "loss"', 'name: "other"').replace('top: "loss"', 'top: "other"')
    assert _found("tiny-loss-weight", DATA + FC + tiny)
    assert not _found("tiny-loss-weight", DATA + FC + tiny + other % ("HingeLoss", "fc", ""))


def test_a_tiny_weight_may_make_a_mean_of_a_sum() -> None:
    summed = LOSS % ("SoftmaxWithLoss", "fc", "loss_weight: 1e-7 loss_param { normalization: NONE }")
    assert not _found("tiny-loss-weight", DATA + FC + summed)


@pytest.mark.parametrize(("margin", "expected"), [("0", 1), ("-0.5", 1), ("nan", 1), ("0.5", 0), ("2", 0)])
def test_a_contrastive_loss_needs_a_margin(margin: str, expected: int) -> None:
    own = f"contrastive_loss_param {{ margin: {margin} }}"
    text = DATA + FC + LOSS.replace('bottom: "%s"', 'bottom: "%s" bottom: "fc"') % ("ContrastiveLoss", "fc", own)
    assert len(_found("contrastive-margin-not-positive", text)) == expected


def test_a_sigmoid_of_each_class_is_no_probability_and_goes_with_its_fix() -> None:
    text = DATA + FC + SOFTMAX.replace("Softmax", "Sigmoid") + LOSS % ("MultinomialLogisticLoss", "prob", "")
    assert _found("scores-taken-for-probabilities", text)
    mended = fixed(text, "Use SoftmaxWithLoss on the scores")
    assert mended == DATA + FC + LOSS % ("SoftmaxWithLoss", "fc", "")


def test_scores_are_none_the_more_probabilities_behind_a_dropout() -> None:
    dropout = 'layer { name: "drop" type: "Dropout" bottom: "fc" top: "fc" }\n'
    assert _found("scores-taken-for-probabilities", DATA + FC + dropout + LOSS % ("MultinomialLogisticLoss", "fc", ""))


def test_a_distance_to_the_labels_of_a_database_is_told() -> None:
    data = 'layer { name: "data" type: "Data" top: "data" top: "label" data_param { source: "x" batch_size: 4 } }\n'
    one = FC.replace("num_output: 10", "num_output: 1")
    found = _found("targets-out-of-range", data + one + LOSS % ("EuclideanLoss", "fc", ""))
    assert [one.severity for one in found] == [Severity.INFORMATION]
    assert not _found("targets-out-of-range", DATA + one + LOSS % ("EuclideanLoss", "fc", ""))


@pytest.mark.parametrize(
    ("decay", "expected"),
    [("-1", [Severity.WARNING]), ("1e6", [Severity.INFORMATION]), ("0", []), ("1", []), ("250", [])],
)
def test_a_decay_of_one_blob_is_judged_like_the_solvers(decay: str, expected: list[Severity]) -> None:
    layer = FC.replace("inner_product_param", f"param {{ lr_mult: 1 decay_mult: {decay} }} inner_product_param")
    found = _found("decay-mult-out-of-range", DATA + layer + LOSS % ("SoftmaxWithLoss", "fc", ""))
    assert [one.severity for one in found] == expected


def test_the_decay_of_frozen_weights_has_no_effect() -> None:
    layer = FC.replace("inner_product_param", "param { lr_mult: 0 decay_mult: -1 } inner_product_param")
    assert not _found("decay-mult-out-of-range", DATA + layer + LOSS % ("SoftmaxWithLoss", "fc", ""))


def test_losses_of_other_kinds_are_compared_by_their_weights_alone() -> None:
    other = LOSS.replace('name: "loss"', 'name: "other"').replace('top: "loss"', 'top: "other"')
    for weight, expected in (("1e6", 1), ("1e3", 0)):
        small = LOSS % ("SoftmaxWithLoss", "fc", "")
        large = other % ("EuclideanLoss", "fc", f"loss_weight: {weight}")
        found = _found("unbalanced-losses", DATA + FC + small + large)
        assert [one.message for one in found] == expected * ["`loss` counts 1 beside 1e+06 of `other`, which drowns it"]


def test_what_a_sum_multiplies_by_nothing_is_told() -> None:
    both = 'layer { name: "e" type: "Eltwise" bottom: "fc" bottom: "data" top: "e"'
    both += " eltwise_param { coeff: 1 coeff: %s } }\n"
    text = DATA + FC + both + LOSS % ("SoftmaxWithLoss", "e", "")
    (found,) = _found("parameter-without-effect", text % "0")
    assert found.message == "`coeff: 0`: `data` counts for nothing, and gets no gradient"
    assert not _found("parameter-without-effect", text % "-1")
