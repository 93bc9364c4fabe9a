"""Labels of the data beside the number of classes."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding
from tests.rules.checking import findings_of

DATA = """\
layer {
  name: "images" type: "ImageData" top: "data" top: "label"
  image_data_param { source: "list.txt" new_height: 8 new_width: 8 }
}
"""
FC = 'layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }\n'


def _found(labels: list[int], layer: str) -> list[Finding]:
    lines = "".join(f"a.jpg {label}\n" for label in labels)
    text = f"#- /net.prototxt\n{DATA}{FC}{layer}\n#- /list.txt\n{lines}"
    return [finding for finding in findings_of(text) if finding.rule == "label-out-of-range"]


LOSS = 'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" %s }'


@pytest.mark.parametrize("labels", [[0, 9], [3], []])
def test_labels_that_have_a_class_are_right(labels: list[int]) -> None:
    assert _found(labels, LOSS % "") == []


@pytest.mark.parametrize(("labels", "wrong"), [([1, 10], "10"), ([0, 1000], "1,000"), ([-1, 9], "-1")])
def test_labels_beyond_the_classes_are_told(labels: list[int], wrong: str) -> None:
    (found,) = _found(labels, LOSS % "")
    assert found.message == f"`list.txt` has the label {wrong}, and there are 10 classes: 0 to 9"
    assert found.layer == "loss"


@pytest.mark.parametrize(("labels", "ignored"), [([0, 255], 255), ([-1, 9], -1)])
def test_a_label_that_is_ignored_may_be_any_number(labels: list[int], ignored: int) -> None:
    assert _found(labels, LOSS % f"loss_param {{ ignore_label: {ignored} }}") == []


def test_the_classes_may_be_on_another_axis() -> None:
    assert len(_found([10], LOSS % "softmax_param { axis: -1 }")) == 1
    assert _found([10], LOSS % "softmax_param { axis: 5 }") == []


def test_a_loss_and_its_accuracy_are_told_of_once() -> None:
    both = 'layer { name: "acc" type: "Accuracy" bottom: "fc" bottom: "label" top: "acc" }' + LOSS % ""
    assert [found.layer for found in _found([10], both)] == ["loss"]
    assert [found.layer for found in _found([10], both.partition('layer { name: "loss"')[0])] == ["acc"]


def test_labels_of_a_regression_are_no_classes() -> None:
    assert _found([100], 'layer { name: "l" type: "EuclideanLoss" bottom: "fc" bottom: "label" }') == []
