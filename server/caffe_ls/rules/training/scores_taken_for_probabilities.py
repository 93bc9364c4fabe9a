"""A loss takes the logarithm of scores that are no probabilities.

MultinomialLogisticLoss computes -ln(p) of what it gets, and so did InfogainLoss in Caffes of before December 2016.
Neither applies a softmax. Scores of an InnerProduct or a Convolution may be negative: anything below 1e-20 counts as
1e-20, the loss stands at 46.05, and the gradient -1/p becomes 1e20, which overflows at once.

A Sigmoid before it gives numbers of 0 to 1, but no probabilities that sum up to 1: the loss is 0 where every class is
certain, whatever the image shows, and that is what the net learns.

SoftmaxWithLoss takes scores. InfogainLoss wants a Softmax before it in Caffes that lack its own.

Source: multinomial_logistic_loss_layer.cpp (Forward_cpu, Backward_cpu; kLOG_THRESHOLD in loss_layer.hpp),
infogain_loss_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer { name: "loss" type: "MultinomialLogisticLoss" bottom: "fc" bottom: "label" top: "loss" }
    #                                                            ^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer { name: "each" type: "Sigmoid" bottom: "fc" top: "each" }
    layer { name: "loss" type: "MultinomialLogisticLoss" bottom: "each" bottom: "label" top: "loss" }
    #                                                            ^^^^^^
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caffe_ls.net.loss_layers import wants_probabilities
from caffe_ls.net.makers import makers
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.layout import layout_of
from caffe_ls.rules.reconnecting import retyped, without
from caffe_ls.rules.rule import net_rule
from caffe_ls.rules.values import quoted
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

# What these make has no upper end, or no lower one at 0.
_UNBOUNDED = frozenset({
    "AbsVal", "BNLL", "BatchNorm", "Bias", "Convolution", "Deconvolution", "ELU", "Embed", "InnerProduct", "LRN", "Log",
    "MVN", "PReLU", "ReLU", "Scale", "TanH",
})  # fmt: skip
_LAYER = re.compile(r"\blayer\s*:?\s*\Z")


@net_rule("MultinomialLogisticLoss", "InfogainLoss", severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type("MultinomialLogisticLoss", "InfogainLoss"):
        layer = net.layers[index]
        if not layer.judged or not wants_probabilities(layer, net.text.dialect):
            continue
        found = _past_dropout(net, makers(net, index))
        if len(found) == 1 and net.layers[found[0]].type == "Sigmoid" and layer.needs_backward:
            yield _of_each_alone(net, index, found[0])
            continue
        if not found or any(net.layers[maker].type not in _UNBOUNDED for maker in found):
            continue
        maker = net.layers[found[0]]
        message = f"`{layer.type}` takes probabilities, and `{layer.bottoms[0]}` holds the scores of `{maker.name}`"
        yield Finding(net.place(index, "bottom"), message, tuple(_fixes(net, index)), layer=layer.name)


def _past_dropout(net: Net, found: tuple[int, ...]) -> tuple[int, ...]:
    while len(found) == 1 and net.layers[found[0]].type == "Dropout":
        found = makers(net, found[0])
    return found


def _of_each_alone(net: Net, index: int, maker: int) -> Finding:
    layer, sigmoid = net.layers[index], net.layers[maker]
    edit = retyped(net, index, "SoftmaxWithLoss") if layer.type == "MultinomialLogisticLoss" else None
    fixes = without(net, index, 0, maker, edit, title="Use SoftmaxWithLoss on the scores") if edit is not None else ()
    message = f"`{sigmoid.name}` gives each class a number of its own: the loss is 0 where all are 1, whatever is seen"
    return Finding(net.place(index, "bottom"), message, fixes, layer=layer.name)


def _fixes(net: Net, index: int) -> Iterator[Fix]:
    layer = net.layers[index]
    if layer.type == "MultinomialLogisticLoss":
        edit = retyped(net, index, "SoftmaxWithLoss")
        if edit is not None:
            yield fix("Use SoftmaxWithLoss", edit)
        return
    placed = net.text.layers[layer.origin]
    written = _LAYER.search(placed.text[: layer.spec.fields.span.start])
    if written is None:
        return
    name = f"{layer.bottoms[0]}_prob"
    if any(name in (*other.spec.tops, other.spec.name) for other in net.text.layers):
        return
    at = placed.base + written.start()
    layout = layout_of(one.text for one in net.text.layers)
    softmax = layout.lines(
        "layer {", f'  name: "{name}"', '  type: "Softmax"', f"  bottom: {quoted(layer.bottoms[0])}",
        f'  top: "{name}"', "}", "",
    )  # fmt: skip
    yield fix("Put a Softmax before it", Edit(Span(at, at), softmax), Edit(net.place(index, "bottom"), f'"{name}"'))
