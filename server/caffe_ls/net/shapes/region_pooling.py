"""Pooling of regions, of Fast R-CNN and R-FCN (roi_pooling_layer.cpp, psroi_pooling_layer.cpp), and what proposes them.

The regions come mostly from Python layers, and their number changes with each image: it may be unknown.
"""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, Dim
from caffe_ls.net.shapes.step import ANY_NUMBER, Family, Given, Step, differ, legacy_dim, refuse
from caffe_ls.net.shapes.wording import bottom
from caffe_ls.net.values import Group

FAMILY = Family()


@FAMILY.layer("ROIPooling", "ROIAlign", "ROI_POOLING", bottoms=(2, ANY_NUMBER), tops=(1, 2), reads_ranks=False)
def roi_pooling(given: Given) -> Step:
    """ROIPoolingLayer::LayerSetUp and Reshape: a grid for each region."""
    param = given.group("roi_pooling_param")
    if given.spec.type == "ROIAlign" and given.fields.has("roi_align_param"):
        param = given.group("roi_align_param")
    if param.has("pooled_size"):
        return Step(((_dim(given, 1, 0), _dim(given, 0, 1), None, None),) * given.top_count)
    height, width = (_given_size(given, param, name, "roi_pooling_layer.cpp") for name in ("pooled_h", "pooled_w"))
    return Step(((_dim(given, 1, 0), _dim(given, 0, 1), height, width),) * given.top_count)


@FAMILY.layer("PSROIPooling", bottoms=2, reads_ranks=False)
def position_sensitive_roi_pooling(given: Given) -> Step:
    """PSROIPoolingLayer::LayerSetUp and Reshape."""
    param = given.group("psroi_pooling_param")
    check = "psroi_pooling_layer.cpp"
    outputs, size = (_given_size(given, param, name, check) for name in ("output_dim", "group_size"))
    channels, wanted = _dim(given, 0, 1), outputs * size * size
    if differ(channels, wanted):
        product = f"`output_dim: {outputs}` x `group_size: {size}` x {size} = {wanted:,}"
        message = f"{bottom(given, 0)} must have {product} channels"
        place = given.fields.place("bottom")
        refuse(Fault.INPUT_SHAPES_DIFFER, check, message, place, about=(About(0, 1),))
    return Step(((_dim(given, 1, 0), outputs, size, size),))


def _given_size(given: Given, param: Group, name: str, check: str) -> int:
    number = param.integer(name)
    if number <= 0:
        fault = Fault.INVALID_LAYER_PARAMETER if param.has(name) else Fault.MISSING_LAYER_PARAMETER
        words = f"`{name}` must be above 0" if param.has(name) else f"{given.spec.type} without `{name}`"
        refuse(fault, check, words, param.place(name))
    return number


def _dim(given: Given, index: int, axis: int) -> Dim:
    shape = given.bottoms[index]
    return None if shape is None else legacy_dim(shape, axis, given.fields.place("bottom", index))


@FAMILY.layer("Proposal", bottoms=(3, 4), tops=(1, 2), dialect="windows-happynear")
def proposal(given: Given) -> Step:
    """proposal_layer.cpp of Faster R-CNN in C++: regions of 5 numbers, and their scores; how many, a pass tells."""
    return Step(((None, 5), (None, 1, 1, 1))[: given.top_count])
