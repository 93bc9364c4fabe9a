"""`force_color` and `force_gray` both: Caffe stops where the database holds encoded images.

Encoded images, such as JPEG, are decoded with as many channels as one of these says: `cannot set both force_color and
force_gray`. Where the database holds plain numbers, neither does anything. What it holds is told by its first record,
which is not looked at here: this is information.

Source: data_transformer.cpp (DataTransformer::Transform, InferBlobShape).

Bad:
    layer {
      name: "data"
      type: "Data"
      top: "data"
      top: "label"
      transform_param {
        force_color: true
        force_gray: true
        #           ^^^^
      }
      data_param { source: "train_lmdb" batch_size: 64 backend: LMDB }
    }

Good:
    layer {
      name: "data"
      type: "Data"
      top: "data"
      top: "label"
      transform_param {
        force_color: true
      }
      data_param { source: "train_lmdb" batch_size: 64 backend: LMDB }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule


@layer_rule(
    "Data",
    "AnnotatedData",
    severity=Severity.INFORMATION,
    category=Category.VERDICT,
    stage="init",
    fields=("force_color",),
)
def check(view: LayerView) -> Iterator[Finding]:
    transform = view.group("transform_param")
    if transform.flag("force_color") and transform.flag("force_gray"):
        message = "`force_color` and `force_gray` exclude each other: Caffe stops where the images are encoded"
        yield Finding(transform.place("force_gray"), message)
