"""BatchNorm has a single item to normalize.

The mean of one number is that number, and its variance is 0: what a BatchNorm makes of a batch of 1 without height and
width is exactly 0, whatever the input is (nan with `eps: 0`). Only what stands behind it still learns. With height and
width there are more numbers to measure, but those of one image: the net learns to see images that are each normalized
by themselves, and is tested with averages of many. `iter_size` does not help: each pass is measured by itself.

Source: batch_norm_layer.cpp (BatchNormLayer::Forward_cpu).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 1 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 1 } } }
    layer { name: "bn1" type: "BatchNorm" bottom: "data" top: "bn1" }
    #                         ^^^^^^^^^^^
    layer { name: "fc1" type: "InnerProduct" bottom: "bn1" top: "fc1" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 16 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 16 } } }
    layer { name: "bn1" type: "BatchNorm" bottom: "data" top: "bn1" }
    layer { name: "fc1" type: "InnerProduct" bottom: "bn1" top: "fc1" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.batch_norms import eps_of, is_trained, numbers_per_channel, uses_batch_statistics
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule
from caffe_ls.rules.several_layers import and_more


@net_rule("BatchNorm", severity=Severity.WARNING)
def check(net: Net) -> Iterator[Finding]:
    single = [index for index in net.of_type("BatchNorm") if _is_of_one_item(net.layers[index])]
    layers = [index for index in single if uses_batch_statistics(net.layers[index], net.phase)]
    if not layers or (net.phase == "TRAIN" and not is_trained(net)):
        return
    alone = [index for index in layers if numbers_per_channel(net.layers[index]) == 1]
    if alone:
        first = net.layers[alone[0]]
        result = "the output is always 0" if eps_of(first) > 0 else "the output is 0 / 0, nan"
        message = f"each channel has one number, which is its own mean: {result}{and_more(alone)}"
        yield Finding(net.place(alone[0], "type"), message, layer=first.name)
    one = [index for index in layers if index not in alone and len(net.layers[index].bottom_shapes[0] or ()) > 2]
    if one and net.phase == "TRAIN":
        message = "a batch of 1: each image is normalized by itself in training, and by averages of many in tests"
        place, name = net.place(one[0], "type"), net.layers[one[0]].name
        yield Finding(place, message + and_more(one), severity=Severity.INFORMATION, layer=name)


def _is_of_one_item(layer: Layer) -> bool:
    shape = layer.bottom_shapes[0] if layer.bottom_shapes else None
    return shape is not None and shape[:1] == (1,)
