"""Layers of C3D, whose windows move over time as well (convolution3d_layer.cpp, pool3d_layer.cpp).

Blobs have five axes: items, channels, frames, height and width. `kernel_depth`, `temporal_stride` and `temporal_pad`
are a window's sizes along the frames. C3D knows its layers by the enum of the older form; forks that took them over
name them in strings, and give them messages of their own.
"""

from __future__ import annotations

import math

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Dim, Shape
from caffe_ls.net.shapes.fillers import refusals_of_fillers
from caffe_ls.net.shapes.given_blobs import params_of
from caffe_ls.net.shapes.step import Family, Given, Step, as_int, float32, product, refuse
from caffe_ls.net.values import Group

FAMILY = Family()

_AXES = 5


@FAMILY.layer("Convolution3D", "CONVOLUTION3D")
def convolution3d(given: Given) -> Step:
    """Convolution3DLayer::SetUp; a group of filters reads all channels, so that the weights do not shrink with it."""
    return _convolved(given, transposed=False)


@FAMILY.layer("Deconvolution3D", "DECONVOLUTION3D")
def deconvolution3d(given: Given) -> Step:
    """Deconvolution3DLayer::SetUp."""
    return _convolved(given, transposed=True)


def _convolved(given: Given, *, transposed: bool) -> Step:
    message = _message(given, "convolution_param", "convolution3d_param")
    param = given.group(message)
    outputs, groups = _outputs(given, message)
    bottom = given.shape()
    if len(bottom) != _AXES:
        return Step((None,), None, None)
    kernels, strides = _kernels(param), _strides(param)
    pad = as_int(param.integer("pad"))
    pads = (as_int(param.integer("temporal_pad")), pad, pad)
    size = _deconvolved if transposed else _after_convolution
    out = tuple(map(size, bottom[2:], kernels, strides, pads))
    into: tuple[Dim, Dim] = (bottom[1], outputs // groups) if transposed else (outputs, bottom[1])
    weights: Shape = (*into, *kernels)
    params: tuple[Shape, ...] = (weights, (1, 1, 1, 1, outputs))[: 1 + param.flag("bias_term", True)]
    refusals = refusals_of_fillers(given, message, ("weight_filler", "bias_filler"), params)
    macs = product((*weights, bottom[0], *(bottom[2:] if transposed else out)))
    return Step(((bottom[0], outputs, *out),), params_of(given, params), macs, refusals=tuple(refusals))


@FAMILY.layer("Pooling3D", "POOLING3D")
def pooling3d(given: Given) -> Step:
    """Pooling3DLayer::SetUp: sizes are rounded up, and only averages are padded, along height and width."""
    message = _message(given, "pooling_param", "pooling3d_param")
    param = given.group(message)
    pad = as_int(param.integer("pad"))
    if pad and param.choice("pool", ("MAX", "AVE", "STOCHASTIC")) != "AVE":
        words = "`pad` is for `pool: AVE` alone"
        refuse(Fault.INVALID_LAYER_PARAMETER, "pool3d_layer.cpp", words, param.place("pad"))
    bottom = given.shape()
    if len(bottom) != _AXES:
        return Step((None,))
    out = tuple(map(_after_pooling, bottom[2:], _kernels(param), _strides(param), (0, pad, pad)))
    return Step(((*bottom[:2], *out),))


@FAMILY.layer("VIDEO_DATA", "VideoData", bottoms=0, tops=(1, 2), dialect="c3d")
def video_data(given: Given) -> Step:
    """VideoDataLayer::SetUp: clips of `new_length` frames; of flow nobody knows how many channels it has."""
    param = given.group("image_data_param")
    batch: Dim = given.data.batch or param.integer("batch_size") or None
    crop: Dim = param.integer("crop_size") or None
    channels = None if param.flag("is_flow") else 3
    sizes = (crop or param.integer("new_height") or None, crop or param.integer("new_width") or None)
    clip: Shape = (batch, channels, param.integer("new_length") or None, *sizes)
    return Step((clip, (batch, 1, 1, 1, 1))[: given.top_count])


def _message(given: Given, shared: str, own: str) -> str:
    return own if given.fields.has(own) else shared


def _outputs(given: Given, message: str) -> tuple[int, int]:
    """`num_output` and `filter_group`, which must divide it."""
    param = given.group(message)
    outputs, groups = as_int(param.integer("num_output")), as_int(param.integer("filter_group", 1))
    if outputs <= 0:
        fault = Fault.INVALID_LAYER_PARAMETER if param.has("num_output") else Fault.MISSING_LAYER_PARAMETER
        words = "`num_output` must be above 0" if param.has("num_output") else "`num_output` is missing"
        refuse(fault, "convolution3d_layer.cpp", words, given.place(message, "num_output"))
    if groups <= 0 or outputs % groups:
        words = f"`filter_group: {groups}` does not divide `num_output: {outputs}`"
        refuse(Fault.GROUP_DOES_NOT_DIVIDE, "convolution3d_layer.cpp", words, param.place("filter_group"))
    return outputs, groups


def _kernels(param: Group) -> tuple[Dim, Dim, Dim]:
    side: Dim = as_int(param.integer("kernel_size")) or None
    return as_int(param.integer("kernel_depth")) or None, side, side


def _strides(param: Group) -> tuple[int, int, int]:
    side = as_int(param.integer("stride", 1))
    return as_int(param.integer("temporal_stride", 1)), side, side


def _after_convolution(size: Dim, kernel: Dim, stride: int, pad: int) -> Dim:
    """C++ divides towards 0."""
    if size is None or kernel is None or stride <= 0:
        return None
    return math.trunc((size + 2 * pad - kernel) / stride) + 1


def _deconvolved(size: Dim, kernel: Dim, stride: int, pad: int) -> Dim:
    return None if size is None or kernel is None else stride * (size - 1) + kernel - 2 * pad


def _after_pooling(size: Dim, kernel: Dim, stride: int, pad: int) -> Dim:
    if size is None or kernel is None or stride <= 0:
        return None
    return math.ceil(float32((size + 2 * pad - kernel) / stride)) + 1
