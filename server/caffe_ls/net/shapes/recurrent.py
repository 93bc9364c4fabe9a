"""Recurrent layers (recurrent_layer.cpp, rnn_layer.cpp, lstm_layer.cpp, lstm_unit_layer.cpp)."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AnyShape, Dim, LayerSpec, Shape
from caffe_ls.net.shapes.step import Count, Family, Given, Step, differ, product, refuse, shown

FAMILY = Family()


def _hidden(spec: LayerSpec, blobs: int) -> int:
    return blobs if spec.fields.group("recurrent_param").flag("expose_hidden") else 0


def _lstm_bottoms(spec: LayerSpec) -> Count:
    return Count(2 + _hidden(spec, 2), 3 + _hidden(spec, 2))


def _lstm_tops(spec: LayerSpec) -> Count:
    return Count(1 + _hidden(spec, 2), 1 + _hidden(spec, 2))


def _rnn_bottoms(spec: LayerSpec) -> Count:
    return Count(2 + _hidden(spec, 1), 3 + _hidden(spec, 1))


def _rnn_tops(spec: LayerSpec) -> Count:
    return Count(1 + _hidden(spec, 1), 1 + _hidden(spec, 1))


@FAMILY.layer("LSTM", bottoms=_lstm_bottoms, tops=_lstm_tops, unforced=(1,))
def lstm(given: Given) -> Step:
    """LSTMLayer::FillUnrolledNet: input, bias, static input, hidden."""
    outputs, time, streams, static = _read(given, 2)
    inputs = product(given.shape()[2:])
    params: list[AnyShape] = [(4 * outputs, inputs), (4 * outputs,)]
    if static is not None:
        params.append((4 * outputs, product(static[1:])))
    params.append((4 * outputs, outputs))
    hidden: Shape = (1, streams, outputs)
    macs = product((4 * outputs, *_added(inputs, outputs), time, streams))
    return Step((((time, streams, outputs), hidden, hidden))[: given.top_count], tuple(params), macs)


@FAMILY.layer("RNN", bottoms=_rnn_bottoms, tops=_rnn_tops, unforced=(1,))
def rnn(given: Given) -> Step:
    """RNNLayer::FillUnrolledNet: input, bias, static input, hidden, output, its bias."""
    outputs, time, streams, static = _read(given, 1)
    inputs = product(given.shape()[2:])
    params: list[AnyShape] = [(outputs, inputs), (outputs,)]
    if static is not None:
        params.append((outputs, product(static[1:])))
    params += [(outputs, outputs), (outputs, outputs), (outputs,)]
    hidden: Shape = (1, streams, outputs)
    macs = product((outputs, *_added(inputs, 2 * outputs), time, streams))
    return Step((((time, streams, outputs), hidden))[: given.top_count], tuple(params), macs)


def _added(one: Dim, other: int) -> tuple[Dim]:
    return (None if one is None else one + other,)


def _read(given: Given, hidden: int) -> tuple[int, Dim, Dim, AnyShape]:
    """RecurrentLayer::LayerSetUp: outputs, time steps, streams and the static input's shape."""
    param = given.group("recurrent_param")
    shape, marks = given.shape(0), given.shape(1)
    place = given.fields.place("bottom", 1)
    if len(shape) < 2:
        message = f"the input must have time and streams as its first axes; this one is {shown(shape)}"
        refuse(Fault.INVALID_LAYER_PARAMETER, "recurrent_layer.cpp:16", message, given.fields.place("bottom"))
    if len(marks) != 2:
        refuse(
            Fault.INVALID_LAYER_PARAMETER,
            "recurrent_layer.cpp:23",
            f"the second input must be time x streams, not {shown(marks)}",
            place,
        )
    if differ(shape[0], marks[0]) or differ(shape[1], marks[1]):
        message = f"time and streams differ: {shown(shape)} and {shown(marks)}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "recurrent_layer.cpp:25", message, place)
    exposed = hidden if param.flag("expose_hidden") else 0
    static = given.shape(2) if len(given.bottoms) > 2 + exposed else None
    if static is not None and (not static or differ(static[0], shape[1])):
        message = f"the static input must begin with the {shape[1]} streams: {shown(static)}"
        refuse(Fault.INPUT_SHAPES_DIFFER, "recurrent_layer.cpp:47", message, given.fields.place("bottom", 2))
    outputs = param.integer("num_output")
    if outputs <= 0:
        refuse(
            Fault.MISSING_LAYER_PARAMETER,
            "lstm_layer.cpp:49",
            "`num_output` is missing or 0",
            param.place("num_output"),
        )
    return outputs, shape[0], shape[1], static


@FAMILY.layer("LSTMUnit", bottoms=3, tops=2, unforced=(2,))
def lstm_unit(given: Given) -> Step:
    """LSTMUnitLayer::Reshape."""
    cell, gates = given.shape(0), given.shape(1)
    if len(cell) != 3 or len(gates) != 3:
        refuse(
            Fault.INVALID_LAYER_PARAMETER,
            "lstm_unit_layer.cpp:28",
            "cell and gates must have 3 axes",
            given.fields.place("bottom"),
        )
    if cell[2] is not None and differ(gates[2], 4 * cell[2]):
        message = f"the gates have {gates[2]} numbers for {cell[2]} units: they must be four times as many"
        refuse(Fault.INPUT_SHAPES_DIFFER, "lstm_unit_layer.cpp:34", message, given.fields.place("bottom", 1))
    return Step((cell, cell))
