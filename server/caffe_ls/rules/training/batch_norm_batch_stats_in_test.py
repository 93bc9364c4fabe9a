"""BatchNorm measures its input in a test, instead of using what it learned.

`use_global_stats: false` holds in all phases in which the layer is built: in a test, too, each batch is then normalized
by its own mean and variance. What the net says of one input depends on the others in its batch, and a single input
normalizes itself. Without the field Caffe chooses by phase: the batch's statistics in TRAIN, the stored ones in TEST.

Some nets are meant to be so, such as those that make pictures out of one; therefore this is information.

Source: batch_norm_layer.cpp (BatchNormLayer::LayerSetUp).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer {
      name: "bn1"
      type: "BatchNorm"
      bottom: "data"
      top: "bn1"
      batch_norm_param { use_global_stats: false }
      #                                    ^^^^^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "bn1" type: "BatchNorm" bottom: "data" top: "bn1" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.batch_norms import asks_for_global_statistics
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule
from caffe_ls.rules.several_layers import and_more, remove_in_all


@net_rule("BatchNorm", severity=Severity.INFORMATION, fixable=True, phase="TEST")
def check(net: Net) -> Iterator[Finding]:
    layers = [index for index in net.of_type("BatchNorm") if asks_for_global_statistics(net.layers[index]) is False]
    if not layers:
        return
    first = net.layers[layers[0]]
    message = "`use_global_stats: false` in a test: what comes out depends on the whole batch"
    title = "Remove `use_global_stats`: Caffe then chooses by phase"
    place = net.in_file(layers[0], first.spec.fields.group("batch_norm_param").place("use_global_stats"))
    fixes = remove_in_all(net, layers, "batch_norm_param", "use_global_stats", title)
    yield Finding(place, message + and_more(layers), fixes, layer=first.name)
