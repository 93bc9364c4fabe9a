"""No Scale stands behind a BatchNorm: nothing learns how large its output is to be.

Caffe's BatchNorm only normalizes. The factor and the offset that belong to it (gamma and beta) are a layer of their
own: `Scale` with `bias_term: true`, which is false where it is not given. Without the offset an activation behind it
always cuts where the mean is; without the factor all channels count alike. Before a convolution or an InnerProduct
neither is needed, since these have weights of their own.

Source: batch_norm_layer.hpp, scale_layer.cpp.

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "bn1" type: "BatchNorm" bottom: "data" top: "bn1" }
    #                         ^^^^^^^^^^^
    layer { name: "relu1" type: "ReLU" bottom: "bn1" top: "bn1" }
    layer { name: "fc1" type: "InnerProduct" bottom: "bn1" top: "fc1" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "bn1" type: "BatchNorm" bottom: "data" top: "bn1" }
    layer { name: "scale1" type: "Scale" bottom: "bn1" top: "bn1" scale_param { bias_term: true } }
    layer { name: "relu1" type: "ReLU" bottom: "bn1" top: "bn1" }
    layer { name: "fc1" type: "InnerProduct" bottom: "bn1" top: "fc1" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "bn1" type: "BatchNorm" bottom: "data" top: "bn1" }
    layer { name: "scale1" type: "Scale" bottom: "bn1" top: "bn1" }
    #                            ^^^^^^^
    layer { name: "relu1" type: "ReLU" bottom: "bn1" top: "bn1" }
    layer { name: "fc1" type: "InnerProduct" bottom: "bn1" top: "fc1" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.batch_norms import is_trained
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import FileEdit, Finding, Fix, Severity
from caffe_ls.rules.layout import Layout, layout_of
from caffe_ls.rules.rule import net_rule
from caffe_ls.rules.several_layers import and_more, write_in_all
from caffe_ls.rules.values import quoted
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

# What has weights of its own makes up for the factor and the offset; of what only hands on, nothing is known here.
_ACTIVATIONS = frozenset({"ReLU", "PReLU", "ELU", "Sigmoid", "TanH", "BNLL", "Swish", "Clip", "ReLU6"})


@net_rule("BatchNorm", severity=Severity.HINT, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    if not is_trained(net):
        return
    bare, unshifted = [], []
    for index in net.of_type("BatchNorm"):
        readers = net.consumers(index)
        is_bare = _feeds_activations(net, index)
        if not is_bare and not (len(readers) == 1 and _shifts_nothing(net, readers[0][0])):
            continue
        if net.layers[index].spec.fields.group("batch_norm_param").flag("scale_bias"):
            continue  # NVIDIA's fork has factor and offset in the layer itself.
        if is_bare:
            bare.append(index)
        else:
            unshifted.append(readers[0][0])
    if bare:
        message = f"no Scale learns a factor and an offset behind this BatchNorm{and_more(bare)}"
        name = net.layers[bare[0]].name
        yield Finding(net.place(bare[0], "type"), message, tuple(_add_scales(net, bare)), layer=name)
    if unshifted:
        message = f"the Scale behind a BatchNorm learns no offset without `bias_term: true`{and_more(unshifted)}"
        fixes = write_in_all(net, unshifted, "scale_param", "bias_term", "true")
        yield Finding(net.place(unshifted[0], "type"), message, fixes, layer=net.layers[unshifted[0]].name)


def _shifts_nothing(net: Net, index: int) -> bool:
    layer = net.layers[index]
    if layer.type != "Scale" or len(layer.bottoms) != 1 or layer.spec.fields.group("scale_param").flag("bias_term"):
        return False
    return _feeds_activations(net, index)


def _feeds_activations(net: Net, index: int) -> bool:
    return any(net.layers[reader].type in _ACTIVATIONS for reader, _ in net.consumers(index))


def _add_scales(net: Net, layers: list[int]) -> Iterator[Fix]:
    names = {placed.spec.name for placed in net.text.layers}
    for index in layers:
        layer = net.layers[index]
        placed = net.text.layers[layer.origin]
        end = placed.spec.fields.span.end
        if not placed.text or not placed.text[:end].lstrip().startswith("layer") or "layers" in placed.text[:end]:
            return
        if _scale_name(layer) in names:
            return
    title = "Add a Scale with a bias" if len(layers) == 1 else f"Add a Scale with a bias to {len(layers)} layers"
    yield Fix(title, later=lambda: tuple(FileEdit(_add_scale(net, index)) for index in layers))


def _add_scale(net: Net, index: int) -> Edit:
    layer = net.layers[index]
    placed = net.text.layers[layer.origin]
    end = placed.base + placed.spec.fields.span.end
    return Edit(Span(end, end), _scale(layer, placed.text, layout_of(one.text for one in net.text.layers)))


def _scale_name(layer: Layer) -> str:
    return f"scale_{layer.name}"


def _scale(layer: Layer, text: str, layout: Layout) -> str:
    fields = layer.spec.fields
    name, top = quoted(_scale_name(layer)), quoted(layer.tops[0])
    rules = [
        f"  {kind} {text[span.start : span.end]}"
        for kind in ("include", "exclude")
        for index in range(fields.count(kind))
        for span in (fields.place(kind, index),)
    ]
    lines = ("", "layer {", f"  name: {name}", '  type: "Scale"', f"  bottom: {top}", f"  top: {top}",
             "  scale_param { bias_term: true }", *rules, "}")  # fmt: skip
    return layout.lines(*lines)
