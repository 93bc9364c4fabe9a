"""How many pixels of the image a step on a feature map is, by the strides on the way."""

from __future__ import annotations

from caffe_ls.net.model import Layer, Net, Source

_SAME_GRID = frozenset({
    "AbsVal", "BN", "BNLL", "BatchNorm", "Bias", "Concat", "CuDNNBatchNorm", "Dropout", "ELU", "Eltwise", "Exp", "LRN",
    "Log", "MVN", "Normalize", "PReLU", "Power", "ReLU", "ReLU6", "Scale", "Sigmoid", "Slice", "Softmax", "Split",
    "Swish", "TanH", "Threshold",
})  # fmt: skip
_WINDOWS = {
    "Convolution": "convolution_param",
    "ConvolutionDepthwise": "convolution_param",
    "Deconvolution": "convolution_param",
    "DepthwiseConvolution": "convolution_param",
    "Pooling": "pooling_param",
}
_COLOURS = (1, 3, None)
_MOST_LAYERS = 2000


def stride_of(net: Net, source: Source | None) -> float | None:
    """The product of the strides between the image and a top.

    None where a layer on the way has another grid, or what the net is given seems to be a feature map already.
    """
    stride, windows = 1.0, 0
    for _ in range(_MOST_LAYERS):
        if source is None:
            return None
        layer = net.layers[source.layer]
        if not layer.sources:
            shape = layer.top_shapes[source.top]
            is_image = shape is None or (len(shape) == 4 and shape[1] in _COLOURS)
            return stride if windows and is_image else None
        windows += layer.type in _WINDOWS
        own = 1.0 if layer.type in _SAME_GRID else _own_stride(layer)
        if own is None or not layer.judged:
            return None
        stride *= own
        source = layer.sources[0]
    return None


def _own_stride(layer: Layer) -> float | None:
    message = _WINDOWS.get(layer.type)
    if message is None:
        return None
    own = layer.spec.fields.group(message)
    if own.flag("global_pooling"):
        return None
    strides = {*own.integers("stride"), *own.integers("stride_h"), *own.integers("stride_w")} or {1}
    if len(strides) > 1 or min(strides) < 1:
        return None
    stride = float(strides.pop())
    return 1 / stride if layer.type == "Deconvolution" else stride
