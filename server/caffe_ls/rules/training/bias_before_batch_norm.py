"""A layer's bias is taken away by the BatchNorm behind it.

A BatchNorm subtracts the mean of each channel, and with it whatever the layer before it added to the channel: in
training its bias changes nothing and gets no gradient. It costs memory and time. The offset that counts is that of the
Scale behind the BatchNorm. Weights that were trained with the bias need it to be loaded.

Source: batch_norm_layer.cpp (BatchNormLayer::Forward_cpu); Ioffe and Szegedy, Batch Normalization (2015), 3.2.

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 3 dim: 9 dim: 9 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      #     ^^^^^^^^^^^^^
      bottom: "data"
      top: "conv1"
      param { lr_mult: 1 }
      param { lr_mult: 2 }
      convolution_param { num_output: 4 kernel_size: 3 bias_filler { type: "constant" } }
    }
    layer { name: "bn1" type: "BatchNorm" bottom: "conv1" top: "conv1" }
    layer { name: "fc1" type: "InnerProduct" bottom: "conv1" top: "fc1" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 3 dim: 9 dim: 9 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      param { lr_mult: 1 }
      convolution_param { num_output: 4 kernel_size: 3 bias_term: false }
    }
    layer { name: "bn1" type: "BatchNorm" bottom: "conv1" top: "conv1" }
    layer { name: "fc1" type: "InnerProduct" bottom: "conv1" top: "fc1" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.batch_norms import is_trained, uses_batch_statistics
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.layer_fields import in_file, remove_field, write_field
from caffe_ls.rules.rule import net_rule
from caffe_ls.rules.several_layers import and_more
from caffe_ls.text.edit import Edit

_BIASED = {
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "InnerProduct": "inner_product_param",
}


@net_rule("BatchNorm", severity=Severity.HINT, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    if not is_trained(net):
        return
    found: list[int] = []
    for index in net.of_type("BatchNorm"):
        sources = net.layers[index].sources
        if not uses_batch_statistics(net.layers[index], "TRAIN") or not sources or sources[0] is None:
            continue
        above = sources[0].layer
        layer = net.layers[above]
        if _adds_to_channels(layer) and len(net.consumers(above)) == 1:
            found.append(above)
    if found:
        first = net.layers[found[0]]
        message = f"the bias of `{first.name}` is taken away by the BatchNorm behind it{and_more(found)}"
        yield Finding(net.place(found[0], "type"), message, tuple(_without_bias(net, found)), layer=first.name)


def _adds_to_channels(layer: Layer) -> bool:
    """Whether the layer has a bias, and one for each channel of what it makes."""
    message = _BIASED.get(layer.type)
    if message is None or not layer.spec.fields.group(message).flag("bias_term", True):
        return False
    shape = layer.top_shapes[0] if layer.top_shapes else None
    return layer.type != "InnerProduct" or (shape is not None and len(shape) == 2)


def _without_bias(net: Net, layers: list[int]) -> Iterator[Fix]:
    edits: list[Edit] = []
    for index in layers:
        placed = net.text.layers[net.layers[index].origin]
        fields, message = placed.spec.fields, _BIASED[net.layers[index].type]
        own = fields.group(message)
        changes = [write_field(placed.text, fields, message, "bias_term", "false") if placed.text else None]
        # Only the weights are left to have a `param`, and nothing is left for the bias's filler.
        changes += (remove_field(placed.text, fields, "param", place) for place in range(1, fields.count("param")))
        changes += (remove_field(placed.text, own, "bias_filler") for _ in range(own.count("bias_filler")))
        if None in changes:
            return
        edits += (in_file(edit, placed.base) for edit in changes if edit is not None)
    yield fix("Set `bias_term: false`" + (f" in {len(layers)} layers" if len(layers) > 1 else ""), *edits)
