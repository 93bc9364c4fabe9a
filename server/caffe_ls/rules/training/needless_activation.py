"""An activation function behind another one does nothing, or leaves little to be told apart.

A ReLU changes nothing that is never negative: what a ReLU, a Sigmoid or a Softmax makes. A Sigmoid of what is never
negative gives 0.5 to 1, half of its range, and a Sigmoid of a Sigmoid 0.5 to 0.73: hardly anything of what went in is
left. Mostly one of the two was left over when a net was changed.

Source: relu_layer.cpp, sigmoid_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 30 } }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer { name: "relu1b" type: "ReLU" bottom: "fc1" top: "fc1" }
    #                            ^^^^^^
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 5 } }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 30 } }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 5 } }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 30 } }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "relu1" }
    layer { name: "sigmoid1" type: "Sigmoid" bottom: "relu1" top: "sigmoid1" }
    #                              ^^^^^^^^^
    layer { name: "fc2" type: "InnerProduct" bottom: "sigmoid1" top: "fc2" inner_product_param { num_output: 5 } }
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Finding, Fix, Related, Severity, fix
from caffe_ls.rules.layer_fields import in_file
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

_NEVER_NEGATIVE = frozenset({"ReLU", "Sigmoid", "Softmax", "ReLU6"})
_HEAD = re.compile(r"(?:(?:\r\n|\n|\r)[ \t]*)?layers?\s*:?\s*\Z")
# These make nothing negative of what is not.
_PASSING = frozenset({"Dropout", "Flatten", "Pooling", "Reshape", "LRN"})


@net_rule("ReLU", "Sigmoid", severity=Severity.HINT, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type("ReLU", "Sigmoid"):
        layer = net.layers[index]
        before = _activation_before(net, layer)
        if before is None:
            continue
        other = net.layers[before]
        related = (Related(net.place(before, "type"), f"`{other.name}`"),)
        place = net.place(index, "type")
        if layer.type == "ReLU":
            message = f"`{layer.name}` changes nothing: what `{other.name}` ({other.type}) makes is never negative"
            yield Finding(place, message, _remove(net, index), related, layer=layer.name)
        else:
            most = "0.73" if other.type in ("Sigmoid", "Softmax") else "1"
            message = (
                f"`{layer.name}` gives 0.5 to {most} only: what `{other.name}` ({other.type}) makes is never negative"
            )
            yield Finding(place, message, (), related, severity=Severity.INFORMATION, layer=layer.name)


def _activation_before(net: Net, layer: Layer) -> int | None:
    """The activation function whose outputs the layer gets, none of them negative."""
    source = layer.sources[0] if layer.sources else None
    while source is not None:
        other = net.layers[source.layer]
        kind = other.spec.type
        if kind in _NEVER_NEGATIVE:
            leaky = kind == "ReLU" and other.spec.fields.group("relu_param").number("negative_slope") != 0
            return None if leaky else source.layer
        if kind not in _PASSING:
            return None
        source = other.sources[0] if other.sources else None
    return None


def _remove(net: Net, index: int) -> tuple[Fix, ...]:
    """A layer in place can be taken away without a change of names."""
    placed = net.text.layers[net.layers[index].origin]
    head = _HEAD.search(placed.text[: placed.spec.fields.span.start])
    if not net.layers[index].is_in_place(0) or head is None:
        return ()
    # The line end before the layer belongs to its entry, the one behind it to the next.
    whole = Span(head.start(), placed.spec.fields.span.end)
    return (fix(f"Remove `{net.layers[index].name}`", in_file(Edit(whole, ""), placed.base)),)
