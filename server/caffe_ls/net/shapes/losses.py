"""Losses and accuracy (loss_layer.cpp and the files of the single losses)."""

from __future__ import annotations

from collections.abc import Sequence

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, AnyShape, Dim, Refusal, Shape
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
)
from caffe_ls.net.shapes.wording import bottom, bottom_name
from caffe_ls.net.values import Group

FAMILY = Family()

OLD_INFOGAIN = (
    "ssd refinedet nvidia-0.15 nvidia-0.16 nvidia-0.17 fast-rcnn rfcn segnet enet deeplab pspnet temporal-segments "
    "flownet2 lrcn-recurrent lstm c3d windows-microsoft bvlc-2015-02 bvlc-2014-12 bvlc-2014-07"
)
"""Caffes of before December 2016, whose InfogainLoss takes probabilities and no axis."""


def _check_batch(given: Given) -> None:
    """LossLayer::Reshape."""
    one, other = given.shape(0), given.shape(1)
    for index, shape in enumerate((one, other)):
        if not shape:
            message = f"{bottom_name(given, index)} is a single number, without a first axis to compare"
            place = given.fields.place("bottom", index)
            refuse(Fault.WRONG_NUMBER_OF_AXES, "blob.hpp:122", message, place, about=(About(index),))
    if differ(one[0], other[0]):
        message = f"{bottom(given, 0)} and {bottom(given, 1)} are not of one batch: {one[0]:,} and {other[0]:,}"
        place = given.fields.place("bottom", 1)
        about = (About(0, 0), About(1, 0))
        refuse(Fault.INPUT_SHAPES_DIFFER, "loss_layer.cpp:19", message, place, about=about)


def _axis(given: Given, param: Group) -> int:
    """The axis of the classes; labels given in the place of scores have none."""
    scores, wanted = given.shape(0), param.integer("axis", 1)
    if not param.has("axis") and len(scores) < 2 <= len(given.shape(1)):
        message = f"{bottom(given, 0)} has no axis of classes, and {bottom(given, 1)} has: scores come before labels"
        place, about = given.fields.place("bottom"), (About(0), About(1))
        refuse(Fault.AXIS_OUT_OF_RANGE, "blob.hpp:122", message, place, about=about)
    return axis_of(scores, wanted, param.place("axis") if param.has("axis") else given.fields.place("bottom"))


def _check_labels(given: Given, axis: int, check: str) -> None:
    """One label for each place of the predictions; what is not known of a batch is the same for both.

    DeepLab's loss shrinks larger labels.
    """
    if given.dialect == "deeplab":
        return
    scores, labels = given.shape(0), given.shape(1)
    places = (*scores[:axis], *scores[axis + 1 :])
    wanted, found = product(places), product(labels)
    if axis > 0 and labels and (wanted is None or found is None) and not differ(scores[0], labels[0]):
        wanted, found = product(places[1:]), product(labels[1:])
        one = " per item"
    else:
        one = ""
    if wanted is not None and found is not None and wanted != found:
        message = f"{bottom(given, 1)} has {found:,} labels{one} for the {wanted:,} predictions of {bottom(given, 0)}"
        place = given.fields.place("bottom", 1)
        refuse(Fault.LABEL_COUNT_MISMATCH, check, message, place, about=(About(1), About(0)))


def _refuse_different(given: Given, check: str, why: str, about: Sequence[About]) -> None:
    message = f"{bottom(given, 0)} and {bottom(given, 1)} {why}"
    refuse(Fault.INPUT_SHAPES_DIFFER, check, message, given.fields.place("bottom", 1), about=about)


def _scores(given: Given) -> tuple[AnyShape, ...]:
    return ((), given.shape())[: given.top_count]


@FAMILY.layer("SoftmaxWithLoss", bottoms=2, tops=(1, 2), is_loss=True, unforced=(1,))
def softmax_with_loss(given: Given) -> Step:
    """SoftmaxWithLossLayer::Reshape."""
    _check_batch(given)
    param = given.group("softmax_param")
    axis = _axis(given, param)
    refuse_empty((given.shape()[axis],), "the axis of the classes", given.fields.place("bottom"))
    _check_labels(given, axis, "softmax_loss_layer.cpp:47")
    return Step(_scores(given))


@FAMILY.layer("InfogainLoss", bottoms=(2, 3), tops=(1, 2), is_loss=True, unforced=(1,))
def infogain_loss(given: Given) -> Step:
    """InfogainLossLayer::LayerSetUp and Reshape."""
    param, loss = given.group("infogain_loss_param"), given.group("loss_param")
    refusals = []
    if loss.has("normalize"):
        message = "InfogainLoss refuses `normalize`: `normalization` took its place"
        place, check = loss.place("normalize"), "infogain_loss_layer.cpp:36"
        refusals.append(Refusal(Fault.INVALID_LAYER_PARAMETER, message, place, check))
    refusals += _missing_matrix(given)
    _check_batch(given)
    axis = _axis(given, param)
    _check_labels(given, axis, "infogain_loss_layer.cpp:60")
    classes = given.shape()[axis]
    if len(given.bottoms) == 3 and classes is not None and differ(product(given.shape(2)), classes**2):
        _refuse_matrix(given, classes, "infogain_loss_layer.cpp:116")
    return Step(_scores(given), refusals=tuple(refusals))


def _missing_matrix(given: Given) -> list[Refusal]:
    param = given.group("infogain_loss_param")
    if len(given.bottoms) != 2 or param.has("source"):
        return []
    message = "InfogainLoss without its matrix H: neither a third bottom nor `infogain_loss_param { source: ... }`"
    place = given.place("infogain_loss_param")
    return [Refusal(Fault.MISSING_LAYER_PARAMETER, message, place, "infogain_loss_layer.cpp:41")]


def _refuse_matrix(given: Given, classes: int, check: str) -> None:
    message = f"{bottom(given, 2)} is no matrix of {classes} x {classes}, as the classes of {bottom(given, 0)} need"
    about = (About(2), About(0, 1))
    refuse(Fault.INFOGAIN_MATRIX_SIZE, check, message, given.fields.place("bottom", 2), about=about)


@FAMILY.layer("InfogainLoss", bottoms=(2, 3), is_loss=True, unforced=(1,), dialect=OLD_INFOGAIN)
def infogain_loss_of_probabilities(given: Given) -> Step:
    """InfogainLossLayer::LayerSetUp and Reshape as they were: a label for each item, H of 1 x 1 x classes x classes."""
    refusals = tuple(_missing_matrix(given))
    _check_batch(given)
    _check_one_label(given, "infogain_loss_layer.cpp:34")
    classes = product(given.shape()[1:])
    if len(given.bottoms) == 3 and classes is not None:
        place = given.fields.place("bottom", 2)
        sizes = [legacy_dim(given.shape(2), axis, place) for axis in range(4)]
        if any(differ(size, wanted) for size, wanted in zip(sizes, (1, 1, classes, classes), strict=True)):
            _refuse_matrix(given, classes, "infogain_loss_layer.cpp:39")
    return Step(((),), refusals=refusals)


@FAMILY.layer("EuclideanLoss", bottoms=2, is_loss=True)
def euclidean_loss(given: Given) -> Step:
    """EuclideanLossLayer::Reshape."""
    _check_batch(given)
    one, other = (product(given.shape(index)[1:]) for index in (0, 1))
    if differ(one, other):
        why = f"have {one:,} and {other:,} numbers per item"
        _refuse_different(given, "euclidean_loss_layer.cpp:12", why, (About(0), About(1)))
    return Step(((),), refusals=_too_many_axes(given))


def _too_many_axes(given: Given) -> tuple[Refusal, ...]:
    """The forward pass divides by `num()`, which takes four axes at most (blob.hpp, LegacyShape)."""
    if len(given.shape()) <= 4:
        return ()
    message = f"{bottom(given, 0)} has more than the 4 axes that {given.spec.type} computes with"
    place, about = given.fields.place("bottom"), (About(0),)
    return (Refusal(Fault.WRONG_NUMBER_OF_AXES, message, place, "blob.hpp:140", stage="first-iteration", about=about),)


@FAMILY.layer("HingeLoss", bottoms=2, is_loss=True, unforced=(1,))
def hinge_loss(given: Given) -> Step:
    """hinge_loss_layer.cpp; only the batch is compared."""
    _check_batch(given)
    return Step(((),), refusals=_too_many_axes(given))


@FAMILY.layer("MultinomialLogisticLoss", bottoms=2, is_loss=True, unforced=(1,))
def multinomial_logistic_loss(given: Given) -> Step:
    """MultinomialLogisticLossLayer::Reshape."""
    _check_batch(given)
    _check_one_label(given, "multinomial_logistic_loss_layer.cpp:14")
    return Step(((),), refusals=_too_many_axes(given))


def _check_one_label(given: Given, check: str) -> None:
    place = given.fields.place("bottom", 1)
    if any(legacy_dim(given.shape(1), axis, place) not in (1, None) for axis in (1, 2, 3)):
        message = f"{bottom(given, 1)} has more than one label per item: {given.spec.type} takes one"
        refuse(Fault.LABEL_COUNT_MISMATCH, check, message, place, about=(About(1),))


@FAMILY.layer("SigmoidCrossEntropyLoss", bottoms=2, is_loss=True, unforced=(1,))
def sigmoid_cross_entropy_loss(given: Given) -> Step:
    """SigmoidCrossEntropyLossLayer::Reshape."""
    _check_batch(given)
    one, other = product(given.shape(0)), product(given.shape(1))
    if one is None or other is None:
        one, other = (product(given.shape(index)[1:]) for index in (0, 1))
    if one is not None and other is not None and one != other:
        why = f"have {one:,} and {other:,} numbers"
        _refuse_different(given, "sigmoid_cross_entropy_loss_layer.cpp:41", why, (About(0), About(1)))
    return Step(((),))


@FAMILY.layer("ContrastiveLoss", bottoms=3, is_loss=True, unforced=(2,))
def contrastive_loss(given: Given) -> Step:
    """ContrastiveLossLayer::LayerSetUp."""

    def sizes(index: int) -> Shape:
        place = given.fields.place("bottom", index)
        return tuple(legacy_dim(given.shape(index), axis, place) for axis in (1, 2, 3))

    one, other, similar = sizes(0), sizes(1), sizes(2)
    if differ(one[0], other[0]):
        why = f"have {one[0]:,} and {other[0]:,} features"
        _refuse_different(given, "contrastive_loss_layer.cpp:13", why, (About(0, 1), About(1, 1)))
    checks = ((0, one[1:], "height and width 1", 14), (1, other[1:], "height and width 1", 16))
    for index, dims, wanted, line in (*checks, (2, similar, "one label per pair", 18)):
        if any(dim not in (1, None) for dim in dims):
            message = f"{bottom(given, index)} must have {wanted}"
            place, check = given.fields.place("bottom", index), f"contrastive_loss_layer.cpp:{line}"
            refuse(Fault.INPUT_SHAPES_DIFFER, check, message, place, about=(About(index),))
    _check_batch(given)
    return Step(((),))


@FAMILY.layer("Accuracy", bottoms=2, tops=(1, 2))
def accuracy(given: Given) -> Step:
    """AccuracyLayer::Reshape."""
    param = given.group("accuracy_param")
    scores, labels = given.shapes
    axis = _axis(given, param)
    _check_top_k(given, product(scores), product(labels), scores[axis])
    _check_labels(given, axis, "accuracy_layer.cpp:31")
    return Step((((), (scores[axis],)))[: given.top_count])


def _check_top_k(given: Given, numbers: Dim, answers: Dim, classes: Dim) -> None:
    """Caffe compares with scores per label; where labels are too few or too many, that is what to say."""
    param = given.group("accuracy_param")
    top_k = param.integer("top_k", 1)
    known = classes if classes is not None else numbers // answers if numbers is not None and answers else None
    if known is not None and top_k > known and top_k > 1:
        message = f"`top_k: {top_k}` of {known} classes, the size of {bottom(given, 0)} along its axis"
        place = param.place("top_k")
        refuse(Fault.TOP_K_EXCEEDS_CLASSES, "accuracy_layer.cpp:25", message, place, about=(About(0, 1),))
