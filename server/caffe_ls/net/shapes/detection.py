"""The SSD fork's layers (weiliu89/caffe, src/caffe/layers: permute, multibox_loss, detection_*)."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, Dim, Refusal
from caffe_ls.net.shapes.step import (
    Family,
    Given,
    Step,
    as_int,
    differ,
    legacy_dim,
    refuse,
    shapes_differ,
    shown,
)
from caffe_ls.net.shapes.wording import bottom, bottom_name
from caffe_ls.net.values import Group

FAMILY = Family()

_ENDLESS = 1 << 30
_MINING = ("NONE", "MAX_NEGATIVE", "HARD_EXAMPLE")


@FAMILY.layer("Permute")
def permute(given: Given) -> Step:
    """PermuteLayer::LayerSetUp and Reshape; axes not named follow in their order."""
    param = given.group("permute_param")
    shape = given.shape()
    order = param.integers("order")
    for index, axis in enumerate(order):
        place = param.place("order", index)
        if axis >= len(shape):
            message = f"`order: {axis}` of an input that has the axes 0 to {len(shape) - 1} ({shown(shape)})"
            refuse(Fault.AXIS_OUT_OF_RANGE, "permute_layer.cpp:38", message, place, about=(About(0),))
        if axis in order[:index]:
            message = f"`order: {axis}` is given twice"
            refuse(Fault.INVALID_LAYER_PARAMETER, "permute_layer.cpp:41", message, place)
    rest = [axis for axis in range(len(shape)) if axis not in order]
    return Step((tuple(shape[axis] for axis in (*order, *rest)),))


def _wrong_predictions(given: Given, param: Group, checks: tuple[str, str]) -> Iterator[Refusal]:
    """As many locations and confidences as there are priors."""
    locations, confidences, prior = given.shapes[:3]
    height = legacy_dim(prior, 2, given.fields.place("bottom", 2))
    if height is None:
        return
    priors, classes = height // 4, as_int(param.integer("num_classes"))
    shared = param.flag("share_location", True)
    wanted = (priors * (1 if shared else classes) * 4, priors * classes)
    formulas = (f"{priors:,} priors x 4" if shared else f"{priors:,} priors x {classes} classes x 4",
                f"{priors:,} priors x `num_classes: {classes}`")  # fmt: skip
    for index, shape in enumerate((locations, confidences)):
        place = given.fields.place("bottom", index)
        found = legacy_dim(shape, 1, place)
        if differ(found, wanted[index]):
            what = "locations" if index == 0 else "confidences"
            message = f"{found:,} {what} for {formulas[index]} = {wanted[index]:,}"
            about = (About(index, 1), About(2, 2))
            yield Refusal(Fault.PRIOR_COUNT_MISMATCH, message, place, checks[index], about=about)


def _check_same_batch(given: Given, check: str) -> None:
    one, other = given.shape(0), given.shape(1)
    if one and other and differ(one[0], other[0]):
        message = f"{bottom(given, 0)} and {bottom(given, 1)} must have the same first dimension"
        place = given.fields.place("bottom", 1)
        refuse(Fault.INPUT_SHAPES_DIFFER, check, message, place, about=(About(0, 0), About(1, 0)))


@FAMILY.layer("MultiBoxLoss", bottoms=(4, _ENDLESS), is_loss=True, unforced=(1,))
@FAMILY.layer("MultiBoxLoss", bottoms=4, is_loss=True, unforced=(1,), dialect="ssd")
def multibox_loss(given: Given) -> Step:
    """MultiBoxLossLayer::LayerSetUp and Reshape; RefineDet's takes predictions of the first step as further bottoms."""
    param = given.group("multibox_loss_param")
    _check_classes(given, "multibox_loss_param", "multibox_loss_layer.cpp:28", "multibox_loss_layer.cpp:30")
    refusals = [*_wrong_mining(param), *_wrong_background(param)]
    _check_same_batch(given, "loss_layer.cpp:20")
    if len(given.bottoms) == 4:
        refusals += _wrong_predictions(given, param, ("multibox_loss_layer.cpp:139", "multibox_loss_layer.cpp:141"))
    return Step(((),), refusals=tuple(refusals))


def _check_classes(given: Given, message_name: str, missing: str, none: str = "") -> None:
    param = given.group(message_name)
    if not param.has("num_classes"):
        message = f"{given.spec.type} without `num_classes`"
        refuse(Fault.MISSING_LAYER_PARAMETER, missing, message, given.place(message_name))
    if none and as_int(param.integer("num_classes")) < 1:
        message = "`num_classes` must be 1 or more"
        refuse(Fault.INVALID_LAYER_PARAMETER, none, message, param.place("num_classes"))


def _wrong_mining(param: Group) -> Iterator[Refusal]:
    mining = param.choice("mining_type", _MINING, "MAX_NEGATIVE")
    mines = mining != "NONE"
    if param.has("do_neg_mining") and param.flag("do_neg_mining") != mines:
        said = "true" if param.flag("do_neg_mining") else "false"
        by_default = "" if param.has("mining_type") else ", the default"
        message = f"`do_neg_mining: {said}` contradicts `mining_type: {mining}`{by_default}"
        place = param.place("do_neg_mining")
        yield Refusal(Fault.CONFLICTING_LAYER_PARAMETERS, message, place, "multibox_loss_layer.cpp:39")
    if mines and not param.flag("share_location", True):
        message = f"`share_location: false` needs `mining_type: NONE`, not {mining}"
        place = param.place("share_location")
        yield Refusal(Fault.CONFLICTING_LAYER_PARAMETERS, message, place, "multibox_loss_layer.cpp:54")


def _wrong_background(param: Group) -> Iterator[Refusal]:
    background, classes = as_int(param.integer("background_label_id")), as_int(param.integer("num_classes"))
    logistic = param.choice("conf_loss_type", ("SOFTMAX", "LOGISTIC")) == "LOGISTIC"
    if background >= classes or (background < 0 and not logistic):
        message = f"`background_label_id: {background}` is none of the {classes} classes, 0 to {classes - 1}"
        check = "bbox_util.cpp:1460" if logistic else "multibox_loss_layer.cpp:97"
        place = param.place("background_label_id" if param.has("background_label_id") else "num_classes")
        stage = "first-iteration" if logistic else "init"
        yield Refusal(Fault.INVALID_LAYER_PARAMETER, message, place, check, stage=stage)  # type: ignore[arg-type]


@FAMILY.layer("DetectionOutput", bottoms=(3, _ENDLESS))
@FAMILY.layer("DetectionOutput", bottoms=(3, 4), dialect="ssd")
def detection_output(given: Given) -> Step:
    """DetectionOutputLayer::LayerSetUp and Reshape: one row until the first pass tells how many are kept.

    RefineDet's and Synopsys' take further predictions as bottoms; these are not compared.
    """
    param = given.group("detection_output_param")
    _check_classes(given, "detection_output_param", "detection_output_layer.cpp:20")
    refusals = [*_wrong_suppression(param)]
    if given.dialect == "ssd":
        _check_same_batch(given, "detection_output_layer.cpp:150")
    if len(given.bottoms) <= 4:
        checks = ("detection_output_layer.cpp:164", "detection_output_layer.cpp:166")
        refusals += _wrong_predictions(given, param, checks)
    if param.flag("share_location", True) and param.integer("background_label_id") == -1:
        message = "`background_label_id: -1` is the label under which shared locations are kept: Caffe finds none"
        place, check = param.place("background_label_id"), "detection_output_layer.cpp:231"
        refusals.append(Refusal(Fault.INVALID_LAYER_PARAMETER, message, place, check, stage="first-iteration"))
    return Step(((1, 1, 1, 7),), refusals=tuple(refusals))


def _invalid(check: str, message: str, param: Group, name: str, index: int = 0) -> Refusal:
    return Refusal(Fault.INVALID_LAYER_PARAMETER, message, param.place(name, index), check)


def _wrong_suppression(param: Group) -> Iterator[Refusal]:
    nms = param.group("nms_param")
    if nms.number("nms_threshold", 0.3) < 0:
        message = "`nms_threshold` must not be negative"
        yield _invalid("detection_output_layer.cpp:33", message, nms, "nms_threshold")
    if not 0 < nms.number("eta", 1.0) <= 1:
        message = f"`eta: {nms.number('eta', 1.0):g}` must be above 0 and at most 1"
        yield _invalid("detection_output_layer.cpp:35", message, nms, "eta")


@FAMILY.layer("DetectionEvaluate", bottoms=(0, _ENDLESS))
def detection_evaluate(given: Given) -> Step:
    """DetectionEvaluateLayer::LayerSetUp and Reshape: a row for each class, and one for each detection there is so far.

    The number of bottoms is never checked; a third is ignored.
    """
    param = given.group("detection_evaluate_param")
    if len(given.bottoms) < 2:
        message = f"DetectionEvaluate reads detections and labels, and has {len(given.bottoms)} bottom: Caffe crashes"
        refuse(Fault.WRONG_NUMBER_OF_BOTTOMS, "SIGSEGV", message, given.fields.place("bottom"))
    _check_classes(given, "detection_evaluate_param", "detection_evaluate_layer.cpp:16")
    refusals = []
    if param.number("overlap_threshold", 0.5) <= 0:
        message = "`overlap_threshold` must be above 0"
        refusals.append(_invalid("detection_evaluate_layer.cpp:21", message, param, "overlap_threshold"))
    classes = as_int(param.integer("num_classes"))
    if classes == 0:
        message = "`num_classes: 0`: the output has no row, and the first pass writes beyond it"
        place = param.place("num_classes")
        refusals.append(
            Refusal(Fault.INVALID_LAYER_PARAMETER, message, place, "heap corruption", stage="first-iteration")
        )
    rows = _check_rows(given, 0, "detections", 7)
    _check_rows(given, 1, "labels", 8)
    no_background = as_int(param.integer("background_label_id")) == -1
    return Step(
        ((1, 1, None if rows is None else classes - (0 if no_background else 1) + rows, 5),), refusals=tuple(refusals)
    )


def _check_rows(given: Given, index: int, what: str, wide: int) -> Dim:
    """The number of rows of a blob 1 x 1 x rows x numbers."""
    shape, place = given.shape(index), given.fields.place("bottom", index)
    num, channels, rows, width = (legacy_dim(shape, axis, place) for axis in range(4))
    if differ(num, 1) or differ(channels, 1) or differ(width, wide):
        message = f"the {what}, {bottom_name(given, index)}, must be 1 x 1 x N x {wide}, not {shown(shape)}"
        check = f"detection_evaluate_layer.cpp:{53 + 3 * index}"
        refuse(Fault.INPUT_SHAPES_DIFFER, check, message, place, about=(About(index),))
    return rows


@FAMILY.layer("SmoothL1Loss", "SMOOTH_L1_LOSS", bottoms=(2, 4), is_loss=True)
@FAMILY.layer("SmoothL1Loss", bottoms=2, is_loss=True, dialect="ssd")
def smooth_l1_loss(given: Given) -> Step:
    """SmoothL1LossLayer::Reshape; the R-CNN family's takes weights as further bottoms."""
    one, other = given.shape(0), given.shape(1)
    _check_same_batch(given, "loss_layer.cpp:20")
    sizes = [
        tuple(legacy_dim(shape, axis, given.fields.place("bottom", index)) for axis in (1, 2, 3))
        for index, shape in enumerate((one, other))
    ]
    if shapes_differ(sizes[0], sizes[1]):
        message = f"{bottom(given, 0)} and {bottom(given, 1)} must be of one shape"
        place = given.fields.place("bottom", 1)
        refuse(Fault.INPUT_SHAPES_DIFFER, "smooth_L1_loss_layer.cpp:27", message, place, about=(About(0), About(1)))
    return Step(((),))
