"""Layers of today's form and of an older form stand in one file.

Caffe upgrades a file with `layers { ... }` as a whole and refuses one that has `layer { ... }` too: `Refusing to
upgrade inconsistent NetParameter input`. Older versions and forks, and today's Caffe where the `layers` are of the
oldest form (`layers { layer { ... } }`), drop the `layer` blocks without a word.

Source: upgrade_proto.cpp (UpgradeV1Net, UpgradeV0Net).

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

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Related, Severity, fix
from caffe_ls.rules.layers import layer_of, layers_of
from caffe_ls.rules.rule import document_rule
from caffe_ls.text.edit import Edit


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="upgrade", reads="net", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    written = [(base, layer) for base, _, layer in layers_of(document)]
    forms = {layer.form for _, layer in written}
    if "layer" not in forms or len(forms) == 1:
        return
    first = {form: next((base, layer) for base, layer in written if layer.form == form) for form in forms}
    old_base, old = first.get("layers") or first["v0"]
    new_base, new = first["layer"]
    others = sum(layer.form != "layer" for _, layer in written) - 1
    more = f" (and {others} more)" if others else ""
    edits = _edits(document) if "v0" not in forms else ()
    fixes = (fix("Write all layers in today's form", *edits, safe=True),) if edits else ()
    related = (Related(new.field.name_span.shift(new_base), "today's form"),)
    span = old.field.name_span.shift(old_base)
    if "v0" in forms:
        message = f"Caffe drops all `layer` blocks of a file with `layers {{ layer {{ ... }} }}`{more}"
        yield Finding(span, message, (), related, severity=Severity.WARNING)
        return
    message = f"`layers` of the older form beside `layer`{more}: Caffe refuses a file with both"
    yield Finding(span, message, fixes, related)


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
