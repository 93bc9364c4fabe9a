"""What data layers do to what they read (data_transformer.cpp, DataTransformer::Transform: (byte - mean) * scale)."""

from __future__ import annotations

from caffe_ls.net.model import Layer, Net
from caffe_ls.net.values import Group

IMAGE_LAYERS = frozenset({"AnnotatedData", "Data", "ImageData", "VideoData", "WindowData"})
"""The layers that read images, whose pixels are bytes; a database may hold other numbers, too."""

TOP_BYTE = 255

_SOURCES = {
    "AnnotatedData": "data_param",
    "Data": "data_param",
    "HDF5Data": "hdf5_data_param",
    "ImageData": "image_data_param",
    "VideoData": "video_data_param",
    "WindowData": "window_data_param",
}


def transformation(layer: Layer) -> Group:
    """What a data layer does to its images; empty where nothing is given."""
    return layer.spec.fields.group("transform_param")


def parameters(layer: Layer) -> Group:
    """The message of a data layer that says what it reads, and how; empty where it is not given."""
    return layer.spec.fields.group(_SOURCES.get(layer.type, ""))


def has_mean(layer: Layer) -> bool:
    """Whether a mean is subtracted, from a file or as numbers."""
    own = transformation(layer)
    return own.has("mean_file") or any(own.numbers("mean_value"))


def is_as_read(layer: Layer) -> bool:
    """Whether the bytes of images go into the net as they are."""
    return not has_mean(layer) and transformation(layer).number("scale", 1.0) == 1.0


def image_layers(net: Net) -> tuple[int, ...]:
    """The layers of a net that read images and whose text can be trusted."""
    return tuple(index for index in net.of_type(*sorted(IMAGE_LAYERS)) if net.layers[index].judged)
