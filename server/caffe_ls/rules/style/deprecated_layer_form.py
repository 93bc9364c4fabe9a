"""Layers are written in an older form.

Until 2014 layers were `layers { type: CONVOLUTION ... }` (V1), before that `layers { layer { type: "conv" ... } }`
(V0). Caffe still reads both and upgrades them at each start, with a warning that future versions will not; layers newer
than 2014 (BatchNorm, Scale, PReLU, Python) have no name in the old forms, and a file that mixes the forms is refused.

`caffe-ls upgrade` writes today's form, as Caffe's own `upgrade_net_proto_text` does, with all comments kept.

Source: upgrade_proto.cpp (UpgradeV0Net, UpgradeV1Net, UpgradeNetAsNeeded).

Bad:
    name: "tiny"
    layers {
    #<^^^^
      name: "relu1"
      type: RELU
      bottom: "data"
      top: "data"
    }

Good:
    name: "tiny"
    layer {
      name: "relu1"
      type: "ReLU"
      bottom: "data"
      top: "data"
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.layers import older_layer
from caffe_ls.rules.rows import found_in_entries
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.whole_file import upgrade_fix


@document_rule(category=Category.STYLE, severity=Severity.HINT, reads="net", fixable=True, needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    if document.schema.message("LayerParameter") is None or document.schema.field(document.root, "layer") is None:
        return
    old = [(base, layer) for base, _, layer in found_in_entries(document, older_layer)]
    if not old:
        return
    base, layer = next(((base, layer) for base, layer in old if layer.form == "v0"), old[0])
    shown = "`layers { layer { ... } }`" if layer.form == "v0" else "`layers { ... }`"
    many = f"; {len(old)} layers of this file are" if len(old) > 1 else ""
    message = f"{shown} is an older form of `layer {{ ... }}`{many}"
    yield Finding(layer.field.name_span.shift(base), message, (upgrade_fix(document),))
