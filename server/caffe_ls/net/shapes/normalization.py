"""Normalisation and softmax (batch_norm_layer.cpp, lrn_layer.cpp, mvn_layer.cpp, softmax_layer.cpp)."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.shapes.step import Family, Given, Step, axis_of, legacy_dim, refuse, refuse_empty, shown

FAMILY = Family()


@FAMILY.layer("BatchNorm", reads_ranks=False)
def batch_norm(given: Given) -> Step:
    """BatchNormLayer::LayerSetUp: mean, variance and their factor."""
    bottom = given.bottoms[0]
    params = given.spec.params
    for index, param in enumerate(params[:3]):
        if param.lr_mult != 0:
            message = "the statistics of BatchNorm are not learned: `lr_mult` must be 0 here"
            refuse(
                Fault.INVALID_LAYER_PARAMETER, "batch_norm_layer.cpp:44", message, given.fields.place("param", index)
            )
    if bottom is None:
        return Step((None,), (None, None, (1,)))
    if len(bottom) < 2:
        message = f"BatchNorm takes an input of 2 axes or more; this one has {len(bottom)}"
        refuse(Fault.AXIS_OUT_OF_RANGE, "blob.hpp:122", message, given.fields.place("bottom"))
    refuse_empty(bottom, "the input", given.fields.place("bottom"))
    return Step((bottom,), ((bottom[1],), (bottom[1],), (1,)))


@FAMILY.layer("LRN")
def local_response(given: Given) -> Step:
    """LRNLayer::LayerSetUp and Reshape."""
    param = given.group("lrn_param")
    if param.integer("local_size", 5) % 2 != 1:
        refuse(Fault.INVALID_LAYER_PARAMETER, "lrn_layer.cpp:12", "`local_size` must be odd", param.place("local_size"))
    bottom = given.shape()
    if len(bottom) != 4:
        message = f"LRN takes an input of 4 axes; this one has {len(bottom)} ({shown(bottom)})"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "lrn_layer.cpp:71", message, given.fields.place("bottom"))
    return Step((bottom,))


@FAMILY.layer("MVN")
def mean_variance(given: Given) -> Step:
    """MVNLayer::Reshape gives its top four axes."""
    bottom = given.shape()
    place = given.fields.place("bottom")
    return Step((tuple(legacy_dim(bottom, index, place) for index in range(4)),))


@FAMILY.layer("Softmax")
def softmax(given: Given) -> Step:
    """SoftmaxLayer::Reshape."""
    param = given.group("softmax_param")
    axis = axis_of(given.shape(), param.integer("axis", 1), param.place("axis"))
    refuse_empty((given.shape()[axis],), "the axis", given.fields.place("bottom"))
    return Step((given.shape(),))


@FAMILY.layer("Normalize")
def normalize(given: Given) -> Step:
    """The SSD fork's NormalizeLayer::LayerSetUp; normalize_layer.cpp."""
    param = given.group("norm_param")
    bottom = given.shape()
    if len(bottom) < 2:
        message = f"Normalize takes an input of 2 axes or more; this one has {len(bottom)}"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "normalize_layer.cpp:13", message, given.fields.place("bottom"))
    legacy_dim(bottom, 0, given.fields.place("bottom"))
    return Step((bottom,), ((),) if param.flag("channel_shared", True) else ((bottom[1],),))
