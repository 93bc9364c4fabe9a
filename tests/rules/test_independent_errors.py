"""Independent errors of one net are all told, and what follows from one of them is not."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import pytest

from caffe_ls.rules.finding import Severity
from tests.rules.checking import findings_of

# Two branches, so that what one of them hides does not hide the other.
NET = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 32 dim: 32 } } }
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 2 } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" param { } param { } convolution_param { \
num_output: 8 kernel_size: 3 group: 1 } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" relu_param { } }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1" pooling_param { kernel_size: 2 stride: 2 } }
layer { name: "left" type: "InnerProduct" bottom: "pool1" top: "left" inner_product_param { num_output: 10 } }
layer { name: "right1" type: "InnerProduct" bottom: "data" top: "right1" param { name: "w" } inner_product_param { \
num_output: 16 } }
layer { name: "drop" type: "Dropout" bottom: "right1" top: "right1" dropout_param { dropout_ratio: 0.5 } }
layer { name: "right2" type: "InnerProduct" bottom: "right1" top: "right2" inner_product_param { num_output: 10 } }
layer { name: "sum" type: "Eltwise" bottom: "left" bottom: "right2" top: "sum" eltwise_param { operation: SUM } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "sum" bottom: "label" top: "loss" loss_weight: 1 }
layer { name: "accuracy" type: "Accuracy" bottom: "sum" bottom: "label" top: "accuracy" include { phase: TEST } }
"""


class Mistake(NamedTuple):
    """An edit that people make, and the rule that speaks of it."""

    rule: str
    before: str
    after: str


MISTAKES = [
    Mistake("unknown-layer-type", 'name: "relu1" type: "ReLU"', 'name: "relu1" type: "Relu"'),
    Mistake("unknown-layer-type", 'name: "drop" type: "Dropout"', 'name: "drop" type: "DropOut"'),
    Mistake("unknown-field", "kernel_size: 3 group", "kernal_size: 3 group"),
    Mistake("unknown-field", "dropout_ratio", "ratio"),
    Mistake("unknown-bottom", '"Pooling" bottom: "conv1"', '"Pooling" bottom: "comv1"'),
    Mistake("unknown-bottom", 'top: "right2"', 'top: "rihgt2"'),
    Mistake("wrong-number-of-bottoms", 'bottom: "sum" bottom: "label" top: "loss"', 'bottom: "sum" top: "loss"'),
    Mistake("wrong-number-of-tops", 'bottom: "pool1" top: "left"', 'bottom: "pool1"'),
    Mistake("wrong-number-of-tops", 'bottom: "right1" top: "right1"', 'bottom: "right1"'),
    Mistake("too-many-params", "relu_param { }", "param { }"),
    Mistake("propagate-down-count", "eltwise_param", "propagate_down: true eltwise_param"),
    Mistake("loss-weight-count", "loss_weight: 1", "loss_weight: 1 loss_weight: 1"),
    Mistake("include-and-exclude", "include { phase: TEST }", "include { phase: TEST } exclude { phase: TRAIN }"),
    Mistake("top-made-twice", 'top: "accuracy"', 'top: "sum"'),
]


def _layer(mistake: Mistake) -> int:
    return NET.count("\n", 0, NET.index(mistake.before))


# Of a layer whose type is unknown, or whose text is damaged, nothing else can be said.
PAIRS = [(one, other) for one, other in combinations(MISTAKES, 2) if _layer(one) != _layer(other)]


@pytest.mark.parametrize("mistakes", [(), *((one,) for one in MISTAKES), *PAIRS], ids=str)
def test_each_mistake_is_told_and_nothing_else(mistakes: tuple[Mistake, ...]) -> None:
    text = NET
    for mistake in mistakes:
        text = text.replace(mistake.before, mistake.after)
    found = [finding.rule for finding in findings_of(text) if finding.severity is Severity.ERROR]
    wanted = [mistake.rule for mistake in mistakes if mistake.after in text]
    assert sorted(found) == sorted(wanted)
