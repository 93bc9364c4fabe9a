"""Two layers of weights without an activation function between them can do no more than one.

Weighted sums of weighted sums are weighted sums: what two such layers compute, one layer with the product of their
weights computes too. The second one costs memory and time, and often a ReLU was forgotten. Nothing is said where the
first layer has fewer outputs than both its inputs and the second one's outputs (a factorisation saves numbers), works
on groups of channels, or has a kernel that is not square.

Source: inner_product_layer.cpp, base_conv_layer.cpp.

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 30 } }
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 5 } }
    #                         ^^^^^^^^^^^^^^

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 30 } }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 5 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.first_weights import input_width, parameters
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Finding, Fix, Related, Severity, fix
from caffe_ls.rules.layer_fields import layer_behind
from caffe_ls.rules.rule import net_rule

_TYPES = ("Convolution", "InnerProduct")
_LINEAR = frozenset({"BatchNorm", "Bias", "Dropout", "Flatten", "Reshape", "Scale"})


@net_rule(*_TYPES, severity=Severity.HINT, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type(*_TYPES):
        behind = _next_weights(net, index)
        if behind is None:
            continue
        first, second = net.layers[index], net.layers[behind]
        if second.type == first.type and not _saves(first, second) and _is_plain(first) and _is_plain(second):
            message = (
                f"no activation function between `{first.name}` and `{second.name}`: both together can do no more than"
                " one layer"
            )
            related = (Related(net.place(index, "type"), f"`{first.name}`"),)
            yield Finding(net.place(behind, "type"), message, _rectify(net, behind), related, layer=second.name)


def _rectify(net: Net, reader: int) -> tuple[Fix, ...]:
    """A ReLU in place right before the layer that reads: nothing may write over it before the way back."""
    source = net.layers[reader].sources[0]
    if source is None or net.layers[reader].is_in_place(0):
        return ()
    layer, blob = net.layers[source.layer], net.layers[reader].bottoms[0]
    edit = layer_behind(net, source.layer, f'name: "{layer.name}_relu" type: "ReLU" bottom: "{blob}" top: "{blob}"')
    return (fix(f"Add a `ReLU` behind `{layer.name}`", edit),) if edit is not None else ()


def _next_weights(net: Net, index: int) -> int | None:
    """The layer of weights that alone reads what a layer makes, changed by nothing but linear functions."""
    while True:
        readers = net.consumers(index)
        if len(readers) != 1 or len(net.layers[readers[0][0]].bottoms) != 1:
            return None
        index = readers[0][0]
        if net.layers[index].type in _TYPES:
            return index
        if net.layers[index].type not in _LINEAR:
            return None


def _saves(first: Layer, second: Layer) -> bool:
    width, middle = input_width(first), parameters(first).integer("num_output")
    return width is None or middle < min(width, parameters(second).integer("num_output"))


def _is_plain(layer: Layer) -> bool:
    own = parameters(layer)
    sizes = own.integers("kernel_size")
    square = not own.has("kernel_h") and not own.has("kernel_w") and len(set(sizes)) <= 1
    return square and own.integer("group", 1) == 1
