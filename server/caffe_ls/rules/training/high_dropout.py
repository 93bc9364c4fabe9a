"""A Dropout that drops most of its input.

`dropout_ratio` is the share that is dropped, not the share that is kept, as it is in some other frameworks. Above 0.8
less than a fifth is left in each pass, and what is left is scaled up by more than 5 to make up for it: gradients are
noisy, and training takes long or gets nowhere. Two Dropouts on top of each other drop what both together do.

It is information: wide layers before the last one are trained with 0.9 too.

Source: dropout_layer.cpp, caffe.proto (DropoutParameter).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "drop" type: "Dropout" bottom: "data" top: "drop" dropout_param { dropout_ratio: 0.9 } }
    #                                                                                              ^^^

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "drop" type: "Dropout" bottom: "data" top: "drop" dropout_param { dropout_ratio: 0.1 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Finding, Related, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit

_MOST = 0.8


@net_rule("Dropout", severity=Severity.INFORMATION, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type("Dropout"):
        layer = net.layers[index]
        own = layer.spec.fields.group("dropout_param")
        ratio = _ratio(layer)
        place = net.in_file(index, own.place("dropout_ratio") if own.has("dropout_ratio") else own.span)
        if not 0 < ratio < 1:
            continue
        if ratio > _MOST:
            message = f"{ratio:g} of the input is dropped, and the rest is multiplied by {1 / (1 - ratio):.3g}"
            kept = f"{1 - ratio:.3g}"
            change = fix(f"Set `dropout_ratio: {kept}`, to keep {ratio:g}", Edit(place, kept))
            yield Finding(place, message, (change,), layer=layer.name)
            continue
        source = layer.sources[0] if layer.sources else None
        before = net.layers[source.layer] if source is not None else None
        if source is not None and before is not None and before.type == "Dropout" and 0 < _ratio(before) < 1:
            together = 1 - (1 - ratio) * (1 - _ratio(before))
            message = f"`{before.name}` and `{layer.name}` drop one after the other: {together:g} of the input together"
            related = (Related(net.place(source.layer, "type"), f"`{before.name}`"),)
            yield Finding(net.place(index, "type"), message, related=related, layer=layer.name)


def _ratio(layer: Layer) -> float:
    return layer.spec.fields.group("dropout_param").number("dropout_ratio", 0.5)
