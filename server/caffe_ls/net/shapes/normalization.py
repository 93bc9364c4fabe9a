"""Normalisation and softmax (batch_norm_layer.cpp, lrn_layer.cpp, mvn_layer.cpp, softmax_layer.cpp)."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, AnyShape, Refusal, Shape
from caffe_ls.net.shapes.fillers import refusals_of_fillers
from caffe_ls.net.shapes.given_blobs import params_of, refusals_of_count
from caffe_ls.net.shapes.step import (
    Family,
    Given,
    Step,
    about_empty,
    as_int,
    axes_in_words,
    legacy_dim,
    product,
    refuse,
    refuse_empty,
    shown,
)

FAMILY = Family()

_LARGEST_COUNT = 2**31 - 1


@FAMILY.layer("BatchNorm", reads_ranks=False)
def batch_norm(given: Given) -> Step:
    """BatchNormLayer::LayerSetUp: mean, variance and their factor."""
    bottom = given.bottoms[0]
    refusals = tuple(_refusals_of_learning(given))
    if bottom is None:
        return Step((None,), params_of(given, (None, None, (1,))), None, refusals=refusals)
    place = given.fields.place("bottom")
    if len(bottom) < 2:
        message = f"BatchNorm takes an input of 2 axes or more; this one has {axes_in_words(bottom)}"
        refusal = Refusal(Fault.WRONG_NUMBER_OF_AXES, message, place, "blob.hpp:122", about=(About(0),))
        return Step((None,), params_of(given, (None, None, (1,))), None, refusals=(*refusals, refusal))
    if 0 in bottom:
        message = f"the input is empty ({shown(bottom)})"
        refusal = Refusal(Fault.EMPTY_BLOB, message, place, "blob.cpp:133", about=about_empty((bottom,)))
        return Step((None,), params_of(given, (None, None, (1,))), None, refusals=(*refusals, refusal))
    params = params_of(given, ((bottom[1],), (bottom[1],), (1,)))
    return Step((bottom,), params, refusals=refusals)


def _refusals_of_learning(given: Given) -> Iterator[Refusal]:
    """Each blob's `param` must be 0 there, or not given: then the layer sets it to 0 by itself."""
    blobs = given.fields.count("blobs") or 3
    for index, param in enumerate(given.spec.params[:blobs]):
        if param.lr_mult == 0:
            continue
        written = given.fields.groups("param")
        told = index < len(written) and written[index].has("lr_mult")
        message = f"`lr_mult: {param.lr_mult:g}`" if told else "`param` without `lr_mult`, which is 1 then,"
        message += " for statistics that BatchNorm does not learn: 0 is all it takes"
        place = written[index].place("lr_mult") if index < len(written) else given.fields.place("param", index)
        yield Refusal(Fault.BATCH_NORM_STATISTICS_LEARNED, message, place, "batch_norm_layer.cpp:44")


@FAMILY.layer("LRN")
def local_response(given: Given) -> Step:
    """LRNLayer::LayerSetUp and Reshape."""
    param = given.group("lrn_param")
    bottom = given.shape()
    refusals = []
    size = as_int(param.integer("local_size", 5))
    place = given.place("lrn_param", "local_size")
    if size < 0 or size % 2 != 1:
        message = f"`local_size: {param.integer('local_size')}` must be odd"
        message += f", and Caffe reads it as {size:,}" if size < 0 else ""
        refusals.append(Refusal(Fault.INVALID_LAYER_PARAMETER, message, place, "lrn_layer.cpp:12"))
    if len(bottom) != 4:
        message = f"LRN takes an input of 4 axes; this one has {axes_in_words(bottom)}"
        bottoms, about = given.fields.place("bottom"), (About(0),)
        refusals.append(Refusal(Fault.WRONG_NUMBER_OF_AXES, message, bottoms, "lrn_layer.cpp:71", about=about))
        return Step((None,), refusals=tuple(refusals))
    across = param.choice("norm_region", ("ACROSS_CHANNELS", "WITHIN_CHANNEL")) == "ACROSS_CHANNELS"
    channels = bottom[1]
    if across and channels is not None and not refusals:
        padded = product((channels + size - 1, *bottom[2:]))
        if padded is not None and padded > _LARGEST_COUNT:
            message = (
                f"`local_size: {size}` pads the channels of one image to {padded:,} numbers, more than a blob holds"
            )
            refusals.append(Refusal(Fault.BLOB_TOO_LARGE, message, place, "blob.cpp:34", stage="first-iteration"))
    return Step((bottom,), refusals=tuple(refusals))


@FAMILY.layer("MVN")
def mean_variance(given: Given) -> Step:
    """MVNLayer::Reshape gives its top four axes; what it sums with is filled at once."""
    bottom = given.shape()
    place = given.fields.place("bottom")
    top = tuple(legacy_dim(bottom, index, place) for index in range(4))
    summed = top[1:] if given.group("mvn_param").flag("across_channels") else top[2:]
    refuse_empty(summed, "what is normalised together", place, 4 - len(summed))
    return Step((top,))


@FAMILY.layer("Softmax")
def softmax(given: Given) -> Step:
    """SoftmaxLayer::Reshape."""
    axis = given.axis("softmax_param")
    refuse_empty((given.shape()[axis],), f"axis {axis}", given.fields.place("bottom"), axis)
    return Step((given.shape(),))


@FAMILY.layer("Normalize")
def normalize(given: Given) -> Step:
    """The SSD fork's NormalizeLayer::LayerSetUp; normalize_layer.cpp."""
    param = given.group("norm_param")
    bottom = given.shape()
    place = given.fields.place("bottom")
    if len(bottom) < 2:
        message = f"Normalize takes an input of 2 axes or more; this one has {axes_in_words(bottom)}"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "normalize_layer.cpp:13", message, place, about=(About(0),))
    legacy_dim(bottom, 0, place)
    refuse_empty(bottom[1:], "each item of the input", place, 1)
    scale: Shape = () if param.flag("channel_shared", True) else (bottom[1],)
    refusals = [
        *refusals_of_fillers(given, "norm_param", ("scale_filler",), (scale,)),
        *refusals_of_count(given, scale, "normalize_layer.cpp:48"),
    ]
    wanted: tuple[AnyShape, ...] = (scale,)
    return Step((bottom,), params_of(given, wanted), refusals=tuple(refusals))
