"""Prior boxes lie elsewhere than the places of the feature map that predict them.

PriorBox sets the middle of its boxes `step` pixels apart. The step is the image's size divided by the map's; another
number squeezes the boxes into a corner, or puts them outside of the image. Without `step` Caffe computes it. Boxes that
are larger than the image match nothing, or only what fills it.

Source: the SSD fork's prior_box_layer.cpp (PriorBoxLayer::Forward_cpu).

Bad (settings {"dialect": "ssd"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 320 dim: 320 } } }
    layer { name: "map" type: "Input" top: "map" input_param { shape { dim: 1 dim: 8 dim: 20 dim: 20 } } }
    layer { name: "prior" type: "PriorBox" bottom: "map" bottom: "data" top: "prior"
            prior_box_param { min_size: 60 step: 4 } }
    #                                            ^

Good (settings {"dialect": "ssd"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 320 dim: 320 } } }
    layer { name: "map" type: "Input" top: "map" input_param { shape { dim: 1 dim: 8 dim: 20 dim: 20 } } }
    layer { name: "prior" type: "PriorBox" bottom: "map" bottom: "data" top: "prior"
            prior_box_param { min_size: 60 step: 16 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.model import Dim
from caffe_ls.net.values import Group
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit

# Nearer than this, paddings and roundings are the reason.
_FACTOR = 1.4


@layer_rule("PriorBox", severity=Severity.WARNING, fixable=True, fields=("step", "step_h", "step_w", "min_size"))
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("prior_box_param")
    shapes = view.layer.bottom_shapes
    if len(shapes) < 2 or any(shape is None or len(shape) != 4 for shape in shapes[:2]):
        return
    cells, image = (shape[2:] if shape is not None else () for shape in shapes[:2])
    sizes = tuple(
        own.integer(name) or own.integer("img_size") or known
        for name, known in zip(("img_h", "img_w"), image, strict=True)
    )
    for axis, name in enumerate(("step_h", "step_w")):
        given = name if own.has(name) else "step"
        if own.has(given) and (given != "step" or axis == 0):
            yield from _step(own, given, sizes[axis], cells[axis])
    if None not in sizes:
        largest = max(size for size in sizes if size is not None)
        for index, size in enumerate(own.numbers("min_size")):
            if size > largest:
                place = own.place("min_size", index)
                message = f"`min_size: {size:g}` makes boxes larger than the image, {largest} pixels"
                yield Finding(place, message, severity=Severity.INFORMATION)


def _step(own: Group, name: str, image: Dim, cells: Dim) -> Iterator[Finding]:
    step = own.number(name)
    if not image or not cells or step <= 0 or cells == 1:
        return
    real = image / cells
    if not 1 / _FACTOR < step / real < _FACTOR:
        place = own.place(name)
        # A net may learn to make up for boxes that are a little off, not for a half of the image without any.
        severity = None if not 0.5 < step / real < 2 else Severity.INFORMATION
        message = f"`{name}: {step:g}` for a map of {cells} places on {image} pixels, {real:.4g} each"
        rounded = f"{real:.6g}"
        change = fix(f"Set `{name}: {rounded}`", Edit(place, rounded))
        yield Finding(place, message, (change,), severity=severity)
