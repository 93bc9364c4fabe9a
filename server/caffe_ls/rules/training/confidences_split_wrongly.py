"""The softmax over confidences does not take the classes of one box.

A detection net's confidences are one row for all boxes and classes. They are reshaped to boxes x classes, a Softmax
goes over the classes, and they are flattened again. Reshape takes any number that divides: with another number than
`num_classes` the Softmax mixes the classes of different boxes, and all confidences are wrong.

Source: the SSD fork's detection_output_layer.cpp, softmax_layer.cpp, reshape_layer.cpp.

Bad (settings {"dialect": "ssd"}):
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 80 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 420 } } }
    layer { name: "prior" type: "Input" top: "prior" input_param { shape { dim: 1 dim: 2 dim: 80 } } }
    layer { name: "rows" type: "Reshape" bottom: "conf" top: "rows"
            reshape_param { shape { dim: 0 dim: -1 dim: 20 } } }
    layer { name: "prob" type: "Softmax" bottom: "rows" top: "prob" softmax_param { axis: 2 } }
    layer { name: "flat" type: "Flatten" bottom: "prob" top: "flat" flatten_param { axis: 1 } }
    layer { name: "out" type: "DetectionOutput" bottom: "loc" bottom: "flat" bottom: "prior" top: "out"
            detection_output_param { num_classes: 21 } }
    #                                             ^^

Good (settings {"dialect": "ssd"}):
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 80 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 420 } } }
    layer { name: "prior" type: "Input" top: "prior" input_param { shape { dim: 1 dim: 2 dim: 80 } } }
    layer { name: "rows" type: "Reshape" bottom: "conf" top: "rows"
            reshape_param { shape { dim: 0 dim: -1 dim: 21 } } }
    layer { name: "prob" type: "Softmax" bottom: "rows" top: "prob" softmax_param { axis: 2 } }
    layer { name: "flat" type: "Flatten" bottom: "prob" top: "flat" flatten_param { axis: 1 } }
    layer { name: "out" type: "DetectionOutput" bottom: "loc" bottom: "flat" bottom: "prior" top: "out"
            detection_output_param { num_classes: 21 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.makers import direct_maker, makers
from caffe_ls.net.model import Net, count
from caffe_ls.rules.finding import Finding, Fix, Related, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit


@net_rule("DetectionOutput", severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type("DetectionOutput"):
        layer = net.layers[index]
        found = makers(net, index, 1) if layer.judged and len(layer.bottoms) > 1 else ()
        if len(found) != 1 or net.layers[found[0]].type != "Softmax":
            continue
        softmax = net.layers[found[0]]
        shape, axis = softmax.bottom_shapes[0], softmax.spec.fields.group("softmax_param").integer("axis", 1)
        own = layer.spec.fields.group("detection_output_param")
        classes = own.integer("num_classes")
        taken = shape[axis] if shape is not None and -len(shape) <= axis < len(shape) else None
        if taken is None or classes <= 0 or taken == classes:
            continue
        message = f"there are {classes} classes, and `{softmax.name}` takes {taken} confidences together"
        related = Related(net.place(found[0], "type"), f"a softmax over {taken} numbers")
        place = net.in_file(index, own.place("num_classes"))
        number = count(shape)
        if number is not None and number % classes:
            fixes: tuple[Fix, ...] = (fix(f"Set `num_classes: {taken}`", Edit(place, str(taken))),)
        else:
            fixes = tuple(_reshaped(net, found[0], taken, classes))
        yield Finding(place, message, fixes, (related,), layer=layer.name)


def _reshaped(net: Net, softmax: int, taken: int, classes: int) -> Iterator[Fix]:
    """The Reshape before the softmax names the number, where there is one."""
    maker = direct_maker(net, softmax)
    if maker is None or net.layers[maker].type != "Reshape":
        return
    shape = net.layers[maker].spec.fields.group("reshape_param").group("shape")
    at = next((at for at, dim in enumerate(shape.integers("dim")) if dim == taken), None)
    if at is not None:
        yield fix(f"Reshape to {classes} classes", Edit(net.in_file(maker, shape.place("dim", at)), str(classes)))
