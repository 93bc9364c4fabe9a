"""Units that begin alike and stay alike for ever.

Where all weights of a layer begin as the same number, all its units compute the same. They stay the same as long as
they get the same gradient, and they do where the next layer's weights begin as one number too: however many units there
are, the layer works as one. Random weights in one of the two layers break the symmetry at the first step, and so does a
Dropout between them.

Source: filler.hpp (ConstantFiller); Rumelhart, Hinton and Williams (1986).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param { num_output: 30 weight_filler { type: "constant" value: 0.05 } }
      #                                                                            ^^^^
    }
    layer { name: "tanh1" type: "TanH" bottom: "fc1" top: "fc1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      inner_product_param { num_output: 5 weight_filler { type: "constant" value: 0.05 } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param { num_output: 30 weight_filler { type: "xavier" } }
    }
    layer { name: "tanh1" type: "TanH" bottom: "fc1" top: "fc1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      inner_product_param { num_output: 5 weight_filler { type: "constant" value: 0.05 } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.activations import layers_behind
from caffe_ls.net.first_weights import WEIGHTED, first_state, first_weights, parameters
from caffe_ls.net.learning_reach import stuck, zero_weights
from caffe_ls.net.model import Net
from caffe_ls.rules.filler_fixes import advise_filler, filler_place, number
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule

_ALL_ALIKE = frozenset({"Bias", "ELU", "Flatten", "Pooling", "PReLU", "ReLU", "Reshape", "Sigmoid", "TanH", "Scale",
                        "BatchNorm"})  # fmt: skip


@net_rule(*WEIGHTED, severity=Severity.WARNING, fixable=True, of_first_weights=True)
def check(net: Net) -> Iterator[Finding]:
    constant = {index for index in net.of_type(*WEIGHTED) if _is_constant(net, index)}
    zeros = zero_weights(net) if constant else ()
    silent = set(stuck(net, zeros)) if zeros else set()  # Of weights that stay 0 another rule speaks.
    for index in sorted(constant - silent):
        layer = net.layers[index]
        own = parameters(layer)
        units = own.integer("num_output")
        if not layer.needs_backward or units < 2 or own.integer("group", 1) != 1:
            continue
        readers = _readers(net, index)
        if readers and constant.issuperset(readers):
            weights = first_weights(layer)
            assert weights is not None
            message = (
                f"all weights of `{layer.name}` are {number(weights.mean)}, and those of"
                f" `{net.layers[readers[0]].name}` behind it are all the same too: its {units:,} units stay alike"
            )
            may_be_loaded = not own.has("weight_filler")
            yield Finding(
                filler_place(net, index),
                message + (", unless trained weights are loaded" if may_be_loaded else ""),
                advise_filler(net, index),
                severity=Severity.INFORMATION if may_be_loaded else None,
                layer=layer.name,
            )


def _is_constant(net: Net, index: int) -> bool:
    weights, bias, _ = first_state(net.layers[index])
    return weights is not None and weights.is_constant and bias is not None and bias.is_constant


def _readers(net: Net, index: int) -> tuple[int, ...]:
    """The next layers of weights; none where something else stands before them, which may treat units differently."""
    found = []
    for reader in layers_behind(net, index):
        layer = net.layers[reader]
        if layer.type in WEIGHTED:
            found.append(reader)
        elif layer.type not in _ALL_ALIKE:
            return ()
    return tuple(found)
