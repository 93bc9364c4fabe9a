"""Pooling of regions, of Fast R-CNN and R-FCN (roi_pooling_layer.cpp, psroi_pooling_layer.cpp)."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.shapes.step import Family, Given, Step, differ, legacy_dim, refuse

FAMILY = Family()


@FAMILY.layer("ROIPooling", "ROIAlign", bottoms=(2, 1 << 30), tops=(1, 2))
def roi_pooling(given: Given) -> Step:
    """ROIPoolingLayer::LayerSetUp and Reshape: a grid for each region."""
    param = given.group("roi_pooling_param")
    if given.spec.type == "ROIAlign" and given.fields.has("roi_align_param"):
        param = given.group("roi_align_param")
    height, width = param.integer("pooled_h"), param.integer("pooled_w")
    if height <= 0 or width <= 0:
        message = "`pooled_h` and `pooled_w` must be given, above 0"
        refuse(Fault.MISSING_LAYER_PARAMETER, "roi_pooling_layer.cpp", message, param.place("pooled_h"))
    channels = legacy_dim(given.shape(), 1, given.fields.place("bottom"))
    regions = legacy_dim(given.shape(1), 0, given.fields.place("bottom", 1))
    return Step(((regions, channels, height, width),) * given.top_count)


@FAMILY.layer("PSROIPooling", bottoms=2)
def position_sensitive_roi_pooling(given: Given) -> Step:
    """PSROIPoolingLayer::LayerSetUp and Reshape."""
    param = given.group("psroi_pooling_param")
    outputs, size = param.integer("output_dim"), param.integer("group_size")
    if outputs <= 0 or size <= 0:
        message = "`output_dim` and `group_size` must be given, above 0"
        refuse(Fault.MISSING_LAYER_PARAMETER, "psroi_pooling_layer.cpp", message, param.place("output_dim"))
    channels = legacy_dim(given.shape(), 1, given.fields.place("bottom"))
    if differ(channels, outputs * size * size):
        message = f"the input has {channels} channels; {outputs} outputs x {size} x {size} are {outputs * size * size}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "psroi_pooling_layer.cpp", message, given.fields.place("bottom"))
    regions = legacy_dim(given.shape(1), 0, given.fields.place("bottom", 1))
    return Step(((regions, outputs, size, size),))
