"""The markers of where sequences go on are the same at every step.

The second bottom of an LSTM or RNN says for each step whether it continues the sequence of the step before (1) or
begins another (0): the state is multiplied by it. Markers that are all 0 forget the state at each step: the layer has
no memory at all. Markers that are all 1 never forget: each batch goes on where the one before it ended, whether or not
its data does. Markers of other values scale the state at each step.

Source: recurrent_layer.hpp, lstm_layer.cpp (`cont`), rnn_layer.cpp.

Bad:
    layer {
      name: "data"
      type: "DummyData"
      top: "x"
      top: "cont"
      dummy_data_param { shape { dim: 20 dim: 4 dim: 8 } shape { dim: 20 dim: 4 } }
    }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 16 } }
    #                                                     ^^^^^^

Good:
    layer {
      name: "data"
      type: "Input"
      top: "x"
      top: "cont"
      input_param { shape { dim: 20 dim: 4 dim: 8 } shape { dim: 20 dim: 4 } }
    }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 16 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.intervals import Values
from caffe_ls.net.model import Net
from caffe_ls.net.value_ranges import values_read
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule


@net_rule("LSTM", "RNN", severity=Severity.WARNING)
def check(net: Net) -> Iterator[Finding]:
    layers = [index for index in net.of_type("LSTM", "RNN") if len(net.layers[index].bottoms) > 1]
    for index, markers in values_read(net, layers, bottom=1).items() if layers else ():
        steps = net.layers[index].bottom_shapes[1]
        if not steps or steps[0] == 1:
            continue
        message, severity = _judged(markers)
        if message:
            name = net.layers[index].name
            yield Finding(net.place(index, "bottom", 1), message, severity=severity, layer=name)


def _judged(markers: Values) -> tuple[str, Severity | None]:
    if markers.low == markers.high == 0:
        return "the markers are always 0: every step begins a sequence, and nothing is remembered", None
    if markers.low == markers.high == 1:
        return "the markers are always 1: no sequence ever ends, from batch to batch", Severity.INFORMATION
    if markers.sure and markers.are_bounded and (markers.low < 0 or markers.high > 1):
        message = f"the markers go from {markers.low:.6g} to {markers.high:.6g}, and the state is multiplied by them"
        return f"{message}: 0 and 1 are meant", None
    return "", None
