"""A Dropout stands right before a BatchNorm.

Dropout makes what it keeps larger, so that sums stay the same; the variance does not. The BatchNorm stores the variance
that it sees in training, with Dropout, and divides by it in tests, where nothing is dropped: all that stands behind it
gets smaller numbers in tests than it was trained with, by up to sqrt(1 - dropout_ratio). Put the Dropout behind the
last BatchNorm.

Source: dropout_layer.cpp, batch_norm_layer.cpp; Li, Chen, Hu and Yang, Understanding the Disharmony between Dropout and
Batch Normalization by Variance Shift (2018).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "drop1" type: "Dropout" bottom: "data" top: "drop1" }
    #                           ^^^^^^^^^
    layer { name: "bn1" type: "BatchNorm" bottom: "drop1" top: "bn1" }
    layer { name: "fc1" type: "InnerProduct" bottom: "bn1" top: "fc1" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "bn1" type: "BatchNorm" bottom: "data" top: "bn1" }
    layer { name: "drop1" type: "Dropout" bottom: "bn1" top: "bn1" }
    layer { name: "fc1" type: "InnerProduct" bottom: "bn1" top: "fc1" inner_product_param { num_output: 5 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.batch_norms import is_trained, uses_batch_statistics
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Related, Severity
from caffe_ls.rules.rule import net_rule


@net_rule("Dropout", severity=Severity.INFORMATION, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    if not net.of_type("BatchNorm") or not is_trained(net):
        return
    for index in net.of_type("Dropout"):
        layer = net.layers[index]
        ratio = layer.spec.fields.group("dropout_param").number("dropout_ratio", 0.5)
        behind = [reader for reader, _ in net.consumers(index) if net.layers[reader].type == "BatchNorm"]
        if not behind or not 0 < ratio < 1 or not uses_batch_statistics(net.layers[behind[0]], "TRAIN"):
            continue
        factor = math.sqrt(1 - ratio)
        message = f"a BatchNorm behind a Dropout: its output in tests may be {factor:.2f} of that in training"
        related = (Related(net.place(behind[0], "type"), "the BatchNorm"),)
        yield Finding(net.place(index, "type"), message, related=related, layer=layer.name)
