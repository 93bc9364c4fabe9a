"""Layers that many forks have in one meaning: Axpy, ShuffleChannel, BN, CReLU, Upsample, Interp, Reverse."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Dim
from caffe_ls.net.shapes.convolution import truncated
from caffe_ls.net.shapes.step import Family, Given, Step, axis_of, differ, product, refuse, shown

FAMILY = Family()


@FAMILY.layer("Axpy", bottoms=3)
def axpy(given: Given) -> Step:
    """A factor for each channel, times the second input, plus the third (SENet's axpy_layer.cpp)."""
    factors, second, third = given.shapes
    if len(second) != len(third) or any(differ(a, b) for a, b in zip(second, third, strict=False)):
        message = f"second and third input differ: {shown(second)} and {shown(third)}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "axpy_layer.cpp", message, given.fields.place("bottom", 2))
    if any(differ(a, b) for a, b in zip(factors[:2], second[:2], strict=False)):
        message = f"one factor for each channel is needed: {shown(factors)} for {shown(second)}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "axpy_layer.cpp", message, given.fields.place("bottom"))
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
        refuse(Fault.GROUP_DOES_NOT_DIVIDE, "shuffle_channel_layer.cpp", message, param.place("group"))
    return Step((bottom,))


@FAMILY.layer("CReLU")
def concatenated_relu(given: Given) -> Step:
    """Input and negated input, joined along the channels."""
    param = given.group("crelu_param")
    bottom = given.shape()
    axis = axis_of(bottom, param.integer("axis", param.integer("concat_axis", 1)), param.place("axis"))
    return Step(((*bottom[:axis], product((bottom[axis], 2)), *bottom[axis + 1 :]),))


@FAMILY.layer("BN", tops=(1, 3))
def segnet_batch_norm(given: Given) -> Step:
    """SegNet's and PSPNet's normalisation: their blobs differ between the forks, the top does not."""
    return Step((given.shape(),) + (None,) * (given.top_count - 1), None)


@FAMILY.layer("Interp", bottoms=(1, 2))
def interp(given: Given) -> Step:
    """DeepLab's interp_layer.cpp: the size comes from factors, numbers or a second input."""
    param = given.group("interp_param")
    bottom = given.shape()
    if len(bottom) != 4:
        refuse(
            Fault.WRONG_NUMBER_OF_AXES,
            "interp_layer.cpp",
            f"the input must have 4 axes, not {len(bottom)}",
            given.fields.place("bottom"),
        )
    padding = param.integer("pad_beg") + param.integer("pad_end")
    sizes = [None if dim is None else dim + padding for dim in bottom[2:]]
    shrink, zoom = param.integer("shrink_factor", 1), param.integer("zoom_factor", 1)
    new: list[Dim] = list(sizes)
    if param.has("shrink_factor") and shrink > 0:
        new = [None if dim is None else truncated(dim - 1, shrink) + 1 for dim in new]
    if param.has("zoom_factor"):
        new = [None if dim is None else dim + (dim - 1) * (zoom - 1) for dim in new]
    elif not param.has("shrink_factor"):
        if param.has("height") and param.has("width"):
            new = [param.integer("height"), param.integer("width")]
        elif len(given.bottoms) == 2 and len(given.shape(1)) == 4:
            new = list(given.shape(1)[2:])
    return Step(((*bottom[:2], *new),))


@FAMILY.layer("Upsample", bottoms=(1, 2))
def upsample(given: Given) -> Step:
    """SegNet's upsample_layer.cpp: by a factor, or to a size."""
    param = given.group("upsample_param")
    bottom = given.shape()
    if len(bottom) != 4:
        refuse(
            Fault.WRONG_NUMBER_OF_AXES,
            "upsample_layer.cpp",
            f"the input must have 4 axes, not {len(bottom)}",
            given.fields.place("bottom"),
        )
    height, width = param.integer("upsample_h"), param.integer("upsample_w")
    if not (height and width):
        factor = param.integer("scale", param.integer("stride", 2))
        factors = (param.integer("scale_h") or factor, param.integer("scale_w") or factor)
        less = (param.flag("pad_out_h"), param.flag("pad_out_w"))
        sizes = tuple(
            None if dim is None else dim * by - int(one) for dim, by, one in zip(bottom[2:], factors, less, strict=True)
        )
        return Step(((*bottom[:2], *sizes),))
    return Step(((*bottom[:2], height, width),))


@FAMILY.layer("Reorg")
def reorg(given: Given) -> Step:
    """YOLO's reorg_layer.cpp: squares of places become channels, or the reverse."""
    param = given.group("reorg_param")
    stride = param.integer("stride")
    bottom = given.shape()
    if len(bottom) != 4 or stride <= 0:
        refuse(
            Fault.INVALID_LAYER_PARAMETER,
            "reorg_layer.cpp",
            "an input of 4 axes and a `stride` above 0 are needed",
            param.place("stride"),
        )
    num, channels, height, width = bottom
    square = stride * stride
    if param.flag("reverse"):
        return Step(((num, _part(channels, square), product((height, stride)), product((width, stride))),))
    return Step(((num, product((channels, square)), _part(height, stride), _part(width, stride)),))


def _part(dim: Dim, by: int) -> Dim:
    return None if dim is None else dim // by


@FAMILY.layer("Reverse", "GradientReversal", "GradientScaler", "CenterScale", reads_ranks=False)
def same(given: Given) -> Step:
    """Same shape, other order or gradient."""
    return Step((given.bottoms[0],))
