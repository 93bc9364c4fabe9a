"""A recurrent layer is trained on sequences of one step.

The first axis of what an LSTM or RNN reads is time, the second the streams that are read side by side. An input of
1 x N x ... has a single step: no gradient goes back in time, and nothing is learned over time. Often the axes were
exchanged: data is kept as streams x time, and must be turned round first. In a net that is only run, one step at a
time is usual.

Source: recurrent_layer.cpp (RecurrentLayer::LayerSetUp: `T_ = bottom[0]->shape(0)`).

Bad:
    layer {
      name: "data"
      type: "DummyData"
      top: "x"
      top: "cont"
      top: "target"
      dummy_data_param {
        shape { dim: 1 dim: 20 dim: 8 }
        shape { dim: 1 dim: 20 }
        shape { dim: 1 dim: 20 dim: 16 }
        data_filler { type: "gaussian" }
        data_filler { type: "uniform" }
        data_filler { type: "gaussian" }
      }
    }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 16 } }
    #                                         ^^^
    layer { name: "loss" type: "EuclideanLoss" bottom: "h" bottom: "target" top: "loss" }

Good:
    layer {
      name: "data"
      type: "DummyData"
      top: "x"
      top: "cont"
      top: "target"
      dummy_data_param {
        shape { dim: 20 dim: 1 dim: 8 }
        shape { dim: 20 dim: 1 }
        shape { dim: 20 dim: 1 dim: 16 }
        data_filler { type: "gaussian" }
        data_filler { type: "uniform" }
        data_filler { type: "gaussian" }
      }
    }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 16 } }
    layer { name: "loss" type: "EuclideanLoss" bottom: "h" bottom: "target" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule


@layer_rule("LSTM", "RNN", severity=Severity.INFORMATION, phase="TRAIN")
def check(view: LayerView) -> Iterator[Finding]:
    shape = view.layer.bottom_shapes[0] if view.layer.bottom_shapes else None
    if view.layer.needs_backward and shape and shape[0] == 1:
        streams = "" if len(shape) < 2 or shape[1] is None else f", of {shape[1]:,} stream{'s'[: shape[1] != 1]}"
        message = f"the first axis is time, and it has 1 step{streams}: nothing is learned over time"
        yield Finding(view.fields.place("bottom"), message)
