"""Layers without bottoms (data_layer.cpp, image_data_layer.cpp, input_layer.cpp, dummy_data_layer.cpp, ...)."""

from __future__ import annotations

from collections.abc import Sequence

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Dim, Record, Shape
from caffe_ls.net.shapes.step import Family, Given, Step, refuse, refuse_empty
from caffe_ls.net.values import Group

FAMILY = Family()

_ENDLESS = 1 << 30
_MESSAGES = {
    "Data": "data_param",
    "AnnotatedData": "data_param",
    "VideoData": "video_data_param",
    "ImageData": "image_data_param",
    "HDF5Data": "hdf5_data_param",
    "WindowData": "window_data_param",
}


@FAMILY.layer("Data", "AnnotatedData", "VideoData", bottoms=0, tops=(1, _ENDLESS))
@FAMILY.layer("HDF5Data", bottoms=0, tops=(1, _ENDLESS))
@FAMILY.layer("ImageData", "WindowData", bottoms=0, tops=2)
def data(given: Given) -> Step:
    """What is read is not known from the text: the data tells, or options, or crop_size with three channels assumed."""
    kind = given.spec.type
    own = given.group(_MESSAGES[kind])
    record = given.data.record(kind, own.text("source"))
    written = own.integer("batch_size", 1 if kind in ("ImageData", "VideoData") else 0)
    batch: Dim = given.data.batch or written or None
    if kind == "HDF5Data" and record is not None:
        datasets = dict(record.tops)
        return Step(tuple((batch, *datasets[top][1:]) if datasets.get(top) else None for top in given.spec.tops))
    if kind == "HDF5Data" and given.data.shape is None:
        # The files' datasets may have any number of axes.
        return Step((None,) * given.top_count)
    first, assumes = _image(given, own, record)
    others = given.top_count - 1
    rest: Shape = (1, 1, None, 8) if kind == "AnnotatedData" else (batch,)
    return Step(((batch, *first), *((rest,) * others)), assumes=assumes)


def _image(given: Given, own: Group, record: Record | None) -> tuple[Shape, str]:
    """Channels, height and width, with what they rest on."""
    transform = given.group("transform_param")
    if record is not None:
        channels, height, width = record.image
        sizes = _sizes(transform, None if height is None or width is None else (0, height, width))
        return (channels, sizes[0] or height, sizes[1] or width), record.assumes
    known = given.data.shape
    channels = 1 if transform.flag("force_gray") else known[0] if known else None
    sizes = _sizes(transform, known)
    if known is not None:
        return (channels, sizes[0] or known[1], sizes[1] or known[2]), ""
    kind = given.spec.type
    if kind == "WindowData" and channels is None:
        return (3, *sizes), ""
    if kind == "ImageData":
        sizes = (sizes[0] or own.integer("new_height") or None, sizes[1] or own.integer("new_width") or None)
        channels = 3 if own.flag("is_color", True) else 1
        return (channels, *sizes), ""
    if channels is None and None not in sizes and given.data.may_assume:
        return (3, *sizes), "3 channels of the data"
    return (channels, *sizes), ""


def _sizes(transform: Group, image: tuple[int, int, int] | None) -> tuple[Dim, Dim]:
    """Height and width after cropping, else after resizing (the SSD fork's data_transformer.cpp, InferBlobShape)."""
    crop = transform.integer("crop_size")
    if crop:
        return crop, crop
    height, width = transform.integer("crop_h"), transform.integer("crop_w")
    resized = _resized(transform.group("resize_param"), image)
    return height or resized[0], width or resized[1]


def _resized(resize: Group, image: tuple[int, int, int] | None) -> tuple[Dim, Dim]:
    """The SSD fork's im_transforms.cpp, InferNewSize; one mode lets one side grow as the image's sides demand."""
    height, width = resize.integer("height"), resize.integer("width")
    if not height or not width:
        return None, None
    if resize.choice("resize_mode", ("WARP", "FIT_SMALL_SIZE", "FIT_LARGE_SIZE_AND_PAD")) != "FIT_SMALL_SIZE":
        return height, width
    if image is None:
        return None, None
    ratio = image[2] / image[1]
    if ratio < width / height:
        return int(width / ratio), width
    return height, int(ratio * height)


@FAMILY.layer("Input", bottoms=0, tops=(1, _ENDLESS))
def input_(given: Given) -> Step:
    """InputLayer::LayerSetUp; without any shape the tops have none yet."""
    param = given.group("input_param")
    shapes = [_shape(shape) for shape in param.groups("shape")]
    tops = given.top_count
    if not shapes:
        return Step((None,) * tops)
    if len(shapes) not in (1, tops):
        refuse(
            Fault.VALUES_PER_BLOB, "input_layer.cpp:13", f"{len(shapes)} `shape` for {tops} tops", param.place("shape")
        )
    return Step(tuple(shapes * tops if len(shapes) == 1 else shapes))


def _shape(shape: Group) -> Shape:
    return tuple(shape.integers("dim"))


@FAMILY.layer("DummyData", bottoms=0, tops=(1, _ENDLESS))
def dummy_data(given: Given) -> Step:
    """DummyDataLayer::LayerSetUp."""
    param = given.group("dummy_data_param")
    tops = given.top_count
    fillers = param.count("data_filler")
    if fillers not in (0, 1, tops):
        message = f"{fillers} `data_filler` for {tops} tops"
        refuse(Fault.VALUES_PER_BLOB, "dummy_data_layer.cpp:14", message, param.place("data_filler"))
    names = ("num", "channels", "height", "width")
    if not any(param.has(name) for name in names):
        shapes = [_shape(shape) for shape in param.groups("shape")]
        if len(shapes) not in (1, tops):
            message = f"{len(shapes)} `shape` for {tops} tops"
            refuse(Fault.VALUES_PER_BLOB, "dummy_data_layer.cpp:38", message, param.place("shape"))
        return _filled(given, param, shapes * tops if len(shapes) == 1 else shapes)
    if param.has("shape"):
        message = "give `shape`, or `num`, `channels`, `height` and `width`"
        refuse(Fault.CONFLICTING_LAYER_PARAMETERS, "dummy_data_layer.cpp:22", message, param.place("shape"))
    columns = []
    for name in names:
        values = param.integers(name)
        if len(values) not in (1, tops):
            message = f"`{name}` is given {len(values)} times for {tops} tops"
            refuse(Fault.VALUES_PER_BLOB, "dummy_data_layer.cpp:25", message, param.place(name))
        columns.append(values * tops if len(values) == 1 else values)
    return _filled(given, param, list(zip(*columns, strict=True)))


def _filled(given: Given, param: Group, shapes: Sequence[Shape]) -> Step:
    """Constant data is filled in at once, and must have room."""
    fillers = param.groups("data_filler")
    for index, shape in enumerate(shapes):
        filler = fillers[min(index, len(fillers) - 1)] if fillers else None
        if filler is None or filler.text("type", "constant") == "constant":
            refuse_empty(shape, "the data", given.fields.place("top", index))
    return Step(tuple(shapes))


@FAMILY.layer("MemoryData", bottoms=0, tops=2)
def memory_data(given: Given) -> Step:
    """MemoryDataLayer::DataLayerSetUp."""
    param = given.group("memory_data_param")
    shape = tuple(param.integer(name) for name in ("batch_size", "channels", "height", "width"))
    if 0 in shape:
        message = "`batch_size`, `channels`, `height` and `width` must all be given"
        refuse(Fault.INVALID_LAYER_PARAMETER, "memory_data_layer.cpp:19", message, param.span)
    return Step((shape, (shape[0],)))


@FAMILY.layer("Parameter", bottoms=0)
def parameter(given: Given) -> Step:
    """parameter_layer.hpp."""
    shape = _shape(given.group("parameter_param").group("shape"))
    return Step((shape,), (shape,))


@FAMILY.layer("Python", bottoms=(0, _ENDLESS), tops=(0, _ENDLESS), reads_ranks=False)
def python(given: Given) -> Step:
    """Nobody knows without running the module."""
    return Step((None,) * given.top_count, None, None)


@FAMILY.layer("HDF5Output", bottoms=2, tops=0, reads_ranks=False)
def hdf5_output(given: Given) -> Step:
    """hdf5_output_layer.cpp."""
    return Step(())
