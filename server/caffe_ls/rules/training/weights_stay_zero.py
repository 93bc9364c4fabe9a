"""Weights that begin at 0, and never become anything else.

Where no `weight_filler` is given, or one without a `type`, weights are filled by `constant` with `value: 0`. A layer of
zeros gives zeros, and hands no gradient down. A weight's gradient is its input times the gradient of its output: behind
zeros the input is 0, and before a ReLU, whose slope at 0 is 0, the gradient is. Such weights are 0 for ever, and only
biases learn: the loss stays where guessing leaves it, ln(classes) for a softmax. In the last layer alone zeros do no
harm, nor do they before a Sigmoid or a TanH: those weights learn from the first step on.

What is told here was followed through the net. Where most layers lack fillers, or those at the bottom do, trained
weights may be meant to be loaded (`caffe train --weights FILE`), and the finding is information. It is not told where a
solver or the setting `weights` names the weights, or where some layers have `lr_mult: 0`, which keeps what is loaded.

Source: filler.hpp (ConstantFiller), caffe.proto (FillerParameter), relu_layer.cpp (ReLULayer::Backward_cpu).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      inner_product_param {
        num_output: 30
        weight_filler { std: 0.1 }
        #             ^^^^^^^^^^^^
      }
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
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
      inner_product_param {
        num_output: 30
        weight_filler { type: "gaussian" std: 0.1 }
      }
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 30 } }
    #                         ^^^^^^^^^^^^^^
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.first_weights import WEIGHTED, parameters
from caffe_ls.net.learning_reach import first_to_mend, stuck, zero_weights
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.filler_fixes import advise_filler, advised_type, write_filler
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.layer_fields import in_file
from caffe_ls.rules.rewriting import into_end
from caffe_ls.rules.rule import net_rule

# So many layers without fillers are told of one by one; of more, trained weights are likely to be loaded.
_MOST_TOLD = 4


@net_rule(*WEIGHTED, severity=Severity.WARNING, fixable=True, of_first_weights=True)
def check(net: Net) -> Iterator[Finding]:
    zeros = zero_weights(net)
    if not zeros:
        return
    bare = [index for index in zeros if not parameters(net.layers[index]).has("weight_filler")]
    if bare and any(_is_frozen(net.layers[index]) for index in net.of_type(*WEIGHTED)):
        return
    if len(bare) > _MOST_TOLD:
        left = stuck(net, zeros)
        if left:
            yield _all_at_once(net, left, bare)
        zeros = tuple(index for index in zeros if index not in bare)
    for index in first_to_mend(net, zeros):
        yield _alone(net, index, may_be_loaded=index in bare and not _stands_above_filled(net, index))


def _is_frozen(layer: Layer) -> bool:
    return bool(layer.spec.params) and layer.spec.params[0].lr_mult == 0


def _stands_above_filled(net: Net, index: int) -> bool:
    """Whether a layer before it has a filler: of a net that trained weights are loaded into, the last layers have."""
    return any(parameters(net.layers[other]).has("weight_filler") for other in net.of_type(*WEIGHTED) if other < index)


def _alone(net: Net, index: int, may_be_loaded: bool) -> Finding:
    layer = net.layers[index]
    own = parameters(layer)
    if own.has("weight_filler"):
        filler = own.group("weight_filler")
        why = "a filler without `type` gives 0" if not filler.has("type") else "its filler gives 0"
        span = net.in_file(index, own.place("weight_filler"))
    else:
        why, span = "without `weight_filler` its weights are 0", net.place(index, "type")
    message = f"`{layer.name}` never learns: {why}, and no gradient changes that"
    if may_be_loaded:
        message += ", unless trained weights are loaded"
    severity = Severity.INFORMATION if may_be_loaded else None
    return Finding(
        span, message, (*_typed(net, index), *advise_filler(net, index)), severity=severity, layer=layer.name
    )


def _typed(net: Net, index: int) -> Iterator[Fix]:
    """A filler that has the parameters of one type, and no type, is given it."""
    filler = parameters(net.layers[index]).group("weight_filler")
    if filler.has("type") or not filler.fields:
        return
    kind = "gaussian" if filler.has("std") else "uniform" if filler.has("max") or filler.has("min") else ""
    if kind:
        placed = net.text.layers[net.layers[index].origin]
        edit = into_end(placed.text, filler.span, f'type: "{kind}"')
        yield fix(f'Add `type: "{kind}"`', in_file(edit, placed.base))


def _all_at_once(net: Net, left: tuple[int, ...], bare: list[int]) -> Finding:
    first = net.layers[left[0]]
    others = f" and {len(left) - 1} others" if len(left) > 1 else ""
    never = f"`{first.name}`{others} never learn{'s' if not others else ''}, unless trained weights are loaded"
    message = f"{len(bare)} layers have no `weight_filler`: their weights are 0, and {never}"
    edits = [write_filler(net, index, "weight_filler", f'type: "{advised_type(net, index)}"') for index in bare]
    written = [edit for edit in edits if edit is not None]
    fixes = (fix(f"Give {len(written)} layers a `weight_filler`", *written),) if written else ()
    return Finding(net.place(left[0], "type"), message, fixes, severity=Severity.INFORMATION, layer=first.name)
