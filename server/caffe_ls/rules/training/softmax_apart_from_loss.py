"""A Softmax and a MultinomialLogisticLoss do in two steps what SoftmaxWithLoss does in one.

The two layers are the same function, and lose on the way back: the loss hands down -1/p, up to 1e20, which the Softmax
multiplies by p again. For a class that is far off p is 0 in float32 and the gradient is lost; the loss stands at 46.05.
SoftmaxWithLoss subtracts the label from the probability, which is exact.

Source: multinomial_logistic_loss_layer.cpp, softmax_layer.cpp, softmax_loss_layer.cpp (Backward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }
    layer { name: "loss" type: "MultinomialLogisticLoss" bottom: "prob" bottom: "label" top: "loss" }
    #                          ^^^^^^^^^^^^^^^^^^^^^^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.makers import direct_maker
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.reconnecting import retyped, without
from caffe_ls.rules.rule import net_rule


@net_rule("MultinomialLogisticLoss", severity=Severity.HINT, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type("MultinomialLogisticLoss"):
        maker = direct_maker(net, index)
        layer = net.layers[index]
        if maker is None or net.layers[maker].type != "Softmax" or not any(layer.loss_weights):
            continue
        edit = retyped(net, index, "SoftmaxWithLoss")
        title = "Use SoftmaxWithLoss on the scores"
        fixes = without(net, index, 0, maker, edit, title=title) if edit is not None else ()
        message = f"`{net.layers[maker].name}` and `{layer.name}` together are SoftmaxWithLoss, whose gradient is exact"
        yield Finding(net.place(index, "type"), message, fixes, layer=layer.name)
