"""The weights of a recurrent layer are 0, or so large that each step multiplies what the last one left.

An RNN whose weights begin at 0 stays there: its hidden state is 0, and so are the gradients of all its weights, unless
its bias is filled. An LSTM leaves 0, since its gates are half open.

From step to step the hidden state of n units is multiplied by weights of the size s: gradients grow by about s x
sqrt(n) at each step on their way back in time where units are not saturated, and where they are, nothing comes back. A
gaussian filler without `std` has s = 1, which is 10 a step for 100 units. Sizes at which s x sqrt(n) is about 1 are
usual, `xavier` for one; clipping keeps single updates short, and does not bring back what saturation took.

Source: rnn_layer.cpp (RNNLayer::FillUnrolledNet), lstm_unit_layer.cpp; Pascanu, Mikolov and Bengio (2013).

Bad:
    layer { name: "data" type: "DummyData" top: "x" top: "cont" top: "y"
            dummy_data_param { shape { dim: 5 dim: 2 dim: 8 } shape { dim: 5 dim: 2 }
                               shape { dim: 5 dim: 2 dim: 40 } } }
    layer {
      name: "rnn" type: "RNN" bottom: "x" bottom: "cont" top: "h"
      recurrent_param { num_output: 40 weight_filler { type: "gaussian" } }
      #                                              ^^^^^^^^^^^^^^^^^^^^
    }
    layer { name: "loss" type: "EuclideanLoss" bottom: "h" bottom: "y" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "x" top: "cont" top: "y"
            dummy_data_param { shape { dim: 5 dim: 2 dim: 8 } shape { dim: 5 dim: 2 }
                               shape { dim: 5 dim: 2 dim: 40 } } }
    layer {
      name: "rnn" type: "RNN" bottom: "x" bottom: "cont" top: "h"
      recurrent_param { num_output: 40 weight_filler { type: "xavier" } }
    }
    layer { name: "loss" type: "EuclideanLoss" bottom: "h" bottom: "y" top: "loss" }

Bad:
    layer { name: "data" type: "DummyData" top: "x" top: "cont" top: "y"
            dummy_data_param { shape { dim: 5 dim: 2 dim: 8 } shape { dim: 5 dim: 2 }
                               shape { dim: 5 dim: 2 dim: 40 } } }
    layer {
      name: "rnn" type: "RNN" bottom: "x" bottom: "cont" top: "h"
      #                 ^^^^^
      recurrent_param { num_output: 40 }
    }
    layer { name: "loss" type: "EuclideanLoss" bottom: "h" bottom: "y" top: "loss" }
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.first_weights import ZERO, filled
from caffe_ls.net.model import Net
from caffe_ls.rules.filler_fixes import filler_place, number, write_filler
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import net_rule

# By what the hidden state may be multiplied; the gates of an LSTM take most of it away again.
_LARGE = {"RNN": 2.0, "LSTM": 4.0}


@net_rule(*_LARGE, severity=Severity.INFORMATION, fixable=True, of_first_weights=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type(*_LARGE):
        layer = net.layers[index]
        own = layer.spec.fields.group("recurrent_param")
        units, frozen = own.integer("num_output"), any(spec.lr_mult == 0 for spec in layer.spec.params)
        if units <= 0 or frozen or not layer.judged or layer.spec.fields.has("blobs"):
            continue
        weights = filled(own.group("weight_filler"), (units, units)) if own.has("weight_filler") else ZERO
        bias = filled(own.group("bias_filler"), None) if own.has("bias_filler") else ZERO
        if weights is None:
            continue
        gain = weights.root_mean_square * math.sqrt(units)
        edit = write_filler(net, index, "weight_filler", 'type: "xavier"')
        fixes = (fix('Fill the weights by `type: "xavier"`', edit),) if edit is not None else ()
        place = filler_place(net, index)
        if gain > _LARGE[layer.type]:
            size = number(weights.root_mean_square)
            message = f"weights of size {size} multiply the {units:,} units by about {number(gain)} at each step"
            yield Finding(place, message, fixes, layer=layer.name)
        elif weights.is_zero and layer.type == "RNN" and (bias is None or bias.is_zero):
            message = f"`{layer.name}` never learns: its weights are 0, and no gradient changes that"
            yield Finding(place, message, fixes, severity=Severity.WARNING, layer=layer.name)
