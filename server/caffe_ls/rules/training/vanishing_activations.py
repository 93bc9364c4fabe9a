"""Weights that begin so small that hardly anything of the data arrives at the loss.

Each layer of weights multiplies the size of what goes through it by sqrt(n) x std, n being the number of inputs that an
output is summed up of; a ReLU halves the mean square. `msra` (std = sqrt(2 / n), before a ReLU) and `xavier`
(std = sqrt(1 / n)) keep the size as it is. A std of 0.01 in each of a dozen layers shrinks it by many powers of ten.
The gradients shrink with it: the loss stays at ln(classes), and the net seems not to learn. Few layers of such weights
are harmless, AlexNet has them, and behind a BatchNorm the count begins anew.

The size is estimated from fillers, shapes and activation functions for raw pixels, where nothing scales them. It is
information, since trained weights may be meant to be loaded: VGG's nets of 16 layers and more were, see section 3.1 of
the paper.

Source: filler.hpp; Glorot and Bengio (2010), He et al. (2015), Simonyan and Zisserman (2014).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param { num_output: 20 weight_filler { type: "gaussian" std: 0.00001 } }
      #                                                                          ^^^^^^^
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      inner_product_param { num_output: 5 weight_filler { type: "gaussian" std: 0.0001 } }
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
      inner_product_param { num_output: 20 weight_filler { type: "msra" } }
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      inner_product_param { num_output: 5 weight_filler { type: "gaussian" std: 0.01 } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.activation_scale import RAW_BYTES, Scale, ways_to_losses
from caffe_ls.net.first_weights import WEIGHTED
from caffe_ls.net.model import Net
from caffe_ls.rules.filler_fixes import advised_type, comparison, filler_place, times_advised, write_filler
from caffe_ls.rules.finding import Finding, Related, Severity, fix
from caffe_ls.rules.rule import net_rule

# VGG's net of 11 layers, which was trained from such weights, has 1e-4; that of 16 layers, which was not, 3e-7.
_VANISHED = 1e-6
# Of many Sigmoids a rule of its own speaks.
_A_STACK = 3
_OUT_OF_PROPORTION = 1 / 2


@net_rule(severity=Severity.INFORMATION, fixable=True, of_first_weights=True)
def check(net: Net) -> Iterator[Finding]:
    factors = _small_weights(net)
    if not factors:
        return  # Nothing need be followed through the layers.
    told: set[int] = set()
    for way in ways_to_losses(net, _is_gone, RAW_BYTES):
        if len(way.saturating) >= _A_STACK:
            continue
        small = [index for index in way.layers if index in factors]
        if not small or told.issuperset(small):
            continue
        told.update(small)
        worst = min(small, key=lambda index: factors[index])
        others = f", and {len(small) - 1} more layers are too small" if len(small) > 1 else ""
        message = (
            f"{comparison(net, worst)}{others}: {way.scale.spread:.0e} of the data arrives at"
            f" `{net.layers[way.loss].name}`, unless trained weights are loaded"
        )
        edits = [write_filler(net, index, "weight_filler", f'type: "{advised_type(net, index)}"') for index in small]
        written = [edit for edit in edits if edit is not None]
        fixes = (fix(f"Fill the weights of {len(written)} layers by msra or xavier", *written),) if written else ()
        related = tuple(Related(filler_place(net, index), comparison(net, index)) for index in small if index != worst)
        yield Finding(filler_place(net, worst), message, fixes, related, layer=net.layers[worst].name)


def _small_weights(net: Net) -> dict[int, float]:
    """The layers whose weights are too small, with how many times the advised size they are."""
    return {
        index: factor
        for index in net.of_type(*WEIGHTED)
        if (factor := times_advised(net, index)) is not None and 0 < factor <= _OUT_OF_PROPORTION
    }


def _is_gone(scale: Scale) -> bool:
    return 0 < scale.spread < _VANISHED
