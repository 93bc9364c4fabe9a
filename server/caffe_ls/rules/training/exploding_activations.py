"""Weights that begin so large that activations explode on their way to the loss.

Each layer of weights multiplies the size of what goes through it by sqrt(n) x std, n being the number of inputs that an
output is summed up of; a ReLU halves the mean square. `msra` (std = sqrt(2 / n), before a ReLU) and `xavier`
(std = sqrt(1 / n)) keep the size as it is. Factors multiply over the layers: 3 once does no harm, 100 in three layers
ends in a loss at its ceiling (87.3 for SoftmaxWithLoss), gradients to match, and nan after a few steps. Before a
Sigmoid or a TanH one such layer is enough: its units are saturated, and their slope is 0. Behind a BatchNorm the count
begins anew.

A Power with a large `scale`, or a Scale whose factor begins large, multiplies in the same way.

The size is estimated from fillers, shapes and activation functions for data of size 1; raw pixels make it larger still.

Source: filler.hpp; Glorot and Bengio (2010), He et al. (2015).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 200 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param { num_output: 200 weight_filler { type: "gaussian" std: 10 } }
      #                                                                           ^^
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      inner_product_param { num_output: 5 weight_filler { type: "gaussian" std: 10 } }
      #                                                                         ^^
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 200 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param { num_output: 200 weight_filler { type: "gaussian" std: 0.1 } }
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      inner_product_param { num_output: 5 weight_filler { type: "gaussian" std: 0.3 } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.activation_scale import Scale, factor_of, ways_to_losses
from caffe_ls.net.activations import is_normalized
from caffe_ls.net.first_weights import WEIGHTED, parameters
from caffe_ls.net.model import Net
from caffe_ls.rules.filler_fixes import advise_filler, comparison, filler_place, number, rescale, times_advised
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

# Trained nets lie below 30; SoftmaxWithLoss begins at its ceiling from about 100 on.
_EXPLODED = 300.0
_LARGE = 40.0
# A layer that is out by less is not what explodes.
_OUT_OF_PROPORTION = 5.0
# Layers of trained nets are out by 11 at most; by itself, each of these saturates what is behind it.
_SATURATES = 20.0
_SATURATES_ALL = 100.0
_SIZES = frozenset({"std", "value", "min", "max", "mean", "sparse"})


@net_rule(severity=Severity.WARNING, fixable=True, of_first_weights=True)
def check(net: Net) -> Iterator[Finding]:
    large, multiplying = _large_weights(net), _multiplying(net)
    if not large and not multiplying:
        return  # As nearly all nets: nothing need be followed through the layers.
    told: set[int] = set()
    for way in ways_to_losses(net, _is_large):
        growth = way.scale.root_mean_square
        grown = f"activations grow {number(growth)}-fold up to `{net.layers[way.loss].name}`"
        for index in way.layers:
            if index in large and index not in told:
                told.add(index)
                yield _too_large(net, index, grown, is_certain=growth >= _EXPLODED)
        for index in multiplying:
            if index in way.through and index not in told:
                told.add(index)
                yield _multiplied(net, index, grown, is_certain=growth >= _EXPLODED)
    for index, factor in large.items():
        if index in told or not net.layers[index].needs_backward:
            continue
        if factor >= _SATURATES and not is_normalized(net, index):
            grown = f"what `{net.layers[index].name}` makes is out of proportion"
            yield _too_large(net, index, grown, is_certain=factor >= _SATURATES_ALL)


def _is_large(scale: Scale) -> bool:
    return not scale.root_mean_square < _LARGE  # Of absurd fillers it is no number, and that is large, too.


def _large_weights(net: Net) -> dict[int, float]:
    """The layers whose weights are given a size that is far too large, with how many times they are too large."""
    return {
        index: factor
        for index in net.of_type(*WEIGHTED)
        if _is_sized(net, index) and (factor := times_advised(net, index)) is not None and factor >= _OUT_OF_PROPORTION
    }


def _is_sized(net: Net, index: int) -> bool:
    """Whether the text gives a size; of a filler that is left at its default another rule speaks."""
    return not _SIZES.isdisjoint(parameters(net.layers[index]).group("weight_filler").fields)


def _multiplying(net: Net) -> list[int]:
    """The layers that multiply what they read by far more than 1."""
    return [
        index
        for index in net.of_type("Power", "Scale")
        if (factor := factor_of(net.layers[index])) is not None and factor >= _OUT_OF_PROPORTION
    ]


def _multiplied(net: Net, index: int, what: str, is_certain: bool) -> Finding:
    layer = net.layers[index]
    if layer.type == "Power":
        own, field = layer.spec.fields.group("power_param"), "scale"
    else:
        own, field = layer.spec.fields.group("scale_param").group("filler"), "value"
    factor = factor_of(layer)
    assert factor is not None
    place = net.in_file(index, own.place(field) if own.has(field) else own.span)
    fixes = (fix(f"Set `{field}: 1`", Edit(place, "1")),) if own.has(field) else ()
    severity = None if is_certain else Severity.INFORMATION
    return Finding(
        place, f"`{layer.name}` multiplies by {number(factor)}: {what}", fixes, severity=severity, layer=layer.name
    )


def _too_large(net: Net, index: int, what: str, is_certain: bool) -> Finding:
    return Finding(
        filler_place(net, index),
        f"{comparison(net, index)}: {what}",
        (*rescale(net, index), *advise_filler(net, index)),
        severity=None if is_certain else Severity.INFORMATION,
        layer=net.layers[index].name,
    )
