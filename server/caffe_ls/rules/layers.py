"""The layers of a net's text as rules see them: their form, name and type, and in which phases Caffe builds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.syntax.tree import Entry, Field, Message, Scalar
from caffe_ls.syntax.values import integer_value, string_value

PHASES = ("TRAIN", "TEST")

LayerForm = Literal["layer", "layers", "v0"]


class WrittenLayer(NamedTuple):
    """A layer as written; offsets are those of its entry.

    `form` is `layer` for today's, `layers` for V1, `v0` for V0's `layers { layer { ... } }`. `message` holds name, type
    and parameters: of V0 the inner one.
    """

    form: LayerForm
    field: Field
    message: Message
    name: str | None

    @property
    def type_field(self) -> Field | None:
        """The field that names the type."""
        return self.message.first("type")

    @property
    def type_text(self) -> str | None:
        """The type as written: the string's text, or V1's enum value; None where it is missing or no such thing."""
        field = self.type_field
        if field is None or not isinstance(field.value, Scalar):
            return None
        if self.form == "layers":
            return field.value.text if field.value.kind in ("identifier", "integer") else None
        return string_value(field.value)


class NetConditions(NamedTuple):
    """What a net file says of its own state; the phase is the run's."""

    level: int = 0
    stages: frozenset[str] = frozenset()


def layer_of(entry: Entry) -> WrittenLayer | None:
    """The layer that an entry is, or None; kept with the entry."""
    known = entry.cache.get(layer_of, False)
    if known is False:
        known = entry.cache[layer_of] = _layer_of(entry)
    return known  # type: ignore[return-value]


def layers_of(document: PrototxtDocument) -> Iterator[tuple[int, Entry, WrittenLayer]]:
    """The layers of a document, each with its entry and the entry's offset."""
    for base, entry in document.file:
        layer = layer_of(entry)
        if layer is not None:
            yield base, entry, layer


def layer_name(entry: Entry) -> str | None:
    """The name of the layer that an entry is; None for a layer without one, and for other entries."""
    layer = layer_of(entry)
    return None if layer is None else layer.name


def _layer_of(entry: Entry) -> WrittenLayer | None:
    field = entry.field
    if field is None or field.name not in ("layer", "layers") or not isinstance(field.value, Message):
        return None
    message = field.value
    form: LayerForm = "layer" if field.name == "layer" else "layers"
    inner = message.first("layer") if form == "layers" else None
    if inner is not None and isinstance(inner.value, Message):
        form, message = "v0", inner.value
    name = message.first("name")
    return WrittenLayer(form, field, message, _name(name))


def _name(field: Field | None) -> str | None:
    if field is None or not isinstance(field.value, Scalar):
        return None
    return field.value.text if field.value.kind == "identifier" else string_value(field.value)


def conditions_of(document: PrototxtDocument) -> NetConditions:
    """Level and stages that the file's `state { ... }` sets."""
    for entry in document.file.entries:
        field = entry.field
        if field is not None and field.name == "state" and isinstance(field.value, Message):
            return NetConditions(_integer(field.value, "level") or 0, frozenset(_strings(field.value, "stage")))
    return NetConditions()


def phases_of(layer: WrittenLayer, conditions: NetConditions) -> tuple[str, ...]:
    """The phases in which Caffe builds the layer, of TRAIN and TEST (net.cpp, Net::FilterNet)."""
    outer = layer.field.value
    assert isinstance(outer, Message)
    rules = [field for field in outer.fields if field.name in ("include", "exclude")]
    if not rules:
        return PHASES
    included = [value for field in rules if field.name == "include" for value in field.values]
    excluded = [value for field in rules if field.name == "exclude" for value in field.values]
    return tuple(
        phase
        for phase in PHASES
        if (any(_meets(rule, phase, conditions) for rule in included) if included else True)
        and not any(_meets(rule, phase, conditions) for rule in excluded)
    )


def stages_wanted(layer: WrittenLayer) -> tuple[str, ...]:
    """The stages that the layer's include rules name."""
    outer = layer.field.value
    assert isinstance(outer, Message)
    return tuple(
        stage
        for field in outer.named("include")
        for value in field.values
        if isinstance(value, Message)
        for stage in _strings(value, "stage")
    )


def _meets(rule: Message | Scalar, phase: str, conditions: NetConditions) -> bool:
    """Whether the state meets a rule (net.cpp, Net::StateMeetsRule)."""
    if not isinstance(rule, Message):
        return True
    wanted = rule.first("phase")
    if wanted is not None and isinstance(wanted.value, Scalar) and wanted.value.text not in (phase, _number(phase)):
        return False
    lowest, highest = _integer(rule, "min_level"), _integer(rule, "max_level")
    return (
        (lowest is None or conditions.level >= lowest)
        and (highest is None or conditions.level <= highest)
        and conditions.stages.issuperset(_strings(rule, "stage"))
        and conditions.stages.isdisjoint(_strings(rule, "not_stage"))
    )


def _number(phase: str) -> str:
    return str(PHASES.index(phase))


def _integer(message: Message, name: str) -> int | None:
    field = message.first(name)
    return integer_value(field.value) if field is not None and isinstance(field.value, Scalar) else None


def _strings(message: Message, name: str) -> list[str]:
    texts = [
        string_value(value) for field in message.named(name) for value in field.values if isinstance(value, Scalar)
    ]
    return [text for text in texts if text is not None]
