"""The module of a Python layer is written as the path of a file.

`module` is a name as in `import NAME`: dots between packages, and no suffix. Caffe hands it to Python, which looks for
it on PYTHONPATH: `ImportError: No module named layers/crop.py`, and the process ends without a line of Caffe's own.
(Python 2 takes slashes as it takes dots, Python 3 does not.)

Source: layer_factory.cpp (GetPythonLayer).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer {
      name: "crop"
      type: "Python"
      bottom: "data"
      top: "crop"
      python_param { module: "crop_layer.py" layer: "CropLayer" }
      #                      ^^^^^^^^^^^^^^^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer {
      name: "crop"
      type: "Python"
      bottom: "data"
      top: "crop"
      python_param { module: "crop_layer" layer: "CropLayer" }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer {
      name: "crop"
      type: "Python"
      bottom: "data"
      top: "crop"
      python_param { module: "layers/crop_layer" layer: "CropLayer" }
      #                      ^^^^^^^^^^^^^^^^^^^
    }
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.rules.values import is_filled_in_later, quoted
from caffe_ls.text.edit import Edit


@layer_rule(
    "Python", category=Category.VERDICT, severity=Severity.ERROR, stage="init", fixable=True, fields=("module",)
)
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("python_param")
    written = own.text("module")
    has_suffix = written.endswith(".py")
    if not (has_suffix or "/" in written or "\\" in written) or is_filled_in_later(written):
        return
    place = own.place("module")
    name = ".".join(part for part in re.split(r"[/\\]", written.removesuffix(".py")) if part not in ("", ".", ".."))
    fixes = (fix(f"Write the module's name: `{name}`", Edit(place, quoted(name)), safe=True),) if name else ()
    if has_suffix:
        yield Finding(place, f"`{written}` is a file's name: a module is named without `.py`", fixes)
    else:
        message = f"`{written}` is a path: Python 3 finds no module of that name"
        yield Finding(place, message, fixes, severity=Severity.WARNING)
