"""Test images are changed at random.

`mirror: true` mirrors every other image, by chance, in TEST as in TRAIN; so do the SSD fork's distortions. The same
test then gives another result each time, and a somewhat worse one. Cropping is different: in TEST Caffe takes the
middle.

It is told of data layers that are for TEST alone.

Source: data_transformer.cpp (DataTransformer::Transform).

Bad:
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
      data_param { source: "val_lmdb" batch_size: 50 backend: LMDB }
      transform_param { mirror: true crop_size: 227 mean_value: 104 }
      #                         ^^^^
    }

Good:
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
      data_param { source: "val_lmdb" batch_size: 50 backend: LMDB }
      transform_param { mirror: false crop_size: 227 mean_value: 104 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.data_layers import IMAGE_LAYERS
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.layer_fields import name_place, remove_field
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit

_AT_RANDOM = ("distort_param", "expand_param", "noise_param")


@layer_rule(
    *sorted(IMAGE_LAYERS), severity=Severity.INFORMATION, fixable=True, phase="TEST", fields=("mirror", *_AT_RANDOM)
)
def check(view: LayerView) -> Iterator[Finding]:
    rules = view.fields.groups("include")
    if not rules or any(rule.choice("phase", ("TRAIN", "TEST"), "none") != "TEST" for rule in rules):
        return
    own = view.group("transform_param")
    if own.flag("mirror"):
        place = own.place("mirror")
        message = "test images are mirrored at random: each test gives another result"
        yield Finding(place, message, (fix("Set `mirror: false`", Edit(place, "false")),))
    for name in _AT_RANDOM:
        if own.has(name):
            gone = remove_field(view.text, own, name)
            fixes = (fix(f"Remove `{name}`", gone),) if gone is not None else ()
            yield Finding(name_place(view.text, own, name), f"`{name}` changes test images at random", fixes)
