"""The layers of a net's text as rules see them: their form, name and type, and in which phases Caffe builds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets, phases_built
from caffe_ls.net.model import Phase
from caffe_ls.net.values import Group
from caffe_ls.syntax.tree import Entry, Field, Message, Scalar
from caffe_ls.syntax.values import string_value

NET_FIELDS = ("net_param", "train_net_param", "test_net_param")
"""The fields of a solver that hold a net."""

LayerForm = Literal["layer", "layers", "v0"]


class WrittenLayer(NamedTuple):
    """A layer as written; offsets are those of its entry.

    `form` is `layer` for today's, `layers` for V1, `v0` for V0's `layers { layer { ... } }`. `message` holds name, type
    and parameters: of V0 the inner one. `type_text` is the type as written: the string's text, or V1's enum value; None
    where it is missing or no such thing.
    """

    form: LayerForm
    field: Field
    message: Message
    name: str | None
    type_text: str | None

    @property
    def type_field(self) -> Field | None:
        """The field that names the type."""
        return self.message.first("type")


def layer_of(entry: Entry) -> WrittenLayer | None:
    """The layer that an entry is, or None; kept with the entry."""
    known = entry.cache.get(layer_of, False)
    if known is False:
        known = entry.cache[layer_of] = None if entry.field is None else _layer_of(entry.field)
    return known  # type: ignore[return-value]


def older_layer(entry: Entry) -> WrittenLayer | None:
    """The layer that an entry is, where it is not of today's form."""
    layer = layer_of(entry)
    return None if layer is None or layer.form == "layer" else layer


def layers_of(document: PrototxtDocument) -> Sequence[tuple[int, Entry, WrittenLayer]]:
    """The layers of a document, each with its entry and the entry's offset; kept, since many rules walk them."""
    known = document.cache.get(layers_of)
    if known is None:
        found = ((base, entry, layer_of(entry)) for base, entry in document.file)
        known = document.cache[layers_of] = [one for one in found if one[2] is not None]
    return known  # type: ignore[return-value]


def layers_in_solver(document: PrototxtDocument) -> Iterator[tuple[int, Entry, WrittenLayer]]:
    """The layers of the nets in a solver's own text, each with its entry and the entry's offset."""
    for base, entry in document.file:
        net = entry.field
        if net is None or net.name not in NET_FIELDS or not isinstance(net.value, Message):
            continue
        for field in net.value.named("layer"):
            layer = _layer_of(field)
            if layer is not None:
                yield base, entry, layer


def layer_name(entry: Entry) -> str | None:
    """The name of the layer that an entry is; None for a layer without one, and for other entries."""
    layer = layer_of(entry)
    return None if layer is None else layer.name


def _layer_of(field: Field) -> WrittenLayer | None:
    if field.name not in ("layer", "layers") or not isinstance(field.value, Message):
        return None
    message = field.value
    form: LayerForm = "layer" if field.name == "layer" else "layers"
    inner = message.first("layer") if form == "layers" else None
    if inner is not None and isinstance(inner.value, Message):
        form, message = "v0", inner.value
    name = message.first("name")
    return WrittenLayer(form, field, message, _name(name), _type(form, message.first("type")))


def _type(form: LayerForm, field: Field | None) -> str | None:
    if field is None or not isinstance(field.value, Scalar):
        return None
    if form == "layers":
        return field.value.text if field.value.kind in ("identifier", "integer") else None
    return string_value(field.value)


def _name(field: Field | None) -> str | None:
    if field is None or not isinstance(field.value, Scalar):
        return None
    return field.value.text if field.value.kind == "identifier" else string_value(field.value)


def phases_of(document: PrototxtDocument, base: int, layer: WrittenLayer) -> tuple[Phase, ...] | None:
    """The phases in which a layer is built, none named where it is in all that are judged; None where it never is.

    `base` is the offset of its entry. Layers of V0 have no rules.
    """
    assert isinstance(layer.field.value, Message)
    built = phases_built(document).get(base + layer.field.value.start)
    if layer.form == "v0":
        return ()
    judged = {net.phase for net in judged_nets(document)}
    return None if built is None else built if len(built) < len(judged) else ()


def stages_wanted(layer: WrittenLayer) -> tuple[str, ...]:
    """The stages that the layer's include rules name."""
    assert isinstance(layer.field.value, Message)
    rules = Group.of(layer.field.value).groups("include")
    return tuple(dict.fromkeys(stage for rule in rules for stage in rule.texts("stage")))
