"""The class of a Python layer lacks a method that Caffe calls.

Caffe calls `setup`, `reshape` and `forward`, and `backward` where a gradient goes through the layer. A class derived
from `caffe.Layer` gets none of them from there: `AttributeError: 'CropLayer' object has no attribute 'backward'` at the
first pass. A `backward` that does nothing is enough where there is nothing to hand on.

Source: python_layer.hpp (PythonLayer::LayerSetUp, Reshape, Forward_cpu and Backward_cpu), _caffe.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer {
      name: "crop"
      type: "Python"
      bottom: "data"
      top: "crop"
      python_param { module: "crop_layer" layer: "CropLayer" }
      #                                          ^^^^^^^^^^^
    }
    #- /crop_layer.py
    import caffe

    class CropLayer(caffe.Layer):
        def setup(self, bottom, top): pass
        def reshape(self, bottom, top): pass

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer {
      name: "crop"
      type: "Python"
      bottom: "data"
      top: "crop"
      python_param { module: "crop_layer" layer: "CropLayer" }
    }
    #- /crop_layer.py
    import caffe

    class CropLayer(caffe.Layer):
        def setup(self, bottom, top): pass
        def reshape(self, bottom, top): pass
        def forward(self, bottom, top): pass
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.python_layers import PythonLayer, python_layers
from caffe_ls.rules.rule import document_rule

_ALWAYS = ("setup", "reshape", "forward")


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="net", needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    for layer in python_layers(document):
        own = layer.python_class
        if own is None or not own.is_plain_layer or layer.file is None:
            continue
        wanted = (*_ALWAYS, "backward") if _goes_back(document, layer) else _ALWAYS
        missing = [f"`{name}`" for name in wanted if name not in own.defines]
        if missing:
            what = f"method{'s'[: len(missing) != 1]} {' and '.join(missing)}"
            file = os.path.basename(layer.file.path)  # noqa: PTH119 - a path is a string
            message = f"`{own.name}` in `{file}` has no {what}, which Caffe calls"
            yield Finding(layer.place("layer"), message, layer=layer.spec.name)


def _goes_back(document: PrototxtDocument, python: PythonLayer) -> bool:
    return any(
        layer.origin == python.origin and layer.needs_backward
        for net in judged_nets(document)
        if net.phase == "TRAIN"
        for layer in net.layers
    )
