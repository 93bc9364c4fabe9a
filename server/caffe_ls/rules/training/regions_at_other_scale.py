"""Regions are looked up on a feature map at another scale than it has.

A ROIPooling layer multiplies the corners of regions, in pixels of the image, by `spatial_scale` to find them on the
feature map: 1 divided by the product of the strides up to there, 0.0625 behind four halvings. A proposal layer's
`feat_stride` is the same the other way round. With another number all regions lie elsewhere, and the net learns from
the wrong places without a word.

Source: Fast R-CNN's roi_pooling_layer.cpp (Forward_cpu), Faster R-CNN's rpn/proposal_layer.py.

Bad (settings {"dialect": "rfcn"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 64 dim: 64 } } }
    layer { name: "rois" type: "Input" top: "rois" input_param { shape { dim: 8 dim: 5 } } }
    layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
            convolution_param { num_output: 8 kernel_size: 3 stride: 4 } }
    layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { kernel_size: 2 stride: 2 } }
    layer { name: "roi" type: "ROIPooling" bottom: "pool" bottom: "rois" top: "roi"
            roi_pooling_param { pooled_w: 2 pooled_h: 2 spatial_scale: 0.0625 } }
    #                                                                  ^^^^^^

Good (settings {"dialect": "rfcn"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 64 dim: 64 } } }
    layer { name: "rois" type: "Input" top: "rois" input_param { shape { dim: 8 dim: 5 } } }
    layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
            convolution_param { num_output: 8 kernel_size: 3 stride: 4 } }
    layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { kernel_size: 2 stride: 2 } }
    layer { name: "roi" type: "ROIPooling" bottom: "pool" bottom: "rois" top: "roi"
            roi_pooling_param { pooled_w: 2 pooled_h: 2 spatial_scale: 0.125 } }
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caffe_ls.net.model import Net
from caffe_ls.net.strides import stride_of
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

_POOLING = {
    "ROIAlign": ("roi_align_param", "roi_pooling_param"),
    "ROIPooling": ("roi_pooling_param",),
    "PSROIPooling": ("psroi_pooling_param",),
}
_FEAT_STRIDE = re.compile(r"""feat_stride["']?\s*:\s*(\d+)""")
# Nearer than this, paddings and roundings are the reason.
_FACTOR = 1.3


@net_rule("Python", *_POOLING, severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type(*_POOLING):
        yield from _pooling(net, index)
    for index in net.of_type("Python"):
        yield from _proposals(net, index)


def _pooling(net: Net, index: int) -> Iterator[Finding]:
    layer = net.layers[index]
    names = [name for name in _POOLING[layer.type] if layer.spec.fields.has(name)]
    stride = stride_of(net, layer.sources[0]) if layer.judged and layer.sources and names else None
    if stride is None:
        return
    own = layer.spec.fields.group(names[0])
    scale = own.number("spatial_scale", 1.0)
    if scale > 0 and not _is_near(scale * stride):
        place = net.in_file(index, own.place("spatial_scale"))
        wanted = f"{1 / stride:g}"
        message = f"`spatial_scale: {scale:g}`, and a step on `{layer.bottoms[0]}` is {stride:g} pixels: {wanted}"
        fixes = (fix(f"Set `spatial_scale: {wanted}`", Edit(place, wanted)),) if own.has("spatial_scale") else ()
        yield Finding(place, message, fixes, layer=layer.name)


def _proposals(net: Net, index: int) -> Iterator[Finding]:
    """Python layers of Faster R-CNN are told by their parameter; what they read first is on the map."""
    layer = net.layers[index]
    own = layer.spec.fields.group("python_param")
    found = _FEAT_STRIDE.search(own.text("param_str"))
    stride = stride_of(net, layer.sources[0]) if found is not None and layer.sources else None
    if found is None or stride is None:
        return
    given = int(found[1])
    if given > 0 and not _is_near(given / stride):
        place = net.in_file(index, own.place("param_str"))
        message = f"`feat_stride` is {given}, and a step on `{layer.bottoms[0]}` is {stride:g} pixels"
        yield Finding(place, message, layer=layer.name)


def _is_near(ratio: float) -> bool:
    return 1 / _FACTOR < ratio < _FACTOR
