"""Sigmoids on top of each other starve the layers below.

The slope of a Sigmoid is 1/4 at its steepest, so each one passes on a quarter of a gradient at most, and of a change in
the data. Weights of usual size do not make up for it. Through ten of them a millionth arrives at most: the upper
layers learn to ignore what they get, the lower ones do not learn, and the loss stays at ln(classes).

How much arrives is estimated from fillers, shapes and slopes, see the page of `vanishing-activations`. Weights made for
Sigmoids, or a BatchNorm between them, keep it up.

Source: sigmoid_layer.cpp (SigmoidLayer::Backward_cpu); Hochreiter (1991), Glorot and Bengio (2010).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 16 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param { num_output: 16 weight_filler { type: "gaussian" std: 0.001 } }
    }
    layer { name: "sigmoid1" type: "Sigmoid" bottom: "fc1" top: "sigmoid1" }
    #                              ^^^^^^^^^
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "sigmoid1"
      top: "fc2"
      inner_product_param { num_output: 16 weight_filler { type: "gaussian" std: 0.001 } }
    }
    layer { name: "sigmoid2" type: "Sigmoid" bottom: "fc2" top: "sigmoid2" }
    layer {
      name: "fc3"
      type: "InnerProduct"
      bottom: "sigmoid2"
      top: "fc3"
      inner_product_param { num_output: 16 weight_filler { type: "gaussian" std: 0.001 } }
    }
    layer { name: "sigmoid3" type: "Sigmoid" bottom: "fc3" top: "sigmoid3" }
    layer {
      name: "fc4"
      type: "InnerProduct"
      bottom: "sigmoid3"
      top: "fc4"
      inner_product_param { num_output: 5 weight_filler { type: "gaussian" std: 0.001 } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc4" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 16 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param { num_output: 16 weight_filler { type: "xavier" } }
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "relu1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "relu1"
      top: "fc2"
      inner_product_param { num_output: 5 weight_filler { type: "xavier" } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.activation_scale import RAW_BYTES, Scale, ways_to_losses
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

# Caffe's own example with three of them, which learns, has 1.5e-4.
_LITTLE = 1e-4
_VANISHED = 1e-5
_A_STACK = 3
# Of five and more the lower layers learn late, if at all, even where their weights keep up what the slopes take away.
_A_HIGH_STACK = 5
_LITTLE_OF_MANY = 1e-3


@net_rule("Sigmoid", severity=Severity.WARNING, fixable=True, of_first_weights=True)
def check(net: Net) -> Iterator[Finding]:
    if len(net.of_type("Sigmoid")) < _A_STACK:
        return
    for way in ways_to_losses(net, _is_little_of_many, RAW_BYTES):
        if len(way.saturating) < (_A_STACK if _is_little(way.scale) else _A_HIGH_STACK):
            continue
        first, loss = net.layers[way.saturating[0]], net.layers[way.loss]
        message = (
            f"{len(way.saturating)} `Sigmoid` and their weights leave {way.scale.spread:.0e} of the data at"
            f" `{loss.name}`: the lower layers hardly learn"
        )
        severity = None if way.scale.spread < _VANISHED else Severity.INFORMATION
        place, fixes = net.place(way.saturating[0], "type"), _by_relu(net, way.saturating)
        yield Finding(place, message, fixes, severity=severity, layer=first.name)
        return


def _is_little(scale: Scale) -> bool:
    return 0 < scale.spread < _LITTLE


def _is_little_of_many(scale: Scale) -> bool:
    return 0 < scale.spread < _LITTLE_OF_MANY


def _by_relu(net: Net, layers: tuple[int, ...]) -> tuple[Fix, ...]:
    """ReLU instead; V1 writes types as names of an enum."""
    edits = []
    for index in layers:
        text, place = net.text.layers[net.layers[index].origin].text, net.layers[index].spec.fields.place("type")
        edits.append(Edit(net.in_file(index, place), '"ReLU"' if text[place.start] in "\"'" else "RELU"))
    return (fix(f"Replace {len(edits)} `Sigmoid` by `ReLU`", *edits),)
