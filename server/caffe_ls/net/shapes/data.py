"""Layers without bottoms (data_layer.cpp, image_data_layer.cpp, input_layer.cpp, dummy_data_layer.cpp, ...)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TypeVar

from caffe_ls.immutable import replace
from caffe_ls.net.faults import Fault
from caffe_ls.net.model import ONE_NUMBER_AN_ITEM, About, AnyShape, Dim, Record, Refusal, Shape
from caffe_ls.net.shapes.fillers import refusals_of_filler
from caffe_ls.net.shapes.reading import resized, unreadable, untransformable
from caffe_ls.net.shapes.step import Family, Given, Step, as_int, differ, refuse, refuse_empty, shown
from caffe_ls.net.shapes.wording import bottom
from caffe_ls.net.values import Group

FAMILY = Family()

_ENDLESS = 1 << 30
_MOST_AXES = 32
_LARGEST_COUNT = 2**31 - 1
_MESSAGES = {
    "Data": "data_param",
    "AnnotatedData": "data_param",
    "VideoData": "data_param",
    "ImageData": "image_data_param",
    "HDF5Data": "hdf5_data_param",
    "WindowData": "window_data_param",
}


# Caffes whose Data layer has BVLC's header; others' may have further tops.
_TWO_TOPS = "bvlc ssd bvlc-2015-02 bvlc-2014-12 bvlc-2014-07 bvlc-opencl windows-microsoft"


@FAMILY.layer("Data", bottoms=0, tops=(1, 2), dialect=_TWO_TOPS)
@FAMILY.layer("Data", "AnnotatedData", "HDF5Data", bottoms=0, tops=(1, _ENDLESS))
@FAMILY.layer("ImageData", "WindowData", bottoms=0, tops=2)
@FAMILY.layer("VideoData", bottoms=0, tops=(1, _ENDLESS), dialect="ssd")
def data(given: Given) -> Step:
    """What is read is not known from the text: the data tells, or options, or crop_size with three channels assumed."""
    kind = given.spec.type
    own = given.group(_MESSAGES[kind])
    record = given.data.record(kind, own.text("source"))
    written = own.integer("batch_size", 1 if kind == "ImageData" else 0)
    batch: Dim = given.data.batch or written or None
    refusals = tuple(unreadable(given, _MESSAGES[kind]))
    if kind == "HDF5Data":
        refusals += tuple(untransformable(given, (None, None, None)))
        return _datasets(given, record, batch)._replace(refusals=refusals)
    first, assumes = _image(given, own, record)
    refusals += tuple(untransformable(given, (first[0], *_uncropped(given, own, record))))
    rest: Shape = (1, 1, None, 8) if kind == "AnnotatedData" else (batch,)
    return Step(((batch, *first), *((rest,) * (given.top_count - 1))), assumes=assumes, refusals=refusals)


@FAMILY.layer("VideoData", bottoms=0, tops=(1, _ENDLESS))
def video_data(given: Given) -> Step:
    """A fork's own: frames become channels (Temporal Segment Networks), or stay images (SSD)."""
    if given.data.shape is not None:
        return data(given)
    if given.dialect != "temporal-segments":
        return Step((None,) * given.top_count)
    batch: Dim = given.data.batch or given.group("video_data_param").integer("batch_size") or None
    size: Dim = given.group("transform_param").integer("crop_size") or None
    return Step(((batch, None, size, size), *(((batch,),) * (given.top_count - 1))))


def _datasets(given: Given, record: Record | None, batch: Dim) -> Step:
    """The tops of an HDF5 file, whose datasets may have any number of axes; a given shape tells of the first alone.

    Of the others one number an item is assumed, as for labels of classes.
    """
    further = given.top_count - 1
    if record is not None:
        datasets = dict(record.tops)
        return Step(tuple((batch, *datasets[top][1:]) if datasets.get(top) else None for top in given.spec.tops))
    if given.data.shape is None:
        return Step((None,) * (1 + further))
    first: Shape = (batch, *given.data.shape)
    if not further or not given.data.may_assume:
        return Step((first, *((None,) * further)))
    return Step((first, *(((batch,),) * further)), assumes=ONE_NUMBER_AN_ITEM)


def _uncropped(given: Given, own: Group, record: Record | None) -> tuple[Dim, Dim]:
    """Height and width that a crop is taken from."""
    transform = given.group("transform_param")
    if transform.has("resize_param"):
        return resized(transform)
    if given.spec.type == "ImageData" and given.data.shape is None and own.integer("new_height"):
        return own.integer("new_height"), own.integer("new_width") or None
    return record.image[1:] if record is not None else (None, None)


def _image(given: Given, own: Group, record: Record | None) -> tuple[Shape, str]:
    """Channels, height and width, with what they rest on."""
    transform = given.group("transform_param")
    if record is not None:
        channels, height, width = record.image
        sizes = _sizes(transform, None if height is None or width is None else (0, height, width))
        return (channels, sizes[0] or height, sizes[1] or width), record.assumes
    known = given.data.image
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
    if channels is None and transform.count("mean_value") > 1:
        # There are as many as channels, or Caffe stops at them.
        channels = transform.count("mean_value")
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
    if not shapes:
        return Step((None,) * given.top_count)
    refusals = tuple(_uncounted(given, "input_param", "shape", "input_layer.cpp:13"))
    return Step(_per_top(shapes, given.top_count), refusals=refusals)


def _shape(shape: Group) -> Shape:
    """The shape that a text gives, in ints (blob.cpp, Blob::Reshape)."""
    dims = tuple(as_int(dim) for dim in shape.integers("dim"))
    if len(dims) > _MOST_AXES:
        message = f"a shape of {len(dims)} axes: Caffe takes {_MOST_AXES} at most"
        refuse(Fault.BLOB_TOO_LARGE, "blob.cpp:49", message, shape.place("dim", _MOST_AXES))
    for index, dim in enumerate(dims):
        if dim < 0:
            message = f"a size must not be negative: {dim}"
            refuse(Fault.INVALID_LAYER_PARAMETER, "blob.cpp:32", message, shape.place("dim", index))
    if math.prod(dims) > _LARGEST_COUNT:
        message = f"a blob of {shown(dims)} has more than 2,147,483,647 numbers"
        refuse(Fault.BLOB_TOO_LARGE, "blob.cpp:34", message, shape.place("dim", dims.index(max(dims))))
    return dims


def _uncounted(given: Given, message_name: str, name: str, check: str, may_miss: bool = False) -> Iterator[Refusal]:
    """A value is given once, or once for each top."""
    param = given.group(message_name)
    number, tops = param.count(name), given.top_count
    if number in (1, tops) or (may_miss and not number):
        return
    if not number:
        message = f"{given.spec.type} without `{name}`"
        yield Refusal(Fault.MISSING_LAYER_PARAMETER, message, given.place(message_name), check)
        return
    message = f"{number} `{name}` for {tops} top{'s'[: tops != 1]}: give one, or one for each top"
    yield Refusal(Fault.VALUES_PER_BLOB, message, param.place(name, tops if number > tops else number - 1), check)


_Value = TypeVar("_Value")


def _per_top(values: Sequence[_Value], tops: int) -> tuple[_Value | None, ...]:
    """One value for each top: the only one for all; None for tops that have none."""
    if len(values) == 1:
        return tuple(values) * tops
    return (*values, *((None,) * tops))[:tops]


@FAMILY.layer("DummyData", bottoms=0, tops=(1, _ENDLESS))
def dummy_data(given: Given) -> Step:
    """DummyDataLayer::LayerSetUp."""
    param = given.group(_DUMMY)
    refusals = [*_uncounted(given, _DUMMY, "data_filler", "dummy_data_layer.cpp:14", may_miss=True)]
    old = [name for name in _OLD_SIZES if param.has(name)]
    if not old:
        refusals += _uncounted(given, _DUMMY, "shape", "dummy_data_layer.cpp:38")
        shapes = _per_top([_shape(shape) for shape in param.groups("shape")], given.top_count)
        return Step(_filled(given, param, shapes), refusals=(*refusals, *_wrong_fillers(given, param, shapes)))
    if param.has("shape"):
        message = f"`{old[0]}` beside `shape`: give `shape`, or `num`, `channels`, `height` and `width`"
        place = param.place(old[0])
        refusals.append(Refusal(Fault.CONFLICTING_LAYER_PARAMETERS, message, place, "dummy_data_layer.cpp:22"))
    for line, name in zip((25, 28, 31, 34), _OLD_SIZES, strict=True):
        refusals += _uncounted(given, _DUMMY, name, f"dummy_data_layer.cpp:{line}")
    columns = [_per_top(param.integers(name), given.top_count) for name in _OLD_SIZES]
    shapes = tuple(zip(*columns, strict=True))
    return Step(_filled(given, param, shapes), refusals=(*refusals, *_wrong_fillers(given, param, shapes)))


_DUMMY = "dummy_data_param"
_OLD_SIZES = ("num", "channels", "height", "width")


def _filled(given: Given, param: Group, shapes: tuple[AnyShape, ...]) -> tuple[AnyShape, ...]:
    """Constant data is filled in at once, and must have room; other data at each pass."""
    fillers = param.groups("data_filler")
    for index, shape in enumerate(shapes):
        filler = fillers[min(index, len(fillers) - 1)] if fillers else None
        if shape is not None and (filler is None or filler.text("type", "constant") == "constant"):
            refuse_empty(shape, "the data", given.fields.place("top", index))
    return shapes


def _wrong_fillers(given: Given, param: Group, shapes: tuple[AnyShape, ...]) -> Iterator[Refusal]:
    """Constants are filled in while the net is built, other data in each pass (dummy_data_layer.cpp, Forward_cpu)."""
    fillers = param.groups("data_filler")
    for index, shape in enumerate(shapes[: len(fillers)]):
        late = fillers[index].text("type", "constant") != "constant"
        for refusal in refusals_of_filler(fillers[index], shape, given.dialect):
            yield replace(refusal, stage="first-iteration") if late else refusal


@FAMILY.layer("MemoryData", bottoms=0, tops=2)
def memory_data(given: Given) -> Step:
    """MemoryDataLayer::DataLayerSetUp."""
    param = given.group("memory_data_param")
    names = ("batch_size", "channels", "height", "width")
    for name in names:
        if param.has(name) and as_int(param.integer(name)) <= 0:
            message = f"`{name}` must be above 0"
            refuse(Fault.INVALID_LAYER_PARAMETER, "memory_data_layer.cpp:19", message, param.place(name))
    missing = [f"`{name}`" for name in names if not param.has(name)]
    if missing:
        message = f"MemoryData without {', '.join(missing)}"
        refuse(Fault.MISSING_LAYER_PARAMETER, "memory_data_layer.cpp:19", message, given.place("memory_data_param"))
    shape = tuple(param.integer(name) for name in names)
    refusals = tuple(untransformable(given, (shape[1], None, None)))
    return Step((shape, (shape[0],)), refusals=refusals)


@FAMILY.layer("Parameter", bottoms=0)
def parameter(given: Given) -> Step:
    """parameter_layer.hpp."""
    shape = _shape(given.group("parameter_param").group("shape"))
    return Step((shape,), (shape,))


@FAMILY.layer("HDF5Output", bottoms=2, tops=0, reads_ranks=False)
def hdf5_output(given: Given) -> Step:
    """HDF5OutputLayer::LayerSetUp makes the file; SaveBlobs writes both inputs of one batch."""
    param = given.group("hdf5_output_param")
    refusals = []
    if not param.text("file_name"):
        message = "HDF5Output without `file_name`"
        place = param.place("file_name")
        refusals.append(Refusal(Fault.MISSING_LAYER_PARAMETER, message, place, "hdf5_output_layer.cpp:18"))
    one, other = given.bottoms
    if one and other and differ(one[0], other[0]):
        message = f"{bottom(given, 0)} and {bottom(given, 1)} must be of one batch"
        about = (About(0, 0), About(1, 0))
        check, place = "hdf5_output_layer.cpp:34", given.fields.place("bottom", 1)
        refusals.append(Refusal(Fault.INPUT_SHAPES_DIFFER, message, place, check, stage="first-iteration", about=about))
    return Step((), refusals=tuple(refusals))
