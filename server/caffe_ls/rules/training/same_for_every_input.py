"""A layer gives the same for every input.

A Power with `scale: 0` or `power: 0` multiplies its input by 0, or takes everything to 1; an Exp or a Log with
`scale: 0`, or an Exp with `base: 1`, does much the same. What stands behind sees nothing of the data, and no gradient
comes back to what stands before. Where other layers read the same input, a blob of ones or zeros may be what is meant,
and the finding is information.

A Scale whose factor begins at 0 is another case: at the end of a branch that is added to another one it is a way to
begin with the other branch alone, and the factor leaves 0. Right before a ReLU it does not, since a ReLU gives no
gradient at 0: neither the factor nor what stands before it ever learns.

Source: power_layer.cpp (Forward_cpu, Backward_cpu), exp_layer.cpp, log_layer.cpp, scale_layer.cpp, relu_layer.cpp.

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "scaled" type: "Power" bottom: "data" top: "scaled" power_param { scale: 0 } }
    #                                                                                      ^
    layer { name: "fc" type: "InnerProduct" bottom: "scaled" top: "fc"
            inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "scaled" type: "Power" bottom: "data" top: "scaled" power_param { scale: 0.1 } }
    layer { name: "fc" type: "InnerProduct" bottom: "scaled" top: "fc"
            inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1"
            inner_product_param { num_output: 9 weight_filler { type: "xavier" } } }
    layer { name: "scale" type: "Scale" bottom: "fc1" top: "fc1" scale_param { filler { value: 0 } bias_term: true } }
    #                                                                                          ^
    layer { name: "relu" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2"
            inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc2" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.first_weights import filled
from caffe_ls.net.model import Layer, Net
from caffe_ls.net.shapes.step import float32
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

_FUNCTIONS = {"Power": "power_param", "Exp": "exp_param", "Log": "log_param"}


@net_rule("Scale", *_FUNCTIONS, severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type(*_FUNCTIONS, "Scale"):
        layer = net.layers[index]
        if layer.type == "Scale":
            if net.phase == "TRAIN":
                yield from _closed_for_ever(net, index)
            continue
        field = _without_effect(layer)
        if field:
            own = layer.spec.fields.group(_FUNCTIONS[layer.type])
            place = net.in_file(index, own.place(field))
            message = f"`{field}: {own.number(field):g}`: `{layer.name}` gives the same for every input"
            fixes = () if field == "base" else (fix(f"Set `{field}: 1`", Edit(place, "1")),)
            severity = Severity.INFORMATION if _is_read_elsewhere(net, layer) else None
            yield Finding(place, message, fixes, severity=severity, layer=layer.name)


def _is_read_elsewhere(net: Net, layer: Layer) -> bool:
    source = layer.sources[0] if layer.sources else None
    return source is None or len(net.consumers(*source)) > 1


def _without_effect(layer: Layer) -> str:
    """The field that makes all inputs alike; empty where none does."""
    own = layer.spec.fields.group(_FUNCTIONS[layer.type])
    if own.has("scale") and float32(own.number("scale", 1.0)) == 0:
        return "scale"
    if layer.type == "Power" and own.has("power") and float32(own.number("power", 1.0)) == 0:
        return "power"
    return "base" if layer.type == "Exp" and float32(own.number("base", -1.0)) == 1 else ""


def _closed_for_ever(net: Net, index: int) -> Iterator[Finding]:
    layer = net.layers[index]
    own = layer.spec.fields.group("scale_param")
    readers = net.consumers(index)
    if len(layer.bottoms) != 1 or not layer.needs_backward or layer.spec.fields.has("blobs") or len(readers) != 1:
        return
    factor = filled(own.group("filler"), None) if own.has("filler") else None
    offset = filled(own.group("bias_filler"), None) if own.flag("bias_term") and own.has("bias_filler") else None
    behind = net.layers[readers[0][0]]
    closed = behind.type == "ReLU" and behind.spec.fields.group("relu_param").number("negative_slope") == 0
    if factor is None or not factor.is_zero or not closed or (offset is not None and not offset.is_zero):
        return
    filler = own.group("filler")
    place = net.in_file(index, filler.place("value") if filler.has("value") else own.place("filler"))
    message = f"a factor of 0 before `{behind.name}`, which gives no gradient at 0: `{layer.name}` never learns"
    fixes = (fix("Set `value: 1`", Edit(place, "1")),) if filler.has("value") else ()
    yield Finding(place, message, fixes, layer=layer.name)
