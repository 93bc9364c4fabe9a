"""FlowNet's layers (lmb-freiburg/flownet2, src/caffe/layers)."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, Dim
from caffe_ls.net.shapes.step import Family, Given, Step, differ, legacy_dim, refuse, shown
from caffe_ls.net.shapes.wording import bottom

FAMILY = Family()


def _image(given: Given, index: int) -> tuple[Dim, Dim, Dim, Dim]:
    place = given.fields.place("bottom", index)
    num, channels, height, width = (legacy_dim(given.shape(index), axis, place) for axis in range(4))
    return num, channels, height, width


def _refuse_different(given: Given, check: str, why: str) -> None:
    message = f"{bottom(given, 0)} and {bottom(given, 1)}: {why}"
    place = given.fields.place("bottom", 1)
    refuse(Fault.INPUT_SHAPES_DIFFER, check, message, place, about=(About(0), About(1)))


@FAMILY.layer("Correlation", bottoms=2)
def correlation(given: Given) -> Step:
    """CorrelationLayer::LayerSetUp and Reshape: a channel for each displacement."""
    param = given.group("correlation_param")
    check = "correlation_layer.cpp"
    missing = [name for name in ("kernel_size", "max_displacement") if not param.has(name)]
    if missing:
        place = given.place("correlation_param")
        refuse(Fault.MISSING_LAYER_PARAMETER, check, f"Correlation without `{missing[0]}`", place)
    kernel, reach = param.integer("kernel_size"), param.integer("max_displacement")
    first, second = param.integer("stride_1", 1), param.integer("stride_2", 1)
    if kernel % 2 == 0:
        message = f"`kernel_size: {kernel}` must be odd"
        refuse(Fault.INVALID_LAYER_PARAMETER, check, message, param.place("kernel_size"))
    one, other = _image(given, 0), _image(given, 1)
    if any(differ(a, b) for a, b in zip(one[1:], other[1:], strict=True)):
        _refuse_different(given, check, "channels, height and width must be the same")
    if first <= 0 or second <= 0 or param.integer("single_direction"):
        return Step(((one[0], None, None, None),))
    border = reach + (kernel - 1) // 2
    sizes = tuple(
        None if dim is None else -(-(dim + 2 * param.integer("pad") - 2 * border) // first) for dim in one[2:]
    )
    if any(size is not None and size < 1 for size in sizes):
        message = f"`max_displacement: {reach}` and `kernel_size: {kernel}` do not fit in {shown(given.shape())}"
        place = param.place("max_displacement")
        refuse(Fault.NEGATIVE_OUTPUT_SIZE, check, message, place, about=(About(0, 2), About(0, 3)))
    return Step(((one[0], (2 * (reach // second) + 1) ** 2, *sizes),))


@FAMILY.layer("Resample", bottoms=(1, 2))
def resample(given: Given) -> Step:
    """ResampleLayer::Reshape: to a size, or to that of the second input."""
    num, channels, _, _ = _image(given, 0)
    if len(given.bottoms) == 2:
        return Step(((num, channels, *_image(given, 1)[2:]),))
    param = given.group("resample_param")
    for name in ("height", "width"):
        if param.integer(name) < 1:
            fault = Fault.INVALID_LAYER_PARAMETER if param.has(name) else Fault.MISSING_LAYER_PARAMETER
            message = f"`{name}` must be above 0" if param.has(name) else f"Resample of one input without `{name}`"
            refuse(fault, "resample_layer.cpp", message, param.place(name))
    return Step(((num, channels, param.integer("height"), param.integer("width")),))


@FAMILY.layer("FlowWarp", bottoms=2)
def flow_warp(given: Given) -> Step:
    """FlowWarpLayer::Reshape: an image moved along a flow of two channels."""
    image, flow = _image(given, 0), _image(given, 1)
    if (
        differ(image[0], flow[0])
        or differ(flow[1], 2)
        or any(differ(a, b) for a, b in zip(image[2:], flow[2:], strict=True))
    ):
        _refuse_different(given, "flow_warp_layer.cpp", "the flow must have 2 channels and the image's size")
    return Step((image,))


@FAMILY.layer("ChannelNorm")
def channel_norm(given: Given) -> Step:
    """ChannelNormLayer::Reshape: one channel, the length of the vector of all."""
    num, _, height, width = _image(given, 0)
    return Step(((num, 1, height, width),))


@FAMILY.layer("L1Loss", "LpqLoss", bottoms=(1, 2), is_loss=True, reads_ranks=False)
def lengths(given: Given) -> Step:
    """A number; NVCaffe's L1Loss too."""
    return Step(((),), (), None)


@FAMILY.layer("ImgWriter", "FLOWriter", "PFMWriter", "FloatWriter", bottoms=(1, 2), tops=0, reads_ranks=False)
def writer(given: Given) -> Step:
    """Files are written, blobs are not."""
    return Step(())
