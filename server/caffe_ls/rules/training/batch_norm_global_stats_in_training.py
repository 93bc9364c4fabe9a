"""BatchNorm uses its stored statistics in training, where there are none yet.

With `use_global_stats: true` a BatchNorm does not measure its input: it takes the mean and the variance that it has
stored. Those of a net that is trained from scratch are 0, and stay 0, so that every BatchNorm multiplies its input by
1 / sqrt(eps): 316 with the usual eps. A few of them in a row overflow.

It is right where trained weights are loaded whose statistics are to be kept (`caffe train --weights FILE`): so it is
not told where the solver names weights, or where layers have `lr_mult: 0`. Without the field Caffe chooses by phase:
the batch's statistics in TRAIN, the stored ones in TEST.

Source: batch_norm_layer.cpp (BatchNormLayer::LayerSetUp and Forward_cpu).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "bn1"
      type: "BatchNorm"
      bottom: "data"
      top: "bn1"
      batch_norm_param { use_global_stats: true }
      #                                    ^^^^
    }
    layer { name: "fc1" type: "InnerProduct" bottom: "bn1" top: "fc1" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer {
      name: "bn1"
      type: "BatchNorm"
      bottom: "data"
      top: "bn1"
      batch_norm_param { use_global_stats: true }
      include { phase: TEST }
    }
    layer { name: "bn1" type: "BatchNorm" bottom: "data" top: "bn1" include { phase: TRAIN } }
    layer { name: "fc1" type: "InnerProduct" bottom: "bn1" top: "fc1" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.batch_norms import asks_for_global_statistics, eps_of, has_frozen_weights, is_trained
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule
from caffe_ls.rules.several_layers import and_more, remove_in_all


@net_rule("BatchNorm", severity=Severity.INFORMATION, fixable=True, of_first_weights=True)
def check(net: Net) -> Iterator[Finding]:
    layers = [index for index in net.of_type("BatchNorm") if asks_for_global_statistics(net.layers[index])]
    if not layers or not is_trained(net) or has_frozen_weights(net):
        return
    first = net.layers[layers[0]]
    eps = eps_of(first)
    factor = f"multiplies by {1 / math.sqrt(eps):,.0f}" if eps > 0 else "divides by 0"
    message = f"`use_global_stats: true` in training {factor}, unless trained statistics are loaded{and_more(layers)}"
    title = "Remove `use_global_stats`: Caffe then chooses by phase"
    place = net.in_file(layers[0], first.spec.fields.group("batch_norm_param").place("use_global_stats"))
    fixes = remove_in_all(net, layers, "batch_norm_param", "use_global_stats", title)
    yield Finding(place, message, fixes, layer=first.name)
