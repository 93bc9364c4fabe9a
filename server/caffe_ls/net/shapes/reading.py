"""What data layers refuse in their own text, before and while they read the first batch.

Sources: data_layer.cpp, image_data_layer.cpp, hdf5_data_layer.cpp, window_data_layer.cpp, data_transformer.cpp; for the
SSD fork its own data_transformer.cpp, annotated_data_layer.cpp, sampler.cpp and im_transforms.cpp.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Dim, Refusal
from caffe_ls.net.shapes.step import Given
from caffe_ls.net.values import Group
from caffe_ls.text.span import Span

_RESIZE_MODES = ("WARP", "FIT_SMALL_SIZE", "FIT_LARGE_SIZE_AND_PAD")


def unreadable(given: Given, message_name: str) -> Iterator[Refusal]:
    """What the layer cannot read by. Where options tell what is read, they take the place of source and batch."""
    kind, own = given.spec.type, given.group(message_name)
    if given.data.shape is not None:
        return
    needs_source = kind != "VideoData"
    if needs_source and not own.text("source"):
        message = f"{kind} without `source`: nothing tells it what to read"
        yield Refusal(Fault.MISSING_LAYER_PARAMETER, message, given.place(message_name), _OPENED.get(kind, "db.cpp"))
    if kind == "WindowData" and not given.group("transform_param").integer("crop_size"):
        message = "WindowData without `crop_size`: its windows are scaled to that size"
        place = given.place("transform_param")
        yield Refusal(Fault.MISSING_LAYER_PARAMETER, message, place, "window_data_layer.cpp:173")
    if given.data.batch is None and not own.integer("batch_size", 1 if kind in ("ImageData", "VideoData") else 0):
        yield from _no_batch(kind, own, given.place(message_name))
    height, width = own.integer("new_height"), own.integer("new_width")
    if kind == "ImageData" and bool(height) != bool(width):
        given_one, other = ("new_height", "new_width") if height else ("new_width", "new_height")
        message = f"`{given_one}` without `{other}`"
        yield Refusal(Fault.MISSING_LAYER_PARAMETER, message, own.place(given_one), "image_data_layer.cpp:33")


_OPENED = {
    "ImageData": "image_data_layer.cpp:49",
    "HDF5Data": "hdf5_data_layer.cpp:90",
    "WindowData": "window_data_layer.cpp:79",
    "Data": "db_lmdb.hpp:15",
    "AnnotatedData": "db_lmdb.hpp:15",
}


def _no_batch(kind: str, own: Group, whole: Span) -> Iterator[Refusal]:
    """An empty batch finds no memory: at once where it is read ahead, else where the next layer reads it."""
    stage: Literal["init", "first-iteration"] = "first-iteration" if kind == "HDF5Data" else "init"
    if own.has("batch_size"):
        message, place = "`batch_size` must be above 0", own.place("batch_size")
        yield Refusal(Fault.INVALID_LAYER_PARAMETER, message, place, "blob.cpp:133", stage=stage)
    else:
        message = f"{kind} without `batch_size`: it has no default"
        yield Refusal(Fault.MISSING_LAYER_PARAMETER, message, whole, "blob.cpp:133", stage=stage)


def untransformable(given: Given, image: tuple[Dim, Dim, Dim]) -> Iterator[Refusal]:
    """What the transformation refuses of an image; `image` are its channels, and its height and width uncropped."""
    transform = given.group("transform_param")
    if given.spec.type == "HDF5Data":
        if given.data.shape is None and given.fields.has("transform_param"):
            message = "HDF5Data does not transform what it reads"
            yield _wrong(message, given.fields, "transform_param", "hdf5_data_layer.cpp:77")
        return
    if transform.has("mean_file") and transform.has("mean_value"):
        message = "`mean_value` beside `mean_file`: give one of them"
        yield _wrong(message, transform, "mean_value", "data_transformer.cpp:21")
    means, channels = transform.count("mean_value"), image[0]
    if means > 1 and channels is not None and means != channels:
        message = (
            f"{means} `mean_value` for {channels} channel{'s'[: channels != 1]}: give one, or one for each channel"
        )
        # WindowData looks at its means itself, while it is built.
        late = given.spec.type != "WindowData"
        check = "data_transformer.cpp:68" if late else "window_data_layer.cpp:207"
        yield _wrong(message, transform, "mean_value", check, min(means - 1, channels), late=late)
    yield from _crop_beyond(transform, image)
    yield from _of_ssd(given, transform)


def _crop_beyond(transform: Group, image: tuple[Dim, Dim, Dim]) -> Iterator[Refusal]:
    both = transform.integer("crop_size")
    for name, what, size in (("crop_h", "height", image[1]), ("crop_w", "width", image[2])):
        crop = both or transform.integer(name)
        if size is not None and crop > size:
            field = "crop_size" if both else name
            message = f"`{field}: {crop}` is larger than the {what} {size} of the image"
            yield _wrong(message, transform, field, "data_transformer.cpp:466")
            return


def resized(transform: Group) -> tuple[Dim, Dim]:
    """Height and width after the SSD fork's `resize_param`, where it alone decides them."""
    resize = transform.group("resize_param")
    if resize.choice("resize_mode", _RESIZE_MODES) == "FIT_SMALL_SIZE":
        return None, None
    return resize.integer("height") or None, resize.integer("width") or None


def _of_ssd(given: Given, transform: Group) -> Iterator[Refusal]:
    for resize in transform.groups("resize_param"):
        for name in ("height", "width"):
            if not resize.integer(name):
                message = f"`resize_param` without `{name}`" if not resize.has(name) else f"`{name}` must be above 0"
                yield _wrong(message, resize, name, "data_transformer.cpp:42")
        if given.spec.type == "AnnotatedData" and given.data.batch is None:
            batch = given.group("data_param").integer("batch_size")
            if resize.choice("resize_mode", _RESIZE_MODES) == "FIT_SMALL_SIZE" and batch > 1:
                message = f"`resize_mode: FIT_SMALL_SIZE` takes a `batch_size` of 1, not {batch}"
                yield _wrong(message, resize, "resize_mode", "annotated_data_layer.cpp:44")
    for expand in transform.groups("expand_param"):
        ratio = expand.number("max_expand_ratio", 1.0)
        if not ratio > 1:
            message = f"`max_expand_ratio` must be above 1, and is {ratio:g}"
            yield _wrong(message, expand, "max_expand_ratio", "data_transformer.cpp:46")
    yield from _distortions(transform)
    if given.spec.type == "AnnotatedData":
        for sampler in given.group("annotated_data_param").groups("batch_sampler"):
            yield from _samples(sampler)


def _distortions(transform: Group) -> Iterator[Refusal]:
    for distort in transform.groups("distort_param"):
        for what, check in (("brightness", 556), ("hue", 639)):
            if distort.number(f"{what}_prob") > 0 and distort.number(f"{what}_delta") < 0:
                message = f"`{what}_delta` must not be negative"
                yield _wrong(message, distort, f"{what}_delta", f"im_transforms.cpp:{check}", late=True)
        for what, check in (("contrast", 579), ("saturation", 603)):
            if distort.number(f"{what}_prob") <= 0:
                continue
            low, high = distort.number(f"{what}_lower"), distort.number(f"{what}_upper")
            if high < low:
                message = f"`{what}_upper: {high:g}` is below `{what}_lower: {low:g}`"
                name = f"{what}_upper" if distort.has(f"{what}_upper") else f"{what}_lower"
                yield _wrong(message, distort, name, f"im_transforms.cpp:{check}", late=True)
            elif low < 0:
                message = f"`{what}_lower` must not be negative"
                yield _wrong(message, distort, f"{what}_lower", f"im_transforms.cpp:{check + 1}", late=True)


def _samples(batch_sampler: Group) -> Iterator[Refusal]:
    """SampleBBox draws where there is a sampler and a trial."""
    if batch_sampler.integer("max_trials", 100) <= 0:
        return
    for sampler in batch_sampler.groups("sampler"):
        for what, check in (("scale", 88), ("aspect_ratio", 95)):
            least, most = f"min_{what}", f"max_{what}"
            low, high = sampler.number(least, 1.0), sampler.number(most, 1.0)
            if high < low:
                message = f"`{most}: {high:g}` is below `{least}: {low:g}`; the one that is not given is 1"
                name = most if sampler.has(most) else least
                yield _wrong(message, sampler, name, f"sampler.cpp:{check}", late=True)
            elif not low > 0:
                message = f"`{least}: {low:g}` must be above 0"
                yield _wrong(message, sampler, least, f"sampler.cpp:{check + 1}", late=True)
            elif (what == "scale" and high > 1) or math.isinf(high):
                limit = "at most 1" if what == "scale" else "finite"
                message = f"`{most}: {high:g}` must be {limit}"
                yield _wrong(message, sampler, most, f"sampler.cpp:{check + 2}", late=True)


def _wrong(message: str, group: Group, field: str, check: str, index: int = 0, *, late: bool = False) -> Refusal:
    return Refusal(
        Fault.DATA_TRANSFORMATION,
        message,
        group.place(field, index),
        check,
        stage="first-iteration" if late else "init",
    )
