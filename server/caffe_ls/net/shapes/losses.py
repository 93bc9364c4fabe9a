"""Losses and accuracy (loss_layer.cpp and the files of the single losses)."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AnyShape, Shape
from caffe_ls.net.shapes.step import (
    Family,
    Given,
    Step,
    axis_of,
    differ,
    legacy_dim,
    product,
    refuse,
    refuse_empty,
    shown,
)

FAMILY = Family()


def _check_batch(given: Given) -> None:
    """LossLayer::Reshape."""
    one, other = given.shape(0), given.shape(1)
    for index, shape in enumerate((one, other)):
        if not shape:
            refuse(
                Fault.WRONG_NUMBER_OF_AXES,
                "blob.hpp:122",
                "the input is a single number",
                given.fields.place("bottom", index),
            )
    if differ(one[0], other[0]):
        message = f"the inputs have different first dimensions: {shown(one)} and {shown(other)}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "loss_layer.cpp:19", message, given.fields.place("bottom", 1))


def _check_labels(given: Given, axis: int, check: str) -> None:
    """One label for each place of the predictions."""
    scores, labels = given.shape(0), given.shape(1)
    wanted, found = product((*scores[:axis], *scores[axis + 1 :])), product(labels)
    if differ(wanted, found):
        message = f"{found:,} labels ({shown(labels)}) for {wanted:,} predictions ({shown(scores)})"
        refuse(Fault.INPUT_SHAPES_DIFFER, check, message, given.fields.place("bottom", 1))


def _scores(given: Given) -> tuple[AnyShape, ...]:
    return ((), given.shape())[: given.top_count]


@FAMILY.layer("SoftmaxWithLoss", bottoms=2, tops=(1, 2), is_loss=True, unforced=(1,))
def softmax_with_loss(given: Given) -> Step:
    """SoftmaxWithLossLayer::Reshape."""
    _check_batch(given)
    param = given.group("softmax_param")
    axis = axis_of(given.shape(), param.integer("axis", 1), param.place("axis"))
    refuse_empty((given.shape()[axis],), "the axis of the classes", given.fields.place("bottom"))
    _check_labels(given, axis, "softmax_loss_layer.cpp:47")
    return Step(_scores(given))


@FAMILY.layer("InfogainLoss", bottoms=(2, 3), tops=(1, 2), is_loss=True, unforced=(1,))
def infogain_loss(given: Given) -> Step:
    """InfogainLossLayer::LayerSetUp and Reshape."""
    param = given.group("infogain_loss_param")
    if len(given.bottoms) == 2 and not param.has("source"):
        message = "H is neither a third bottom nor a file (`infogain_loss_param.source`)"
        refuse(Fault.MISSING_LAYER_PARAMETER, "infogain_loss_layer.cpp:41", message, param.place("source"))
    _check_batch(given)
    axis = axis_of(given.shape(), param.integer("axis", 1), param.place("axis"))
    _check_labels(given, axis, "infogain_loss_layer.cpp:60")
    if len(given.bottoms) == 3:
        classes, numbers = given.shape()[axis], product(given.shape(2))
        if classes is not None and differ(numbers, classes**2):
            message = f"H has {numbers:,} numbers and not {classes} x {classes}"
            refuse(Fault.INFOGAIN_MATRIX_SIZE, "infogain_loss_layer.cpp:72", message, given.fields.place("bottom", 2))
    return Step(_scores(given))


@FAMILY.layer("EuclideanLoss", bottoms=2, is_loss=True)
def euclidean_loss(given: Given) -> Step:
    """EuclideanLossLayer::Reshape."""
    _check_batch(given)
    one, other = given.shape(0), given.shape(1)
    if differ(product(one[1:]), product(other[1:])):
        message = f"the inputs have different sizes: {shown(one)} and {shown(other)}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "euclidean_loss_layer.cpp:12", message, given.fields.place("bottom", 1))
    return Step(((),))


@FAMILY.layer("HingeLoss", bottoms=2, is_loss=True, unforced=(1,))
def hinge_loss(given: Given) -> Step:
    """hinge_loss_layer.cpp; only the batch is compared."""
    _check_batch(given)
    return Step(((),))


@FAMILY.layer("MultinomialLogisticLoss", bottoms=2, is_loss=True, unforced=(1,))
def multinomial_logistic_loss(given: Given) -> Step:
    """MultinomialLogisticLossLayer::Reshape."""
    _check_batch(given)
    place = given.fields.place("bottom", 1)
    if any(legacy_dim(given.shape(1), axis, place) not in (1, None) for axis in (1, 2, 3)):
        message = f"the labels must be one per item, not {shown(given.shape(1))}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "multinomial_logistic_loss_layer.cpp:14", message, place)
    return Step(((),))


@FAMILY.layer("SigmoidCrossEntropyLoss", bottoms=2, is_loss=True, unforced=(1,))
def sigmoid_cross_entropy_loss(given: Given) -> Step:
    """SigmoidCrossEntropyLossLayer::Reshape."""
    _check_batch(given)
    one, other = given.shape(0), given.shape(1)
    if differ(product(one), product(other)):
        message = f"the inputs have different sizes: {shown(one)} and {shown(other)}"
        refuse(
            Fault.INPUT_SHAPES_DIFFER,
            "sigmoid_cross_entropy_loss_layer.cpp:41",
            message,
            given.fields.place("bottom", 1),
        )
    return Step(((),))


@FAMILY.layer("ContrastiveLoss", bottoms=3, is_loss=True, unforced=(2,))
def contrastive_loss(given: Given) -> Step:
    """ContrastiveLossLayer::LayerSetUp."""

    def sizes(index: int) -> Shape:
        place = given.fields.place("bottom", index)
        return tuple(legacy_dim(given.shape(index), axis, place) for axis in (1, 2, 3))

    one, other, similar = sizes(0), sizes(1), sizes(2)
    if differ(one[0], other[0]):
        message = f"the features have different sizes: {one[0]} and {other[0]}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "contrastive_loss_layer.cpp:13", message, given.fields.place("bottom", 1))
    wrong = [any(dim not in (1, None) for dim in dims) for dims in (one[1:], other[1:], similar)]
    if any(wrong):
        index = wrong.index(True)
        message = f"the input {shown(given.shape(index))} must have height and width 1, the last one channel too"
        refuse(Fault.INPUT_SHAPES_DIFFER, "contrastive_loss_layer.cpp:14", message, given.fields.place("bottom", index))
    _check_batch(given)
    return Step(((),))


@FAMILY.layer("Accuracy", bottoms=2, tops=(1, 2))
def accuracy(given: Given) -> Step:
    """AccuracyLayer::Reshape."""
    param = given.group("accuracy_param")
    scores, labels = given.shapes
    top_k = param.integer("top_k", 1)
    numbers, answers = product(scores), product(labels)
    if numbers is not None and answers and top_k > numbers // answers:
        message = f"`top_k: {top_k}` of {numbers // answers} classes"
        refuse(Fault.TOP_K_EXCEEDS_CLASSES, "accuracy_layer.cpp:25", message, param.place("top_k"))
    axis = axis_of(scores, param.integer("axis", 1), param.place("axis"))
    _check_labels(given, axis, "accuracy_layer.cpp:31")
    return Step((((), (scores[axis],)))[: given.top_count])
