"""Bytes of images go into the net as they are.

Pixels are 0 to 255, all of them positive. Without `scale` and without a mean the first layer's outputs are some hundred
times as large as fillers are made for: with a usual base_lr the loss begins in the tens, ReLUs die in the first
iterations, and regressions diverge. A mean alone, or a scale alone, is enough for most nets.

Nothing is said where a BatchNorm or another layer that rescales reads the images first. A database may hold numbers
that have been scaled before.

Source: data_transformer.cpp (DataTransformer::Transform).

Bad:
    layer {
      name: "images" type: "ImageData" top: "data" top: "label"
      #                    ^^^^^^^^^^^
      image_data_param { source: "images.txt" batch_size: 32 shuffle: true }
    }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Good:
    layer {
      name: "images" type: "ImageData" top: "data" top: "label"
      image_data_param { source: "images.txt" batch_size: 32 shuffle: true }
      transform_param { scale: 0.00392156863 }
    }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.data_layers import IMAGE_LAYERS, image_layers, is_as_read
from caffe_ls.net.first_weights import WEIGHTED
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.images import scaled_to_one
from caffe_ls.rules.rule import net_rule

_PASSES = frozenset({"Concat", "Crop", "Dropout", "Flatten", "Permute", "Pooling", "Reshape", "Slice", "Split"})
_MOST_LAYERS = 32


@net_rule(*IMAGE_LAYERS, severity=Severity.INFORMATION, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    for index in image_layers(net):
        layer = net.layers[index]
        if not is_as_read(layer) or layer.spec.fields.group("transform_param").has("mean_file"):
            continue
        reader = _first_weights(net, index)
        if reader is not None:
            message = f"bytes, 0 to 255, go into `{net.layers[reader].name}` as they are: no `scale`, and no mean"
            if layer.type == "Data":
                message += ", unless the database holds scaled numbers"
            yield Finding(net.place(index, "type"), message, scaled_to_one(net, index), layer=layer.name)


def _first_weights(net: Net, index: int) -> int | None:
    """The first layer with learned weights that reads the images, with nothing between that rescales them."""
    waiting, seen = [reader for reader, _ in net.consumers(index, 0)], 0
    while waiting and seen < _MOST_LAYERS:
        at = waiting.pop(0)
        seen += 1
        layer = net.layers[at]
        if layer.type in WEIGHTED and layer.needs_backward:
            behind = net.consumers(at, 0)
            return None if any(net.layers[reader].type in ("BatchNorm", "BN", "MVN") for reader, _ in behind) else at
        if layer.type in _PASSES:
            waiting.extend(reader for reader, _ in net.consumers(at, 0))
    return None
