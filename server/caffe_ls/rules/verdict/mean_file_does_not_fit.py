"""The mean image has another size than the data, or cannot be read.

The mean is taken from the image before it is cropped, so it must have the channels, the height and the width of the
images themselves: `Check failed: datum_height == data_mean_.height()`. A `crop_size` that is larger than the mean is
larger than the images, too. Means that NumPy keeps (`.npy`) are for Caffe's Python interface; here a `.binaryproto` is
wanted, which `compute_image_mean` writes. One `mean_value` per channel does instead, for images of any size.

Source: data_transformer.cpp (DataTransformer, Transform), window_data_layer.cpp.

Bad:
    layer {
      name: "data"
      type: "ImageData"
      top: "data"
      top: "label"
      transform_param { mean_file: "mean.binaryproto" }
      #                            ^^^^^^^^^^^^^^^^^^
      image_data_param { source: "images.txt" new_height: 227 new_width: 227 }
    }
    #- /images.txt
    a.jpg 0
    #- /mean.binaryproto
    num: 1 channels: 3 height: 256 width: 256

Good:
    layer {
      name: "data"
      type: "ImageData"
      top: "data"
      top: "label"
      transform_param { mean_file: "mean.binaryproto" crop_size: 227 }
      image_data_param { source: "images.txt" new_height: 256 new_width: 256 }
    }
    #- /images.txt
    a.jpg 0
    #- /mean.binaryproto
    num: 1 channels: 3 height: 256 width: 256
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.data_sources import MeanFile, images_of, mean_files
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import net_text
from caffe_ls.net.model import Dim, PlacedLayer
from caffe_ls.net.shapes.step import differ, shown
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule

# Of what else a layer may do with a mean nothing is said here.
_TYPES = ("Data", "AnnotatedData", "ImageData", "WindowData")


@document_rule(
    category=Category.VERDICT, severity=Severity.ERROR, stage="first-iteration", reads="net", needs_brackets=True
)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files = document.context.files
    if files is None or document.template:
        return
    text = net_text(document)
    means = [mean for mean in mean_files(text, files) if text.layers[mean.layer].spec.type in _TYPES]
    images = images_of(text, files) if means else {}
    for mean in (mean for mean in means if files.is_surely_meant(mean.written)):
        layer = text.layers[mean.layer]
        if mean.problem:
            place = layer.spec.fields.group("transform_param").place("mean_file").shift(layer.base)
            yield Finding(place, f"`{mean.written}` cannot be used as a mean: {mean.problem}", stage="init")
        elif mean.image is not None:
            yield from _compare(layer, mean, images.get(mean.layer, (None, None, None)))


def _compare(layer: PlacedLayer, mean: MeanFile, data: tuple[Dim, Dim, Dim]) -> Iterator[Finding]:
    transform = layer.spec.fields.group("transform_param")
    crop = transform.integer("crop_size")
    assert mean.image is not None
    is_window = layer.spec.type == "WindowData"
    if any(size is not None and crop > size for size in data[1:]):
        # It is larger than the images, too, which `data-transformation` tells.
        return
    if crop > min(mean.image[1:]):
        message = f"`crop_size: {crop}` is larger than the mean image, {shown(mean.image)}"
        place = transform.place("crop_size").shift(layer.base)
        # Windows are not compared with the mean: numbers beside it are taken.
        yield Finding(place, message, severity=Severity.WARNING if is_window else None)
    elif not is_window and any(differ(one, other) for one, other in zip(mean.image, data, strict=True)):
        message = f"the mean image is {shown(mean.image)}, the images are {shown(data)}"
        yield Finding(transform.place("mean_file").shift(layer.base), message)
