"""The `param_str` of a Python layer is not what its `setup` reads.

`param_str` is one string, which the layer's own code takes apart: by `json.loads`, `eval`, `yaml.load` or otherwise.
What that cannot read, or an entry that is asked for and not there, ends the process with Python's traceback
(`JSONDecodeError`, `SyntaxError`, `KeyError`) while the net is built. The class beside the net was read as text, and
only its plain forms are understood.

Source: python_layer.hpp (PythonLayer::LayerSetUp), _caffe.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer {
      name: "crop"
      type: "Python"
      bottom: "data"
      top: "crop"
      python_param { module: "crop_layer" layer: "CropLayer" param_str: "{'size': 5}" }
      #                                                                 ^^^^^^^^^^^^^
    }
    #- /crop_layer.py
    import json

    import caffe

    class CropLayer(caffe.Layer):
        def setup(self, bottom, top):
            params = json.loads(self.param_str)
            self.size = params["size"]
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
      python_param { module: "crop_layer" layer: "CropLayer" param_str: '{"size": 5}' }
    }
    #- /crop_layer.py
    import json

    import caffe

    class CropLayer(caffe.Layer):
        def setup(self, bottom, top):
            params = json.loads(self.param_str)
            self.size = params["size"]
        def reshape(self, bottom, top): pass
        def forward(self, bottom, top): pass
        def backward(self, top, propagate_down, bottom): pass
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.python_parameters import Reading, parsed, reading_of
from caffe_ls.rules.finding import Category, Finding, Fix, Severity, fix
from caffe_ls.rules.python_layers import PythonLayer, python_layers
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.values import is_filled_in_later, quoted
from caffe_ls.text.edit import Edit


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="net", fixable=True, needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    for layer in python_layers(document):
        own = layer.python_class
        reading = None if own is None else reading_of(own)
        written = layer.own.text("param_str")
        if own is None or reading is None or is_filled_in_later(written):
            continue
        found = parsed(written, reading.way)
        place = layer.place("param_str" if layer.own.has("param_str") else "layer")
        said = f"`{own.name}` reads `param_str` by `{reading.call}`"
        if found.problem and (reading.way != "yaml" or reading.needed):
            yield Finding(place, f"{said}: {found.problem}", tuple(_fixes(layer, reading)), layer=layer.spec.name)
        elif found.entries is not None:
            missing = [key for key in reading.needed if key not in found.entries]
            if missing:
                keys = ", ".join(f"`{key}`" for key in missing)
                message = f"`{own.name}` asks `param_str` for {keys}, which it does not have"
                yield Finding(place, message, severity=Severity.INFORMATION, layer=layer.spec.name)


def _fixes(layer: PythonLayer, reading: Reading) -> Iterator[Fix]:
    """JSON with the quotes of Python is turned into JSON."""
    if reading.way != "json" or not layer.own.has("param_str"):
        return
    import ast  # where it is used: few nets come here

    try:
        value = json.dumps(ast.literal_eval(layer.own.text("param_str")))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return
    text = f"'{value}'" if "'" not in value and "\\" not in value else quoted(value)
    yield fix("Write it as JSON", Edit(layer.place("param_str"), text))
