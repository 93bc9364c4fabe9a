"""A layer in place gives its blob another shape.

With `top` equal to `bottom` a layer writes its output where its input stands. A layer whose output has another shape
then overwrites what it has not read yet, and nothing tells so. Where the input is one that keeps its shape between
passes, as an Input layer's, the next pass takes the output for the input: a convolution finds other channels (`Input
size incompatible with convolution kernel`) or crashes, an InnerProduct other inputs, and a pooling shrinks the blob
again and again.

Source: layer.hpp (Layer::Forward, which calls Reshape), base_conv_layer.cpp, inner_product_layer.cpp and
pooling_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "data"
      #    ^^^^^^
      pooling_param { kernel_size: 2 stride: 2 }
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { kernel_size: 2 stride: 2 }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "ip"
      type: "InnerProduct"
      bottom: "data"
      top: "data"
      #    ^^^^^^
      inner_product_param { num_output: 4 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.model import Layer, Net, Shape
from caffe_ls.net.shapes.registry import step
from caffe_ls.net.shapes.step import Given, differ, product, shapes_differ, shown
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule

# What these make keeps the shape that it was left with: they shape it once, when the net is built.
_SHAPED_ONCE = frozenset({"Input", "DummyData", "HDF5Data", "Parameter"})


@net_rule(severity=Severity.WARNING)
def check(net: Net) -> Iterator[Finding]:
    for index, layer in enumerate(net.layers):
        if layer.bottoms[:1] != layer.tops[:1] or not layer.bottoms:
            continue
        read, made = layer.bottom_shapes[0], layer.top_shapes[0]
        if read is None or made is None or not shapes_differ(read, made):
            continue
        place = net.place(index, "top")
        again = _next_pass(net, layer, read, made) if _keeps_shape(net, index) else ""
        if again:
            message = f"in place, {shown(read)} becomes {shown(made)}, which is what the next pass finds: {again}"
            yield Finding(place, message, severity=Severity.ERROR, stage="first-iteration", layer=layer.name)
        else:
            message = f"in place, {shown(made)} is written over {shown(read)} while that is read"
            yield Finding(place, message, layer=layer.name)


def _keeps_shape(net: Net, index: int) -> bool:
    """Whether the blob comes, through layers in place, from one that shapes it only once."""
    while True:
        source = net.layers[index].sources[0]
        if source is None:
            return False
        index = source.layer
        if not net.layers[index].is_in_place(source.top):
            return net.layers[index].type in _SHAPED_ONCE


def _next_pass(net: Net, layer: Layer, read: Shape, made: Shape) -> str:
    """What the layer says of its own output as an input; nothing where it takes it."""
    if layer.type in ("Convolution", "Deconvolution"):
        return "the kernel is made for another input"
    if layer.type == "InnerProduct":
        axis = layer.spec.fields.group("inner_product_param").integer("axis", 1)
        before, after = product(read[axis:]), product(made[axis:])
        return f"{after:,} inputs, not {before:,}" if differ(before, after) else ""
    shapes = (made, *layer.bottom_shapes[1:])
    given = Given(layer.spec, layer.bottoms, len(layer.tops), shapes, net.text.dialect, net.phase)
    return next((refusal.message for refusal in step(given).refusals), "")
