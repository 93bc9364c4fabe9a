"""Recurrent layers (recurrent_layer.cpp, rnn_layer.cpp, lstm_layer.cpp, lstm_unit_layer.cpp)."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, AnyShape, Dim, LayerSpec, Shape
from caffe_ls.net.shapes.fillers import refusals_of_fillers
from caffe_ls.net.shapes.step import Count, Family, Given, Step, as_int, differ, product, refuse, shapes_differ, shown
from caffe_ls.net.shapes.wording import bottom, bottom_name

FAMILY = Family()

_FILLERS = ("weight_filler", "bias_filler")


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
    macs = _work(4 * outputs, inputs, outputs, time, streams, static)
    refusals = tuple(refusals_of_fillers(given, "recurrent_param", _FILLERS, params))
    return Step((((time, streams, outputs), hidden, hidden))[: given.top_count], tuple(params), macs, refusals=refusals)


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
    macs = _work(outputs, inputs, 2 * outputs, time, streams, static)
    refusals = tuple(refusals_of_fillers(given, "recurrent_param", _FILLERS, params))
    return Step((((time, streams, outputs), hidden))[: given.top_count], tuple(params), macs, refusals=refusals)


def _work(rows: int, inputs: Dim, states: int, time: Dim, streams: Dim, static: AnyShape) -> Dim:
    """Multiply-adds: each step multiplies its input and the states; what is static is multiplied once."""
    steps = product((rows, None if inputs is None else inputs + states, time, streams))
    once = 0 if static is None else product((rows, *static[1:], streams))
    return None if steps is None or once is None else steps + once


def _read(given: Given, hidden: int) -> tuple[int, Dim, Dim, AnyShape]:
    """RecurrentLayer::LayerSetUp and Reshape: outputs, time steps, streams and the static input's shape."""
    param = given.group("recurrent_param")
    outputs = as_int(param.integer("num_output"))
    if outputs <= 0:
        missing = not param.has("num_output")
        fault = Fault.MISSING_LAYER_PARAMETER if missing else Fault.INVALID_LAYER_PARAMETER
        message = f"{given.spec.type} without `num_output`" if missing else "`num_output` must be above 0"
        refuse(fault, "lstm_layer.cpp:49", message, param.place("num_output"))
    shape, marks = given.shape(0), given.shape(1)
    if len(shape) < 2:
        message = f"{bottom(given, 0)} must have time and streams as its first axes"
        place = given.fields.place("bottom")
        refuse(Fault.WRONG_NUMBER_OF_AXES, "recurrent_layer.cpp:16", message, place, about=(About(0),))
    place = given.fields.place("bottom", 1)
    if len(marks) != 2:
        message = f"{bottom(given, 1)}, the marks of where sequences go on, must be time x streams"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "recurrent_layer.cpp:23", message, place, about=(About(1),))
    for axis, what in enumerate(("time steps", "streams")):
        if differ(shape[axis], marks[axis]):
            message = f"{bottom(given, 0)} and {bottom(given, 1)} differ in {what}: {shape[axis]:,} and {marks[axis]:,}"
            about = (About(0, axis), About(1, axis))
            refuse(Fault.INPUT_SHAPES_DIFFER, f"recurrent_layer.cpp:{25 + axis}", message, place, about=about)
    exposed = hidden if param.flag("expose_hidden") else 0
    static = given.shape(2) if len(given.bottoms) > 2 + exposed else None
    place = given.fields.place("bottom", 2)
    if static is not None and not static:
        message = f"{bottom_name(given, 2)}, the static input, is a single number and must begin with the streams"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "recurrent_layer.cpp:46", message, place, about=(About(2),))
    if static is not None and differ(static[0], shape[1]):
        message = (
            f"{bottom(given, 2)}, the static input, must begin with the {shape[1]:,} streams of {bottom(given, 0)}"
        )
        about = (About(2, 0), About(0, 1))
        refuse(Fault.INPUT_SHAPES_DIFFER, "recurrent_layer.cpp:47", message, place, about=about)
    for index in range(len(given.bottoms) - exposed, len(given.bottoms)):
        wanted = (1, shape[1], outputs)
        if shapes_differ(given.shape(index), wanted):
            message = f"{bottom(given, index)}, a hidden state, must be {shown(wanted)}: 1 x streams x `num_output`"
            place, about = given.fields.place("bottom", index), (About(index), About(0, 1))
            refuse(Fault.INPUT_SHAPES_DIFFER, "recurrent_layer.cpp:216", message, place, about=about)
    return outputs, shape[0], shape[1], static


@FAMILY.layer("LSTMUnit", bottoms=3, tops=2, unforced=(2,))
def lstm_unit(given: Given) -> Step:
    """LSTMUnitLayer::Reshape: the cell, its gates, and the marks of where sequences go on."""
    cell, gates, marks = given.shapes
    for index, (shape, axes) in enumerate(((cell, 3), (gates, 3), (marks, 2))):
        if len(shape) != axes:
            message = f"{bottom(given, index)} must have {axes} axes"
            place, check = given.fields.place("bottom", index), f"lstm_unit_layer.cpp:{28 if axes == 3 else 26}"
            refuse(Fault.WRONG_NUMBER_OF_AXES, check, message, place, about=(About(index),))
    for index, shape in enumerate((cell, gates, marks)):
        place = given.fields.place("bottom", index)
        if differ(shape[0], 1):
            message = f"{bottom(given, index)} must begin with 1: the layer makes one step"
            refuse(Fault.INPUT_SHAPES_DIFFER, "lstm_unit_layer.cpp:30", message, place, about=(About(index, 0),))
        if differ(shape[1], cell[1]):
            message = f"{bottom(given, index)} and {bottom(given, 0)} are not of the same streams"
            about = (About(index, 1), About(0, 1))
            refuse(Fault.INPUT_SHAPES_DIFFER, "lstm_unit_layer.cpp:31", message, place, about=about)
    if cell[2] is not None and differ(gates[2], 4 * cell[2]):
        message = f"{bottom(given, 1)} must have four gates for each of the {cell[2]:,} units: {4 * cell[2]:,}"
        about, place = (About(1, 2), About(0, 2)), given.fields.place("bottom", 1)
        refuse(Fault.INPUT_SHAPES_DIFFER, "lstm_unit_layer.cpp:34", message, place, about=about)
    return Step((cell, cell))
