"""The module of a Python layer is not found from here.

Python looks for it in the folders that PYTHONPATH names when Caffe is started: `ImportError: No module named ...`. Here
the folders of the setting `python_path`, that of the net, those above it, and in each of them folders such as `python`,
`lib` and `layers` were searched. It may be elsewhere where Caffe will be run, so this is information.

Source: layer_factory.cpp (GetPythonLayer), tools/caffe.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer {
      name: "crop"
      type: "Python"
      bottom: "data"
      top: "crop"
      python_param { module: "crop_layer" layer: "CropLayer" }
      #                      ^^^^^^^^^^^^
    }
    #- /crop_layers.py
    import caffe

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer {
      name: "crop"
      type: "Python"
      bottom: "data"
      top: "crop"
      python_param { module: "crop_layers" layer: "CropLayer" }
    }
    #- /crop_layers.py
    import caffe

    class CropLayer(caffe.Layer):
        def setup(self, bottom, top): pass
        def reshape(self, bottom, top): pass
        def forward(self, bottom, top): pass
        def backward(self, top, propagate_down, bottom): pass
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.python_modules import modules_beside
from caffe_ls.rules.finding import Category, Finding, Severity, fix
from caffe_ls.rules.nearest import nearest_names
from caffe_ls.rules.python_layers import python_layers
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.values import is_filled_in_later, quoted
from caffe_ls.text.edit import Edit


@document_rule(
    category=Category.TRAINING, severity=Severity.INFORMATION, reads="net", fixable=True, needs_brackets=True
)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files = document.context.files
    if files is None:
        return
    for layer in python_layers(document):
        if layer.file is not None or not layer.module or is_filled_in_later(layer.module):
            continue
        if layer.module.endswith(".py") or "/" in layer.module or "\\" in layer.module:
            continue  # python-module-written-as-path tells it.
        near = nearest_names(layer.module, modules_beside(files)).names
        hint = f"; did you mean `{near[0]}`?" if near else ": Python looks for it on PYTHONPATH"
        message = f"the module `{layer.module}` is not found from here{hint}"
        place = layer.place("module")
        fixes = tuple(fix(f"Replace by `{name}`", Edit(place, quoted(name))) for name in near)
        yield Finding(place, message, fixes, layer=layer.spec.name)
