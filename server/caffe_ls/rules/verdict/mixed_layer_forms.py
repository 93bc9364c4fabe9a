"""Layers of today's form and of an older form stand in one file.

Caffe upgrades a file with `layers { ... }` as a whole and refuses one that has `layer { ... }` too: `Refusing to
upgrade inconsistent NetParameter input`. Older versions and forks drop the `layer` blocks without a word, as today's
Caffe does where the `layers` are of the oldest form; see `dropped-layers`.

Source: upgrade_proto.cpp (UpgradeV1Net).

Bad:
    layer { name: "data" type: "Input" top: "data" }
    layers {
    #<^^^^
      name: "relu1"
      type: RELU
      bottom: "data"
      top: "data"
    }

Good:
    layer { name: "data" type: "Input" top: "data" }
    layer {
      name: "relu1"
      type: "ReLU"
      bottom: "data"
      top: "data"
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Related, fix
from caffe_ls.rules.layers import layer_of, layers_of
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.text.edit import Edit


@refusal_rule(Fault.MIXED_LAYER_FORMS, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    new = next((base, layer) for base, _, layer in layers_of(view.document) if layer.form == "layer")
    yield Related(new[1].field.name_span.shift(new[0]), "today's form")
    edits = _edits(view.document)
    if edits:
        yield fix("Write all layers in today's form", *edits, safe=True)


def _edits(document: PrototxtDocument) -> tuple[Edit, ...]:
    """Edits that bring every old layer to today's form; none when one of them cannot be."""
    # Imported where it is used: every start would wait for it.
    from caffe_ls.schema.upgrade.upgrading import upgrade_layer_edits

    edits: list[Edit] = []
    for index, entry in enumerate(document.file.entries):
        layer = layer_of(entry)
        if layer is not None and layer.form == "layers":
            found = upgrade_layer_edits(document.file, index)
            if not found:
                return ()
            edits += found
    return tuple(edits)
