"""Targets that the loss is not made for.

SigmoidCrossEntropyLoss wants targets from 0 to 1. Outside of that its value may be below 0, and the sigmoid can never
reach the target: scores grow without end. Targets that are read as bytes, 0 to 255, or the numbers of classes are the
usual reason. ContrastiveLoss takes 0 for a pair that differs and anything else for one that is similar. An
EuclideanLoss on bytes that nobody scales begins at tens of thousands, and its gradients make usual rates diverge.

The labels of a database or of a list of images are whole numbers. Where they are classes, a distance between them says
nothing: class 9 is no further from class 1 than class 2 is. SoftmaxWithLoss learns classes; a label that is a quantity,
such as an age, is better scaled to about 1.

Source: sigmoid_cross_entropy_loss_layer.cpp, contrastive_loss_layer.cpp, euclidean_loss_layer.cpp.

Bad:
    layer {
      name: "images" type: "ImageData" top: "data" top: "unused"
      image_data_param { source: "images.txt" batch_size: 4 new_height: 8 new_width: 8 }
    }
    layer { name: "quiet" type: "Silence" bottom: "unused" }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 192 weight_filler { type: "xavier" } } }
    layer { name: "flat" type: "Flatten" bottom: "data" top: "flat" }
    layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "fc" bottom: "flat" top: "loss" }
    #                                                                         ^^^^^^

Good:
    layer {
      name: "images" type: "ImageData" top: "data" top: "unused"
      image_data_param { source: "images.txt" batch_size: 4 new_height: 8 new_width: 8 }
      transform_param { scale: 0.00392156862745098 }
    }
    layer { name: "quiet" type: "Silence" bottom: "unused" }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 192 weight_filler { type: "xavier" } } }
    layer { name: "flat" type: "Flatten" bottom: "data" top: "flat" }
    layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "fc" bottom: "flat" top: "loss" }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 10 } }
    layer { name: "age" type: "InnerProduct" bottom: "data" top: "age" inner_product_param { num_output: 1 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
    layer { name: "other" type: "SigmoidCrossEntropyLoss" bottom: "age" bottom: "label" top: "other" }
    #                                                                           ^^^^^^^
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.makers import makers
from caffe_ls.net.model import Layer, Net
from caffe_ls.net.value_ranges import values_read
from caffe_ls.rules.finding import Finding, Fix, Severity
from caffe_ls.rules.images import scaled_to_one
from caffe_ls.rules.rule import net_rule

_CROSS_ENTROPY = "SigmoidCrossEntropyLoss"
_DISTANCES = ("EuclideanLoss", "SmoothL1Loss")
# Squares of more than this make a loss that usual rates cannot follow.
_LARGE = 100.0
# Bytes divided by 255, or by a number that is rounded.
_ROUNDED = 1.01


@net_rule(_CROSS_ENTROPY, *_DISTANCES, severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    losses = net.of_type(_CROSS_ENTROPY, *_DISTANCES)
    for index, values in values_read(net, losses, 1).items() if losses else ():
        layer = net.layers[index]
        if layer.bottoms[0] == layer.bottoms[1]:
            continue  # 0 wherever the blob is finite: a check of the input, not a target.
        place = net.place(index, "bottom", 1)
        said = f"`{layer.bottoms[1]}`"
        if layer.type == _CROSS_ENTROPY:
            classes = _classes_beside(net, index)
            if classes is not None:
                message = f"{said} holds classes, 0 to {classes - 1}, and targets of a sigmoid are 0 to 1"
                yield Finding(place, message, layer=layer.name)
            elif values.are_bounded and (values.high > _ROUNDED or values.low < 1 - _ROUNDED):
                severity = None if values.sure else Severity.INFORMATION
                message = f"{said} holds {values.low:.4g} to {values.high:.4g}, and targets of a sigmoid are 0 to 1"
                yield Finding(place, message, _scaled(net, index), severity=severity, layer=layer.name)
        elif values.are_bounded and max(-values.low, values.high) > _LARGE:
            message = (
                f"targets of {values.low:.4g} to {values.high:.4g}: their squares make a loss that diverges easily"
            )
            yield Finding(place, message, _scaled(net, index), severity=Severity.INFORMATION, layer=layer.name)
        elif (source := layer.sources[1]) is not None and _gives_labels(net.layers[source.layer], source.top):
            what = f"a distance to `{layer.bottoms[1]}`, which is a whole number: no measure for classes, and unscaled"
            yield Finding(place, what, severity=Severity.INFORMATION, layer=layer.name)


def _gives_labels(layer: Layer, top: int) -> bool:
    """Whether a top holds the labels of a database or of a list, which Caffe reads as whole numbers."""
    return layer.type in ("Data", "ImageData") and layer.judged and top == 1


def _classes_beside(net: Net, index: int) -> int | None:
    """How many classes, if more than two, a softmax loss has for the numbers that are taken for targets."""
    source = net.layers[index].sources[1]
    if source is None:
        return None
    for reader, bottom in net.consumers(*source):
        shape = net.layers[reader].bottom_shapes[0]
        if net.layers[reader].type == "SoftmaxWithLoss" and bottom == 1 and shape is not None and len(shape) > 1:
            classes = shape[1]
            if classes is not None and classes > 2:
                return classes
    return None


def _scaled(net: Net, index: int) -> tuple[Fix, ...]:
    found = makers(net, index, 1)
    return scaled_to_one(net, found[0]) if len(found) == 1 else ()
