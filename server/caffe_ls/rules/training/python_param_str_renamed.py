"""A Python layer reads `param_str_`, which Caffe has called `param_str` since 2015.

Layers of older code read `self.param_str_`. In Caffe from June 2015 on that is `AttributeError: 'CropLayer' object has
no attribute 'param_str_'`; some forks of that time, as that of Faster R-CNN, still have the older name. So it depends
on the Caffe that the net is for. Code for both says `getattr(self, "param_str", None) or self.param_str_`.

Source: _caffe.cpp, python_layer.hpp (PythonLayer::LayerSetUp).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer {
      name: "crop"
      type: "Python"
      bottom: "data"
      top: "crop"
      python_param { module: "crop_layer" layer: "CropLayer" param_str: "5" }
      #                                          ^^^^^^^^^^^
    }
    #- /crop_layer.py
    import caffe

    class CropLayer(caffe.Layer):
        def setup(self, bottom, top):
            self.size = int(self.param_str_)
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
      python_param { module: "crop_layer" layer: "CropLayer" param_str: "5" }
    }
    #- /crop_layer.py
    import caffe

    class CropLayer(caffe.Layer):
        def setup(self, bottom, top):
            self.size = int(self.param_str)
        def reshape(self, bottom, top): pass
        def forward(self, bottom, top): pass
        def backward(self, top, propagate_down, bottom): pass
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.python_layers import python_layers
from caffe_ls.rules.rule import document_rule

_OLD = re.compile(r"\bself\s*\.\s*param_str_(?!\w)")
_NEW = re.compile(r"\bparam_str(?!\w)")


@document_rule(category=Category.TRAINING, severity=Severity.INFORMATION, reads="net", needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    for layer in python_layers(document):
        own = layer.python_class
        if own is not None and _OLD.search(own.body) and not _NEW.search(own.body):
            message = f"`{own.name}` reads `param_str_`: Caffe of June 2015 and later calls it `param_str`"
            yield Finding(layer.place("layer"), message, layer=layer.spec.name)
