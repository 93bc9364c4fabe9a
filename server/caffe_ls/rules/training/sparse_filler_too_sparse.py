"""A sparse filler leaves units without any input.

`sparse: k` of a gaussian filler makes each weight different from 0 with the probability k / outputs, the first axis of
the weights: an output of n inputs has about n k / outputs of them. Where that is few, some outputs have none at all.
They begin at their bias alone, whatever the data are. It is information: they learn where what follows lets them.

Source: filler.hpp (GaussianFiller: non_zero_probability).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 50 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc"
      type: "InnerProduct"
      bottom: "data"
      top: "fc"
      inner_product_param { num_output: 400 weight_filler { type: "gaussian" std: 0.1 sparse: 5 } }
      #                                                                                       ^
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 50 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "fc"
      type: "InnerProduct"
      bottom: "data"
      top: "fc"
      inner_product_param { num_output: 400 weight_filler { type: "gaussian" std: 0.1 sparse: 80 } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.first_weights import WEIGHTED, input_width, parameters
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

_SHARE = 0.05
# With so many of its weights on average, one output in 20 million has none.
_ENOUGH = 17


@net_rule(*WEIGHTED, severity=Severity.INFORMATION, fixable=True, of_first_weights=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type(*WEIGHTED):
        layer = net.layers[index]
        filler = parameters(layer).group("weight_filler")
        sparse = filler.integer("sparse", -1)
        outputs = layer.param_shapes[0][0] if layer.param_shapes and layer.param_shapes[0] else None
        width = input_width(layer)
        if sparse < 0 or filler.text("type") != "gaussian" or not outputs or not width or sparse > outputs:
            continue
        alone = (1 - sparse / outputs) ** width
        if alone < _SHARE:
            continue
        message = (
            f"`sparse: {sparse}` of {outputs:,} outputs gives each {width * sparse / outputs:.1f} of {width:,} inputs:"
            f" about {alone * outputs:,.0f} outputs get none"
        )
        place = net.in_file(index, filler.place("sparse"))
        enough = min(outputs, -(-_ENOUGH * outputs // width))
        fixes = (fix(f"Set `sparse: {enough}`", Edit(place, str(enough))),) if enough > sparse else ()
        yield Finding(place, message, fixes, layer=layer.name)
