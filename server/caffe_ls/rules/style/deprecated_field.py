"""A field that has been superseded.

Caffe still takes the field, some of them by upgrading the file at each start, with a warning in the log. The new form
is what the documentation and newer layers build on.

| old | today | |---|---| | `solver_type: ADAM` | `type: "Adam"` | | `input`, `input_dim`, `input_shape` at the top of a
net | a layer of type Input | | `scale`, `mean_file`, `crop_size`, `mirror` in `data_param` and its like | the same in
`transform_param` | | `normalize` in `loss_param` | `normalization` | | `num`, `channels`, `height`, `width` in
`dummy_data_param` | `shape` | | `rand_skip` in `data_param` | nothing: each solver reads a part of its own |

Source: caffe.proto; upgrade_proto.cpp (UpgradeSolverType, UpgradeNetInput, UpgradeNetDataTransformation).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    lr_policy: "fixed"
    solver_type: ADAM
    #<^^^^^^^^^

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    lr_policy: "fixed"
    type: "Adam"

Bad:
    layer {
      name: "loss"
      type: "SoftmaxWithLoss"
      loss_param { normalize: false }
      #            ^^^^^^^^^
    }
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Fix, Severity, fix
from caffe_ls.rules.rows import found_in_entries
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.whole_file import upgrade_fix
from caffe_ls.schema.legacy_types import SOLVER_TYPES
from caffe_ls.schema.model import NET_MESSAGE, SOLVER_MESSAGE, Schema
from caffe_ls.syntax.tree import Entry, Field, Message, Scalar
from caffe_ls.syntax.values import bool_value
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


class _Successor(NamedTuple):
    """What takes the place of a field, empty for nothing; `upgraded` where Caffe's own upgrade rewrites it.

    `message` and `field` must be there for the old one to be called old: an older fork has nothing else.
    """

    words: str
    message: str
    field: str
    upgraded: bool = False


_INPUT = _Successor("a layer of type Input", "LayerParameter", "input_param", upgraded=True)
_TRANSFORM = _Successor("the same field in `transform_param`", "LayerParameter", "transform_param", upgraded=True)
_SHAPE = _Successor("`shape`", "DummyDataParameter", "shape")

_OLD: dict[tuple[str, str], _Successor] = {
    (SOLVER_MESSAGE, "solver_type"): _Successor("`type`", SOLVER_MESSAGE, "type"),
    ("LossParameter", "normalize"): _Successor("`normalization`", "LossParameter", "normalization"),
    ("DataParameter", "rand_skip"): _Successor("", "DataParameter", "source"),
    **{(NET_MESSAGE, name): _INPUT for name in ("input", "input_dim", "input_shape")},
    **{
        (message, name): _TRANSFORM
        for message in ("DataParameter", "ImageDataParameter", "WindowDataParameter")
        for name in ("scale", "mean_file", "crop_size", "mirror")
    },
    **{("DummyDataParameter", name): _SHAPE for name in ("num", "channels", "height", "width")},
}
_NAMES = frozenset(name for _, name in _OLD)


@document_rule(category=Category.STYLE, severity=Severity.HINT, fixable=True, needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    told: set[str] = set()
    for base, entry, fields in found_in_entries(document, _old_fields, document.schema, document.root):
        for field, message, words, upgraded in fields:
            if message == NET_MESSAGE and message in told:
                continue  # One finding for all lines that describe the inputs.
            told.add(message)
            fixes = _own_fix(field, document, entry, base)
            if upgraded and not fixes and (message != NET_MESSAGE or "Input" in document.schema.layer_types):
                fixes = (upgrade_fix(document),)
            message = f"superseded by {words}" if words else "no longer of use"
            yield Finding(field.name_span.shift(base), f"`{field.name}` is {message}", fixes)


def _old_fields(entry: Entry, schema: Schema, root: str) -> list[tuple[Field, str, str, bool]]:
    """Old fields with the message they stand in and their successor, as deep as parameters of layers go."""
    found = []
    waiting = [] if entry.field is None else [(root, [entry.field])]
    while waiting:
        message, fields = waiting.pop()
        declarations = schema.message(message)
        if declarations is None:
            continue
        for field in fields:
            name = field.name
            declared = declarations.fields.get(name)
            if declared is None:
                continue
            if declared.deprecated:
                found.append((field, message, "another field, as the documentation of caffe.proto says", False))
            elif name in _NAMES and (message, name) in _OLD:
                successor = _OLD[message, name]
                if schema.field(successor.message, successor.field) is not None:
                    found.append((field, message, successor.words, successor.upgraded))
            inside = field.value
            if inside.__class__ is Message and declared.type == "message":
                telling = [one for one in inside.fields if one.value.__class__ is Message or one.name in _NAMES]
                if telling:
                    waiting.append((declared.type_name, telling))
    return found


def _own_fix(field: Field, document: PrototxtDocument, entry: Entry, base: int) -> tuple[Fix, ...]:
    """The fix of a field that has a name and value of its own in today's form."""
    if not isinstance(field.value, Scalar):
        return ()
    text = field.value.text
    if field.name == "solver_type" and text in SOLVER_TYPES and not _has(document, "type"):
        new = f'type: "{SOLVER_TYPES[text]}"'
        return (fix(f"Write `{new}`", _whole(field, base, new), safe=True),)
    if field.name == "normalize" and "normalization" not in entry.text:
        given = bool_value(field.value)
        if given is not None:
            new = f"normalization: {'VALID' if given else 'BATCH_SIZE'}"
            return (fix(f"Write `{new}`", _whole(field, base, new), safe=True),)
    return ()


def _whole(field: Field, base: int, new_text: str) -> Edit:
    return Edit(Span(field.start + base, field.end + base), new_text)


def _has(document: PrototxtDocument, name: str) -> bool:
    return any(entry.field is not None and entry.field.name == name for entry in document.file.entries)
