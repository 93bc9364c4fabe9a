"""The SSD fork's layers (weiliu89/caffe, src/caffe/layers: prior_box, permute, multibox_loss, detection_*)."""

from __future__ import annotations

import struct

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Dim, Shape
from caffe_ls.net.shapes.step import Family, Given, Step, differ, legacy_dim, product, refuse, shapes_differ, shown
from caffe_ls.net.values import Group

FAMILY = Family()

_ENDLESS = 1 << 30


def _float32(number: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return number


@FAMILY.layer("PriorBox", bottoms=(0, _ENDLESS))
def prior_box(given: Given) -> Step:
    """PriorBoxLayer::LayerSetUp and Reshape: boxes and their variances."""
    param = given.group("prior_box_param")
    if not given.bottoms:
        refuse(Fault.WRONG_NUMBER_OF_BOTTOMS, "SIGSEGV", "PriorBox without a bottom: Caffe crashes", given.fields.span)
    smallest, largest = param.numbers("min_size"), param.numbers("max_size")
    if not smallest or min(smallest) <= 0:
        refuse(
            Fault.MISSING_LAYER_PARAMETER,
            "prior_box_layer.cpp:15",
            "`min_size` must be given, above 0",
            param.place("min_size"),
        )
    if largest and len(largest) != len(smallest):
        message = f"{len(largest)} `max_size` for {len(smallest)} `min_size`"
        refuse(Fault.VALUES_PER_BLOB, "prior_box_layer.cpp:41", message, param.place("max_size"))
    for index, (low, high) in enumerate(zip(smallest, largest, strict=False)):
        if high <= low:
            message = f"`max_size: {high:g}` is not above `min_size: {low:g}`"
            refuse(Fault.VALUES_PER_BLOB, "prior_box_layer.cpp:44", message, param.place("max_size", index))
    _check_variances(param)
    place = given.fields.place("bottom")
    height, width = (legacy_dim(given.shape(), axis, place) for axis in (2, 3))
    priors = _ratios(param) * len(smallest) + len(largest)
    return Step(((1, 2, product((height, width, priors, 4))),))


def _ratios(param: Group) -> int:
    """How many different aspect ratios there are; the flipped ones are added unseen."""
    ratios = [1.0]
    flip = param.flag("flip", True)
    for number in param.numbers("aspect_ratio"):
        ratio = _float32(number)
        if any(abs(ratio - known) < 1e-6 for known in ratios):
            continue
        ratios.append(ratio)
        if flip:
            ratios.append(_float32(1.0 / ratio) if ratio else float("inf"))
    return len(ratios)


def _check_variances(param: Group) -> None:
    variances = param.numbers("variance")
    if len(variances) not in (0, 1, 4):
        message = f"`variance` is given {len(variances)} times: it is given once or four times"
        refuse(Fault.INVALID_LAYER_PARAMETER, "prior_box_layer.cpp:52", message, param.place("variance"))
    if any(variance <= 0 for variance in variances):
        refuse(
            Fault.INVALID_LAYER_PARAMETER,
            "prior_box_layer.cpp:54",
            "a `variance` must be above 0",
            param.place("variance"),
        )


@FAMILY.layer("Permute")
def permute(given: Given) -> Step:
    """PermuteLayer::LayerSetUp and Reshape; axes not named follow in their order."""
    param = given.group("permute_param")
    bottom = given.shape()
    order = param.integers("order")
    for index, axis in enumerate(order):
        if axis >= len(bottom):
            message = f"`order: {axis}` of an input that has {len(bottom)} axes ({shown(bottom)})"
            refuse(Fault.INVALID_LAYER_PARAMETER, "permute_layer.cpp:38", message, param.place("order", index))
        if axis in order[:index]:
            refuse(
                Fault.INVALID_LAYER_PARAMETER,
                "permute_layer.cpp:41",
                f"`order: {axis}` is given twice",
                param.place("order", index),
            )
    rest = [axis for axis in range(len(bottom)) if axis not in order]
    return Step((tuple(bottom[axis] for axis in (*order, *rest)),))


def _priors(shape: Shape, given: Given) -> Dim:
    height = legacy_dim(shape, 2, given.fields.place("bottom", 2))
    return None if height is None else height // 4


def _check_predictions(given: Given, param: Group, prefix: str) -> None:
    """As many locations and confidences as there are priors."""
    location, confidence, prior = given.shapes[:3]
    priors = _priors(prior, given)
    classes = param.integer("num_classes")
    shared = param.flag("share_location", True)
    places = [given.fields.place("bottom", index) for index in (0, 1)]
    if priors is None:
        return
    wanted = (priors * (1 if shared else classes) * 4, priors * classes)
    for index, what in enumerate(("locations", "confidences")):
        found = legacy_dim((location, confidence)[index], 1, places[index])
        if differ(found, wanted[index]):
            message = f"{priors:,} priors need {wanted[index]:,} {what}, not {found:,}"
            refuse(Fault.PRIOR_COUNT_MISMATCH, prefix, message, places[index])


@FAMILY.layer("MultiBoxLoss", bottoms=4, is_loss=True, unforced=(1,))
def multibox_loss(given: Given) -> Step:
    """MultiBoxLossLayer::LayerSetUp and Reshape."""
    param = given.group("multibox_loss_param")
    if param.integer("num_classes") < 1:
        refuse(
            Fault.MISSING_LAYER_PARAMETER,
            "multibox_loss_layer.cpp:28",
            "`num_classes` must be given, 1 or more",
            param.place("num_classes"),
        )
    one, other = given.shape(0), given.shape(1)
    if one and other and differ(one[0], other[0]):
        message = f"locations and confidences have different first dimensions: {shown(one)} and {shown(other)}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "loss_layer.cpp:20", message, given.fields.place("bottom", 1))
    _check_predictions(given, param, "multibox_loss_layer.cpp:139")
    return Step(((),))


@FAMILY.layer("DetectionOutput", bottoms=(3, 4))
def detection_output(given: Given) -> Step:
    """DetectionOutputLayer::Reshape: one row until the first pass tells how many are kept."""
    param = given.group("detection_output_param")
    if not param.has("num_classes"):
        refuse(
            Fault.MISSING_LAYER_PARAMETER,
            "detection_output_layer.cpp:20",
            "`num_classes` is missing",
            param.place("num_classes"),
        )
    _check_predictions(given, param, "detection_output_layer.cpp:164")
    return Step(((1, 1, 1, 7),))


@FAMILY.layer("DetectionEvaluate", bottoms=2)
def detection_evaluate(given: Given) -> Step:
    """DetectionEvaluateLayer::Reshape: a row for each class, and one for the only detection there is so far."""
    param = given.group("detection_evaluate_param")
    if not param.has("num_classes"):
        refuse(
            Fault.MISSING_LAYER_PARAMETER,
            "detection_evaluate_layer.cpp",
            "`num_classes` is missing",
            param.place("num_classes"),
        )
    found = given.shape(0)
    rows = legacy_dim(found, 2, given.fields.place("bottom"))
    return Step(((1, 1, None if rows is None else param.integer("num_classes") - 1 + rows, 5),))


@FAMILY.layer("SmoothL1Loss", bottoms=(2, 4), is_loss=True)
def smooth_l1_loss(given: Given) -> Step:
    """SmoothL1LossLayer::Reshape; the R-CNN family's takes weights as further bottoms."""
    one, other = given.shape(0), given.shape(1)
    if one and other and differ(one[0], other[0]):
        message = f"the inputs have different first dimensions: {shown(one)} and {shown(other)}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "loss_layer.cpp:20", message, given.fields.place("bottom", 1))
    sizes = [
        tuple(legacy_dim(shape, axis, given.fields.place("bottom", index)) for axis in (1, 2, 3))
        for index, shape in enumerate((one, other))
    ]
    if shapes_differ(sizes[0], sizes[1]):
        message = f"the inputs have different shapes: {shown(one)} and {shown(other)}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "smooth_L1_loss_layer.cpp:27", message, given.fields.place("bottom", 1))
    return Step(((),))
