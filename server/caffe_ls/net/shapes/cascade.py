"""Cascade R-CNN's own layers (zhaoweicai/cascade-rcnn, src/caffe/layers).

How many boxes there are shows only in a pass: Caffe builds the net with one, here their number is unknown.
"""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, Dim, Refusal
from caffe_ls.net.shapes.step import ANY_NUMBER, Family, Given, Step, differ, legacy_dim, refuse
from caffe_ls.net.shapes.wording import bottom

FAMILY = Family()

_CASCADE = "cascade-rcnn"


def _channels(given: Given, index: int) -> Dim:
    return legacy_dim(given.shape(index), 1, given.fields.place("bottom", index))


def _check_channels(given: Given, index: int, wanted: int, check: str) -> None:
    found = _channels(given, index)
    if differ(found, wanted):
        message = f"{bottom(given, index)} must have {wanted} numbers per box"
        place = given.fields.place("bottom", index)
        refuse(Fault.INPUT_SHAPES_DIFFER, check, message, place, about=(About(index, 1),))


@FAMILY.layer("DecodeBBox", bottoms=(2, 3), reads_phase=True)
def decode_bbox(given: Given) -> Step:
    """DecodeBBoxLayer::Reshape: boxes moved by what was predicted for them."""
    check = "decode_bbox_layer.cpp"
    refusals = []
    if len(given.bottoms) == 3 and given.phase == "TEST":
        message = "a third bottom, the ground truth, is for training only"
        place = given.fields.place("bottom", 2)
        refusals.append(Refusal(Fault.WRONG_NUMBER_OF_BOTTOMS, message, place, check))
    _check_channels(given, 0, 8, check)
    _check_channels(given, 1, 5, check)
    return Step(((None, 5, 1, 1),), refusals=tuple(refusals))


@FAMILY.layer("BoxGroupOutput", bottoms=(2, ANY_NUMBER), tops=(1, 2))
def box_group_output(given: Given) -> Step:
    """BoxGroupOutputLayer::LayerSetUp and Reshape: boxes, and boxes with scores."""
    pairs, groups = len(given.bottoms) // 2, given.group("box_group_output_param").count("box_group_param")
    if len(given.bottoms) % 2:
        message = f"scores and boxes come in pairs; here are {len(given.bottoms)} bottoms"
        place = given.fields.place("bottom", len(given.bottoms) - 1)
        refuse(Fault.WRONG_NUMBER_OF_BOTTOMS, "box_group_output_layer.cpp", message, place)
    if groups != pairs:
        message = f"{groups} `box_group_param` for {pairs} pair{'s'[: pairs != 1]} of bottoms"
        place = given.group("box_group_output_param").place("box_group_param")
        refuse(Fault.VALUES_PER_BLOB, "box_group_output_layer.cpp", message, place)
    return Step(((None, 5, 1, 1), (None, 6, 1, 1))[: given.top_count])


@FAMILY.layer("ScaleRoute", bottoms=(1, ANY_NUMBER), tops=(1, ANY_NUMBER), equal_counts=True)
def scale_route(given: Given) -> Step:
    """ScaleRouteLayer::Reshape: the boxes of some scales, with what belongs to them."""
    _check_channels(given, 0, 5, "scale_route_layer.cpp")
    places = [given.fields.place("bottom", index) for index in range(len(given.bottoms))]
    return Step(
        tuple(
            (None, *(legacy_dim(shape, axis, place) for axis in (1, 2, 3)))
            for shape, place in zip(given.shapes, places, strict=True)
        )
    )


@FAMILY.layer("FrcnnOutput", bottoms=4)
def frcnn_output(given: Given) -> Step:
    """FrcnnOutputLayer::Reshape: a row of 7 for each detection."""
    return Step(((None, 7, 1, 1),))


@FAMILY.layer("ProposalTarget", bottoms=2, tops=(6, 7), dialect=_CASCADE)
def proposal_target(given: Given) -> Step:
    """ProposalTargetLayer::Reshape: boxes, labels, targets, two weights, matches, weights of samples."""
    param = given.group("proposal_target_param")
    batch = param.integer("batch_size", 128)
    if batch != -1 and batch <= 0:
        message = "`batch_size` must be above 0, or -1 for all"
        refuse(Fault.INVALID_LAYER_PARAMETER, "proposal_target_layer.cpp", message, param.place("batch_size"))
    by_class = given.group("bbox_reg_param").flag("cls_aware", True)
    target: Dim = param.integer("cls_num") * 4 if by_class else 8
    # A pass may find fewer boxes than were asked for.
    widths = (5, 1, target, target, target, 6, 1)
    return Step(tuple((None, width, 1, 1) for width in widths[: given.top_count]))


@FAMILY.layer("BboxAccuracy", bottoms=3, tops=(1, 2))
def bbox_accuracy(given: Given) -> Step:
    """BboxAccuracyLayer::Reshape."""
    return Step(((1, 1, 1, 1),) * given.top_count)


@FAMILY.layer("DetectionGroupLoss", bottoms=3, is_loss=True, unforced=(1,))
def detection_group_loss(given: Given) -> Step:
    """DetectionGroupLossLayer::Reshape: the losses of classes and boxes."""
    _check_groups(given, "detection_group_loss_param", "detection_group_loss_layer.cpp")
    return Step(((1, 1, 1, 2),))


@FAMILY.layer("DetectionGroupAccuracy", bottoms=3, tops=(1, 2))
def detection_group_accuracy(given: Given) -> Step:
    """DetectionGroupAccuracyLayer::Reshape: accuracy, that of the foreground, and the overlap of boxes."""
    _check_groups(given, "detection_group_accuracy_param", "detection_group_accuracy_layer.cpp")
    return Step(((1, 1, 1, 2), (1, 1, 1, 1))[: given.top_count])


def _check_groups(given: Given, message_name: str, check: str) -> None:
    param = given.group(message_name)
    heights, widths = param.count("field_h"), param.count("field_w")
    if heights != widths or not heights:
        message = f"{heights} `field_h` and {widths} `field_w`: as many of each are needed, one at least"
        refuse(Fault.INVALID_LAYER_PARAMETER, check, message, param.place("field_h"))
    _check_channels(given, 0, param.integer("cls_num"), check)
    _check_channels(given, 1, 4, check)
    _check_channels(given, 2, 6, check)


@FAMILY.layer("DetectionData", "EvalData", bottoms=0, tops=(1, ANY_NUMBER), reads_ranks=False)
def detection_data(given: Given) -> Step:
    """Images and boxes of window files: their sizes are the files' affair."""
    return Step((None,) * given.top_count)


@FAMILY.layer("DetectionEvaluate", bottoms=3, dialect=_CASCADE)
def detection_evaluate(given: Given) -> Step:
    """DetectionEvaluateLayer::LayerSetUp and Reshape: detections, ground truth, and sizes of images."""
    param, whole = given.group("detection_evaluate_param"), given.place("detection_evaluate_param")
    refusals = [
        Refusal(
            Fault.MISSING_LAYER_PARAMETER, f"DetectionEvaluate without `{name}`", whole, "detection_evaluate_layer.cpp"
        )
        for name in ("num_classes", "name_size_file")
        if not param.has(name)
    ]
    if param.number("overlap_threshold", 0.5) <= 0:
        place = param.place("overlap_threshold")
        message = "`overlap_threshold` must be above 0"
        refusals.append(Refusal(Fault.INVALID_LAYER_PARAMETER, message, place, "detection_evaluate_layer.cpp"))
    for index, wide in enumerate((7, 8, 2)):
        _check_channels(given, index, wide, "detection_evaluate_layer.cpp")
    return Step(((None, 5, 1, 1),), refusals=tuple(refusals))
