"""Layers that many forks have in one meaning: Axpy, ShuffleChannel, BN, CReLU, Interp, Upsample, Reorg, and more."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, Dim, Refusal, Shape
from caffe_ls.net.shapes.convolution import truncated
from caffe_ls.net.shapes.step import (
    Family,
    Given,
    Step,
    axis_of,
    differ,
    legacy_dim,
    product,
    refuse,
    shapes_differ,
)
from caffe_ls.net.shapes.wording import bottom as in_words
from caffe_ls.net.values import Group

FAMILY = Family()


@FAMILY.layer("Axpy", bottoms=3)
def axpy(given: Given) -> Step:
    """A factor for each channel, times the second input, plus the third (SENet's axpy_layer.cpp)."""
    factors, second, third = given.shapes
    if shapes_differ(second, third):
        message = f"{in_words(given, 1)} and {in_words(given, 2)} must be of one shape"
        place, about = given.fields.place("bottom", 2), (About(1), About(2))
        refuse(Fault.INPUT_SHAPES_DIFFER, "axpy_layer.cpp", message, place, about=about)
    if any(differ(a, b) for a, b in zip(factors[:2], second[:2], strict=False)):
        message = f"{in_words(given, 0)} is not one factor for each channel of {in_words(given, 1)}"
        place, about = given.fields.place("bottom"), (About(0), About(1, 1))
        refuse(Fault.INPUT_SHAPES_DIFFER, "axpy_layer.cpp", message, place, about=about)
    return Step((second,))


@FAMILY.layer("ShuffleChannel")
def shuffle_channel(given: Given) -> Step:
    """Channels in another order (ShuffleNet's shuffle_channel_layer.cpp)."""
    param = given.group("shuffle_channel_param")
    groups = param.integer("group", 1)
    bottom = given.shape()
    channels = bottom[1] if len(bottom) > 1 else None
    if groups <= 0 or (channels is not None and channels % groups):
        message = f"`group: {groups}` does not divide the {channels} channels"
        place, about = param.place("group"), (About(0, 1),)
        refuse(Fault.GROUP_DOES_NOT_DIVIDE, "shuffle_channel_layer.cpp", message, place, about=about)
    return Step((bottom,))


@FAMILY.layer("CReLU")
def concatenated_relu(given: Given) -> Step:
    """Input and negated input, joined along the channels."""
    param = given.group("crelu_param")
    bottom = given.shape()
    axis = axis_of(bottom, param.integer("axis", param.integer("concat_axis", 1)), param.place("axis"))
    return Step(((*bottom[:axis], product((bottom[axis], 2)), *bottom[axis + 1 :]),))


@FAMILY.layer("BN", tops=(1, 3))
def batch_norm_of_forks(given: Given) -> Step:
    """Four blobs: scale, shift, mean and variance (PSPNet, Temporal Segment Networks, happynear); else they differ."""
    return _batch_norm(given, 4 if given.dialect in ("pspnet", "temporal-segments", "windows-happynear") else None)


@FAMILY.layer("BN", tops=(1, 3), dialect="segnet enet")
def batch_norm_of_segnet(given: Given) -> Step:
    """SegNet's bn_layer.cpp: scale and shift; mean and variance of the batch as further tops."""
    return _batch_norm(given, 2)


def _batch_norm(given: Given, blobs: int | None) -> Step:
    place = given.fields.place("bottom")
    channels = legacy_dim(given.shape(), 1, place)
    one_each: Shape = (1, channels, 1, 1)
    # happynear's older version has SegNet's fields and four blobs.
    params = None if blobs is None or len(given.spec.params) > blobs else (one_each,) * blobs
    return Step((given.shape(), one_each, one_each)[: given.top_count], params)


@FAMILY.layer("Interp", "INTERP", bottoms=(1, 2))
def interp(given: Given) -> Step:
    """DeepLab's interp_layer.cpp: the size comes from factors, from numbers, or, in some forks, from a second input."""
    param = given.group("interp_param")
    num, channels, height, width = (legacy_dim(given.shape(), axis, given.fields.place("bottom")) for axis in range(4))
    padding = param.integer("pad_beg") + param.integer("pad_end")
    refusals = []
    for name, wrong, words in (
        ("shrink_factor", param.integer("shrink_factor", 1) < 1, "must be 1 or more"),
        ("zoom_factor", param.integer("zoom_factor", 1) < 1, "must be 1 or more"),
        ("pad_beg", param.integer("pad_beg") > 0, "must not be above 0: only cropping is possible"),
        ("pad_end", param.integer("pad_end") > 0, "must not be above 0: only cropping is possible"),
    ):
        if wrong:
            fault, place = Fault.INVALID_LAYER_PARAMETER, param.place(name)
            refusals.append(Refusal(fault, f"`{name}` {words}", place, "interp_layer.cpp"))
    if refusals:
        return Step((None,), refusals=tuple(refusals))
    sizes = tuple(None if dim is None else dim + padding for dim in (height, width))
    return Step(((num, channels, *_interpolated(given, param, sizes)),))


def _interpolated(given: Given, param: Group, sizes: tuple[Dim, ...]) -> tuple[Dim, ...]:
    shrinks, zooms = param.has("shrink_factor"), param.has("zoom_factor")
    if shrinks == zooms and param.has("height") and param.has("width"):
        return param.integer("height"), param.integer("width")
    if shrinks or zooms:
        shrink, zoom = param.integer("shrink_factor", 1), param.integer("zoom_factor", 1)
        small = tuple(None if dim is None else truncated(dim - 1, shrink) + 1 for dim in sizes)
        return tuple(None if dim is None else dim + (dim - 1) * (zoom - 1) for dim in small)
    if param.has("full_zoom_factor"):
        return tuple(product((dim, param.integer("full_zoom_factor"))) for dim in sizes)
    if len(given.bottoms) == 1:
        message = "Interp without a size: give `zoom_factor`, `shrink_factor`, or `height` and `width`"
        place = given.place("interp_param")
        refuse(Fault.MISSING_LAYER_PARAMETER, "interp_layer.cpp", message, place)
    place = given.fields.place("bottom", 1)
    return tuple(legacy_dim(given.shape(1), axis, place) for axis in (2, 3))


@FAMILY.layer("Upsample", bottoms=(1, 2))
@FAMILY.layer("Upsample", bottoms=2, dialect="segnet enet")
def upsample(given: Given) -> Step:
    """SegNet's upsample_layer.cpp: to a size, or by a factor, with the mask of a pooling as second input."""
    param = given.group("upsample_param")
    for index, shape in enumerate(given.shapes):
        if len(shape) != 4:
            message = f"{in_words(given, index)} must have 4 axes"
            place = given.fields.place("bottom", index)
            refuse(Fault.WRONG_NUMBER_OF_AXES, "upsample_layer.cpp", message, place, about=(About(index),))
    bottom = given.shape()
    if len(given.bottoms) == 2 and shapes_differ(bottom, given.shape(1)):
        message = f"{in_words(given, 0)} and its mask {in_words(given, 1)} must be of one shape"
        place, about = given.fields.place("bottom", 1), (About(0), About(1))
        refuse(Fault.INPUT_SHAPES_DIFFER, "upsample_layer.cpp", message, place, about=about)
    height, width = param.integer("upsample_h"), param.integer("upsample_w")
    if height and width:
        return Step(((*bottom[:2], height, width),))
    # The default differs between the forks.
    factor = param.integer("scale", 2 if given.dialect in ("segnet", "enet") else 0)
    factors = (param.integer("scale_h") or factor, param.integer("scale_w") or factor)
    less = (param.flag("pad_out_h"), param.flag("pad_out_w"))
    sizes = tuple(
        dim * by - int(one) if dim is not None and by else None
        for dim, by, one in zip(bottom[2:], factors, less, strict=True)
    )
    return Step(((*bottom[:2], *sizes),))


@FAMILY.layer("Reorg")
def reorg(given: Given) -> Step:
    """YOLO's reorg_layer.cpp: squares of places become channels, or the reverse."""
    param = given.group("reorg_param")
    stride = param.integer("stride")
    bottom = given.shape()
    if stride <= 0:
        fault = Fault.INVALID_LAYER_PARAMETER if param.has("stride") else Fault.MISSING_LAYER_PARAMETER
        message = "`stride` must be above 0" if param.has("stride") else "Reorg without `stride`"
        refuse(fault, "reorg_layer.cpp", message, param.place("stride"))
    if len(bottom) != 4:
        message = f"{in_words(given, 0)} must have 4 axes"
        place = given.fields.place("bottom")
        refuse(Fault.WRONG_NUMBER_OF_AXES, "reorg_layer.cpp", message, place, about=(About(0),))
    num, channels, height, width = bottom
    square = stride * stride
    if param.flag("reverse"):
        return Step(((num, _part(channels, square), product((height, stride)), product((width, stride))),))
    return Step(((num, product((channels, square)), _part(height, stride), _part(width, stride)),))


def _part(dim: Dim, by: int) -> Dim:
    return None if dim is None else dim // by


@FAMILY.layer("MultiStageMeanfield", "MULTI_STAGE_MEANFIELD", bottoms=3)
def mean_field(given: Given) -> Step:
    """CRF-RNN's multi_stage_meanfield.cpp: scores, scores again, and the image."""
    place = given.fields.place("bottom")
    return Step((tuple(legacy_dim(given.shape(), axis, place) for axis in range(4)),), None)


@FAMILY.layer("Lstm", bottoms=(1, 2))
def sequence_lstm(given: Given) -> Step:
    """caffe-lstm's lstm_layer.cpp: steps and streams in one axis; before it had a message of its own, with 4 axes."""
    own = given.group("lstm_param")
    old = not own.has("num_output")
    outputs = (given.group("inner_product_param") if old else own).integer("num_output") or None
    steps = legacy_dim(given.shape(), 0, given.fields.place("bottom"))
    return Step(((steps, outputs, 1, 1) if old else (steps, outputs),), None, None)


@FAMILY.layer("MarginInnerProduct", bottoms=2, tops=(1, 2))
@FAMILY.layer("LargeMarginInnerProduct", bottoms=(2, 3), tops=(1, 2))
def margin_inner_product(given: Given) -> Step:
    """SphereFace's margin_inner_product_layer.cpp: an inner product without bias, and lambda as a second top."""
    large = given.spec.type == "LargeMarginInnerProduct"
    param = given.group("largemargin_inner_product_param" if large else "margin_inner_product_param")
    bottom, labels = given.shape(), given.shape(1)
    if bottom and labels and differ(bottom[0], labels[0]):
        message = f"{in_words(given, 1)} has {labels[0]:,} labels for the {bottom[0]:,} items of {in_words(given, 0)}"
        place, about = given.fields.place("bottom", 1), (About(1, 0), About(0, 0))
        refuse(Fault.LABEL_COUNT_MISMATCH, "margin_inner_product_layer.cpp", message, place, about=about)
    axis = axis_of(bottom, param.integer("axis", 1), param.place("axis"))
    outputs = param.integer("num_output") or None
    macs = product((*bottom, outputs))
    params = () if len(given.bottoms) == 3 else ((outputs, product(bottom[axis:])),)
    return Step(((*bottom[:axis], outputs), (1,))[: given.top_count], params, macs)


@FAMILY.layer("ContinuationIndicator", bottoms=(0, 1))
def continuation_indicator(given: Given) -> Step:
    """Warp-CTC's continuation_indicator_layer.cpp: time steps x streams."""
    param = given.group("continuation_indicator_param")
    return Step(((param.integer("time_step") or None, param.integer("batch_size") or None),))


@FAMILY.layer(
    "Reverse", "GradientReversal", "GradientScaler", "CenterScale", "Insanity", "Flip", "Noise", "HardSigmoid",
    "HardSwish", "Mish", "Relu6", "ReLU6", "NegReLU", "Arccos",
    reads_ranks=False,
)  # fmt: skip
def same(given: Given) -> Step:
    """Same shape: other numbers, order or gradient."""
    return Step((given.bottoms[0],), () if given.spec.type != "Insanity" else None)


@FAMILY.layer("Normalize", tops=(1, 2), dialect="windows-happynear")
def normalize_vectors(given: Given) -> Step:
    """happynear's normalize_layer.cpp: vectors of length 1, and their lengths; nothing is learned."""
    return Step((given.shape(), None)[: given.top_count])
