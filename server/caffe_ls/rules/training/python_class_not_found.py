"""The class of a Python layer is not in its module.

Caffe takes the attribute `layer` of the module: `AttributeError: module 'crop_layer' has no attribute 'CropLayer'`, and
the process ends. The file of that name beside the net was read as text; upper and lower case count.

Source: layer_factory.cpp (GetPythonLayer).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer {
      name: "crop"
      type: "Python"
      bottom: "data"
      top: "crop"
      python_param { module: "crop_layer" layer: "Croplayer" }
      #                                          ^^^^^^^^^^^
    }
    #- /crop_layer.py
    import caffe

    class CropLayer(caffe.Layer):
        def setup(self, bottom, top): pass
        def reshape(self, bottom, top): pass
        def forward(self, bottom, top): pass
        def backward(self, top, propagate_down, bottom): pass

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
        def backward(self, top, propagate_down, bottom): pass
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity, fix
from caffe_ls.rules.nearest import nearest_names, or_list
from caffe_ls.rules.python_layers import python_layers
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.values import is_filled_in_later, quoted
from caffe_ls.text.edit import Edit

_MOST_NAMED = 3


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="net", fixable=True, needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    for layer in python_layers(document):
        name, file = layer.own.text("layer"), layer.file
        if file is None or not name or file.makes_names or name in file.words or is_filled_in_later(name):
            continue
        layers = [known for known, one in file.classes.items() if any("Layer" in base for base in one.bases)]
        near = nearest_names(name, file.classes).names or (tuple(layers) if len(layers) <= _MOST_NAMED else ())
        hint = f"; did you mean {or_list(near)}?" if near else ""
        place = layer.place("layer")
        message = f"`{os.path.basename(file.path)}` has no class `{name}`{hint}"  # noqa: PTH119 - a path is a string
        fixes = tuple(fix(f"Replace by `{one}`", Edit(place, quoted(one))) for one in near)
        yield Finding(place, message, fixes, layer=layer.spec.name)
