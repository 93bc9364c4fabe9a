"""An image and its map of labels are mirrored or cropped each by itself.

Two data layers, one that reads images and one that reads maps of labels for their pixels, throw their own dice: with
`mirror` or `crop_size` half of the images are mirrored while their labels are not, or another part is cut out. The
labels then belong to other places than the scores that they are compared with.

In TEST nothing is random about cropping: Caffe takes the middle.

Source: data_transformer.cpp (DataTransformer::Transform, Rand).

Bad:
    layer { name: "images" type: "Data" top: "data" data_param { source: "images_lmdb" batch_size: 1 backend: LMDB }
            transform_param { mirror: true scale: 0.00390625 } }
    #                                 ^^^^
    layer { name: "labels" type: "Data" top: "label" data_param { source: "labels_lmdb" batch_size: 1 backend: LMDB } }
    layer { name: "score" type: "Convolution" bottom: "data" top: "score"
            convolution_param { num_output: 21 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss" }

Good:
    layer { name: "images" type: "Data" top: "data" data_param { source: "images_lmdb" batch_size: 1 backend: LMDB }
            transform_param { scale: 0.00390625 } }
    layer { name: "labels" type: "Data" top: "label" data_param { source: "labels_lmdb" batch_size: 1 backend: LMDB } }
    layer { name: "score" type: "Convolution" bottom: "data" top: "score"
            convolution_param { num_output: 21 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.data_layers import image_layers, transformation
from caffe_ls.net.makers import inputs_above, makers
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

_PIXELWISE = ("EuclideanLoss", "SigmoidCrossEntropyLoss", "SoftmaxWithLoss")


@net_rule(*_PIXELWISE, severity=Severity.WARNING, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    readers = image_layers(net)
    if len(readers) < 2 or not any(_changed(net, index) for index in readers):
        return
    told: set[int] = set()
    for loss in net.of_type(*_PIXELWISE):
        labels = _map_of_labels(net, loss)
        if labels is None or labels not in readers:
            continue
        images = inputs_above(net, loss).intersection(readers)
        if not images or labels in images:
            continue
        for index, other in [(labels, min(images)), *((image, labels) for image in sorted(images))]:
            if _changed(net, index) and index not in told:
                told.add(index)
                yield _told(net, index, other)


def _told(net: Net, index: int, other: int) -> Finding:
    layer, field = net.layers[index], _changed(net, index)
    place = net.in_file(index, transformation(layer).place(field))
    verb = "mirrored" if field == "mirror" else "cropped"
    message = f"images are {verb} at random here, and what `{net.layers[other].name}` reads is not at the same time"
    fixes = (fix("Set `mirror: false`", Edit(place, "false")),) if field == "mirror" else ()
    # Of images that are as large as the crop nothing is cut off.
    severity = None if field == "mirror" else Severity.INFORMATION
    return Finding(place, message, fixes, severity=severity, layer=layer.name)


def _changed(net: Net, index: int) -> str:
    """The field by which a data layer changes its images at random, or nothing."""
    own = transformation(net.layers[index])
    return "mirror" if own.flag("mirror") else "crop_size" if own.integer("crop_size") > 0 else ""


def _map_of_labels(net: Net, loss: int) -> int | None:
    """The layer whose images a loss takes for labels of the places of a map."""
    scores = net.layers[loss].bottom_shapes[0]
    found = makers(net, loss, 1)
    is_map = scores is not None and len(scores) == 4 and 1 not in scores[2:]
    return found[0] if is_map and len(found) == 1 else None
