"""What the net makes of the name or the value under the cursor: of a layer, a blob, or a parameter of a layer."""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.analysis.cursor import Cursor, Step, cursor_at
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.features.blob_hover import blob_facts, input_facts
from caffe_ls.features.layer_hover import layer_facts, shapes_around
from caffe_ls.syntax.tree import Message, Scalar
from caffe_ls.syntax.values import string_value
from caffe_ls.text.span import Span


class NetFacts(NamedTuple):
    """Markdown, and the place that it is about.

    `names_its_own`: the place is a name that the user gave. `is_whole_layer`: it stands for its layer.
    """

    text: str
    span: Span
    names_its_own: bool = False
    is_whole_layer: bool = False


def net_facts(document: PrototxtDocument, offset: int) -> NetFacts | None:
    """What there is to say of the place in the nets that the document makes; None where there is nothing."""
    if document.template:
        return None
    cursor = cursor_at(document, offset)
    if cursor is None or cursor.on == "between":
        return None
    # The last one: in V0, a layer's name, type and parameters stand in a `layer` within.
    layer = next((at for at in reversed(range(len(cursor.path))) if _is_layer(cursor.path[at])), None)
    if layer is None:
        return _of_input(document, cursor)
    inside = _inside(cursor, layer, offset)
    below = [step.field.name for step in cursor.path[layer + 1 :]]
    on_value = cursor.on == "value"
    if not below or (on_value and below in (["name"], ["type"])):
        text, names_its_own, is_whole_layer = layer_facts(document, inside), below == ["name"], True
    elif on_value and below in (["bottom"], ["top"]):
        text, names_its_own, is_whole_layer = (
            blob_facts(document, inside, below[0], _index_of_value(cursor)),
            True,
            False,
        )
    elif below[0].endswith("_param"):
        text, names_its_own, is_whole_layer = shapes_around(document, inside), False, False
    else:
        return None
    return None if text is None else NetFacts(text, cursor.span, names_its_own, is_whole_layer)


def _is_layer(step: Step) -> bool:
    return step.field.name in ("layer", "layers") and step.declared is not None and step.declared.is_message


def _inside(cursor: Cursor, layer: int, offset: int) -> int:
    """A place between the layer's brackets."""
    value = cursor.path[layer].field.value
    return cursor.base + value.start if layer == len(cursor.path) - 1 and isinstance(value, Message) else offset


def _index_of_value(cursor: Cursor) -> int:
    """Which of its field's values in the message the cursor is on."""
    outer = cursor.path[-2].field
    around = [message for message in outer.values if isinstance(message, Message)]
    message = next(message for message in around if message.start <= cursor.step.field.start < message.end)
    values = [value for field in message.named(cursor.step.field.name) for value in field.values]
    return next(index for index, value in enumerate(values) if value is cursor.value)


def _of_input(document: PrototxtDocument, cursor: Cursor) -> NetFacts | None:
    if [step.field.name for step in cursor.path] != ["input"] or not isinstance(cursor.value, Scalar):
        return None
    name = string_value(cursor.value)
    text = None if name is None else input_facts(document, name)
    return None if text is None else NetFacts(text, cursor.span, names_its_own=True)
