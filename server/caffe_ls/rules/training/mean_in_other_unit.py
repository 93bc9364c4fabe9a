"""The mean, or the scale, is written as if it were applied the other way round.

A data layer subtracts the mean first and multiplies by `scale` then: (byte - mean) * scale. A mean from 0 to 1, as
other programs have it, subtracts next to nothing from bytes of 0 to 255; it has to be multiplied by 255. A scale of 0
makes everything 0, and one far above 1 makes bytes larger still.

Source: data_transformer.cpp (DataTransformer::Transform).

Bad:
    layer {
      name: "data" type: "Data" top: "data" top: "label"
      data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
      transform_param { scale: 0.00392156863 mean_value: 0.485 mean_value: 0.456 mean_value: 0.406 }
      #                                                  ^^^^^
    }

Good:
    layer {
      name: "data" type: "Data" top: "data" top: "label"
      data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
      transform_param { scale: 0.00392156863 mean_value: 123.675 mean_value: 116.28 mean_value: 103.53 }
    }

Bad:
    layer {
      name: "data" type: "Data" top: "data" top: "label"
      data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
      transform_param { scale: 255 }
      #                        ^^^
    }
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.net.data_layers import IMAGE_LAYERS, TOP_BYTE, transformation
from caffe_ls.net.model import Net
from caffe_ls.net.values import Group
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.images import siblings
from caffe_ls.rules.layer_fields import in_file
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

# A scale below this brings bytes to the size of 1.
_SMALL = 0.1
_LARGE = 10.0


class _Mistake(NamedTuple):
    place: Span
    message: str
    title: str
    edits: tuple[Edit, ...]


@net_rule(*IMAGE_LAYERS, severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type(*sorted(IMAGE_LAYERS)):
        layer = net.layers[index]
        found = _mistake(transformation(layer)) if layer.judged else None
        if found is not None:
            place = net.in_file(index, found.place)
            yield Finding(place, found.message, _everywhere(net, index, found.title), layer=layer.name)


def _everywhere(net: Net, index: int, title: str) -> tuple[Fix, ...]:
    """The fix of all data layers, in whatever phase, that have the same mistake: phases are to see the same."""
    edits: list[Edit] = []
    number = 0
    for base, spec, _ in siblings(net, index):
        found = _mistake(spec.fields.group("transform_param"))
        if found is not None and found.title == title:
            edits += [in_file(edit, base) for edit in found.edits]
            number += 1
    where = "" if number == 1 else ", in all phases"
    return (fix(title + where, *edits),) if edits else ()


def _mistake(own: Group) -> _Mistake | None:
    scale, means = own.number("scale", 1.0), own.numbers("mean_value")
    place = own.place("scale")
    if own.has("scale") and scale == 0:
        wanted = f"{1 / TOP_BYTE:.9g}"
        return _Mistake(place, "`scale: 0` makes all data 0", f"Set `scale: {wanted}`", (Edit(place, wanted),))
    if scale >= _LARGE and math.isfinite(scale):
        wanted = f"{1 / scale:.9g}"
        message = f"`scale: {scale:g}` multiplies: bytes become up to {scale * TOP_BYTE:,.6g}"
        return _Mistake(place, message, f"Set `scale: {wanted}`", (Edit(place, wanted),))
    if 0 < scale <= _SMALL and means and all(0 <= mean <= 1 for mean in means) and any(0 < mean < 1 for mean in means):
        edits = [Edit(own.place("mean_value", index), f"{mean * TOP_BYTE:.6g}") for index, mean in enumerate(means)]
        message = f"`mean_value: {means[0]:g}` is subtracted from bytes, 0 to 255, before `scale` is applied"
        known = tuple(edits) if len(means) == own.count("mean_value") else ()
        return _Mistake(own.place("mean_value"), message, f"Multiply the mean by {TOP_BYTE}", known)
    return None
