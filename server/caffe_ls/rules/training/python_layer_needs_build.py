"""The net has Python layers, which not every Caffe was built for.

Python layers are there where Caffe was built with `WITH_PYTHON_LAYER := 1` (Makefile.config) or `-Dpython_layer=ON`
(CMake). Another one ends with `Unknown layer type: Python`. With several GPUs `caffe train` refuses them: `PythonLayer
does not support CLI Multi-GPU, use train.py`.

Source: layer_factory.cpp, python_layer.hpp (PythonLayer::LayerSetUp).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer {
      name: "crop"
      type: "Python"
      #     ^^^^^^^^
      bottom: "data"
      top: "crop"
      python_param { module: "crop_layer" layer: "CropLayer" }
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer { name: "relu" type: "ReLU" bottom: "data" top: "data" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import net_rule


@net_rule("Python", severity=Severity.HINT, category=Category.VERDICT)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type("Python")[:1]:
        message = "`Python` needs a Caffe that was built with `WITH_PYTHON_LAYER`"
        yield Finding(net.place(index, "type"), message, layer=net.layers[index].name)
