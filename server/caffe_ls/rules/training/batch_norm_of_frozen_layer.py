"""A BatchNorm measures its input anew, though the layers around it are kept as they are.

`lr_mult: 0` keeps the weights of a layer that was trained before. The BatchNorm behind it has no such weights: in
training it normalizes by each batch's own mean and variance, and stores these instead of the statistics that the
weights were trained with. What the kept layers make changes with every batch, and with other data for good. To keep
them too, set `use_global_stats: true`. With large batches of the new data it may be meant.

Source: batch_norm_layer.cpp (BatchNormLayer::LayerSetUp and Forward_cpu).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      param { lr_mult: 0 }
      inner_product_param { num_output: 9 bias_term: false }
    }
    layer { name: "bn1" type: "BatchNorm" bottom: "fc1" top: "fc1" }
    #                         ^^^^^^^^^^^
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      param { lr_mult: 0 }
      inner_product_param { num_output: 9 bias_term: false }
    }
    layer {
      name: "bn1"
      type: "BatchNorm"
      bottom: "fc1"
      top: "fc1"
      batch_norm_param { use_global_stats: true }
    }
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.batch_norms import is_trained, uses_batch_statistics
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule
from caffe_ls.rules.several_layers import and_more, write_in_all

_WEIGHTED = frozenset({"Convolution", "Deconvolution", "InnerProduct", "DepthwiseConvolution", "ConvolutionDepthwise"})


@net_rule("BatchNorm", severity=Severity.INFORMATION, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    if not is_trained(net):
        return
    found = [index for index in net.of_type("BatchNorm") if _stands_among_frozen(net, index)]
    if found:
        first = net.layers[found[0]]
        message = f"the layers around it are kept (`lr_mult: 0`), its statistics are not{and_more(found)}"
        title = "Set `use_global_stats: true`"
        fixes = write_in_all(net, found, "batch_norm_param", "use_global_stats", "true", title)
        yield Finding(net.place(found[0], "type"), message, fixes, layer=first.name)


def _stands_among_frozen(net: Net, index: int) -> bool:
    layer = net.layers[index]
    source = layer.sources[0] if layer.sources else None
    if source is None or not uses_batch_statistics(layer, "TRAIN"):
        return False
    above = net.layers[source.layer]
    if above.type not in _WEIGHTED or not _is_frozen(above):
        return False
    scales = [net.layers[reader] for reader, _ in net.consumers(index) if net.layers[reader].type == "Scale"]
    return all(_is_frozen(scale) for scale in scales)


def _is_frozen(layer: Layer) -> bool:
    params = layer.spec.params
    return len(params) >= len(layer.param_shapes or ()) > 0 and all(param.lr_mult == 0 for param in params)
