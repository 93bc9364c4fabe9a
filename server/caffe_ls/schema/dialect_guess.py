"""Which dialect a file is written in, told from what it uses.

Every field, value shape, enum value and layer type of a file speaks for the dialects that have it. The walk goes down
the merged table of all dialects: where a field leads to different messages in different dialects, it follows all of
them at once. What no dialect has (a typing error) says nothing, and what all have is not recorded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

from caffe_ls.immutable import dataclass
from caffe_ls.schema.catalog import ANY, BVLC, load, messages_with_field
from caffe_ls.schema.merged_table import FieldShape, MergedTable, merged_table
from caffe_ls.schema.model import FLOAT_TYPES, NET_MESSAGE, TEXT_TYPES
from caffe_ls.schema.validation import INTEGER_RANGES
from caffe_ls.syntax.tree import Entry, Field, File, ListValue, Message, Scalar
from caffe_ls.syntax.values import bool_value, float_value, integer_value, string_value

UsageKind = Literal["field", "value", "list", "repetition", "enum-value", "missing", "layer-type"]

# A layer type is a name in a string: a custom layer must not decide against a dialect whose format fits.
_LAYER_TYPES: frozenset[UsageKind] = frozenset({"layer-type"})
# A forgotten required field and one given twice are mistakes more often than the mark of a fork.
_SLIPS: frozenset[UsageKind] = frozenset({"missing", "repetition"})
_WEAK_KINDS = _LAYER_TYPES | _SLIPS
_STRONG_KINDS: frozenset[UsageKind] = frozenset({"field", "value", "list", "enum-value"})


@dataclass(frozen=True, slots=True, eq=False)
class Usage:
    """Something that some dialects have and others have not; one object for each such thing, compared by identity.

    `message` is the message as the first dialect that has it calls it, `value` the enum value, layer type or kind of
    value in question. `allowed` and `excluded` are masks of the merged table; a dialect in neither lacks something
    further out already, and is not counted twice.
    """

    kind: UsageKind
    message: str
    field: str
    value: str
    allowed: int
    excluded: int

    @property
    def dialects(self) -> tuple[str, ...]:
        """The dialects that have it."""
        return merged_table().names(self.allowed)

    @property
    def is_weak(self) -> bool:
        """Whether it only decides between dialects whose format fits equally."""
        return self.kind in _WEAK_KINDS


@dataclass(frozen=True, slots=True)
class Guess:
    """The dialect that fits best.

    `candidates` are all dialects in which everything used has its place, best first; empty when there is none.
    `reasons` are the usages that speak against BVLC's master, `unexplained` those that the guessed dialect does not
    have; both in order of appearance, without layer types.
    """

    dialect: str
    candidates: tuple[str, ...]
    reasons: tuple[Usage, ...]
    unexplained: tuple[Usage, ...]


def usages_of(entry: Entry, root_message: str = NET_MESSAGE) -> tuple[Usage, ...]:
    """What a top-level entry uses that not all dialects have, each occurrence; kept in the entry's own cache."""
    key = (usages_of, root_message)
    known = entry.cache.get(key)
    if known is None:
        known = entry.cache[key] = _walk(entry.field, root_message) if entry.field is not None else ()
    return known  # type: ignore[return-value]


def usages_of_file(file: File, root_message: str = NET_MESSAGE) -> list[Usage]:
    """What a whole file uses that not all dialects have, each occurrence, in the order of the file."""
    found: list[Usage] = []
    steps = _root(root_message).steps
    given: set[str] = set()
    for entry in file.entries:
        found += usages_of(entry, root_message)
        if entry.field is not None:
            step = steps.get(entry.field.name)
            if step is not None and step.twice is not None:
                if step.name in given:
                    found.append(step.twice)
                given.add(step.name)
    return found


def guess(usages: Iterable[Usage], linked: Iterable[Usage] = (), known_types_dialect: str | None = None) -> Guess:
    """The dialect of a file that uses `usages`.

    `linked` are the usages of the files that belong to it (its solver, its nets): they decide between dialects that fit
    the file itself equally well, and so does `known_types_dialect`, which a log's list of known layer types gave away.
    Then count layer types, then, unless BVLC's format fits, what may be slips of the pen, then the order of
    `dialects()`, which BVLC's master leads.

    When no dialect fits all, it is the one that would complain least, BVLC's master on ties. Where that is a fork, and
    all that it lacks are features of other forks, the file belongs to a fork of several forks, of which there are many
    that nobody can bundle: `any` is the honest answer then, with `unexplained` saying what the best one lacks.
    """
    table = merged_table()
    own = Counter(usages)
    around = Counter(linked)
    strong = [usage for usage in own if not usage.is_weak]
    names = table.dialect_names
    complaints = _complaints(table, own, _STRONG_KINDS)
    elsewhere = _complaints(table, around, _STRONG_KINDS)
    layer_types = _complaints(table, own + around, _LAYER_TYPES)
    slips = _complaints(table, own + around, _SLIPS)
    bvlc_fits = not complaints[0] and not elsewhere[0]

    indexes = range(len(names))
    has_other_types = [known_types_dialect is not None and name != known_types_dialect for name in names]
    if bvlc_fits:
        slips = [0] * len(names)
    badness = zip(complaints, elsewhere, has_other_types, layer_types, slips, indexes, strict=True)
    order = [index for *_, index in sorted(badness)]
    best = order[0]
    refused = _complaints(table, own, _STRONG_KINDS | _SLIPS)
    candidates = tuple([names[index] for index in order if not refused[index]])
    against_bvlc = tuple(usage for usage in strong if usage.excluded & 1)
    against_best = tuple(usage for usage in strong if usage.excluded >> best & 1)
    if not candidates and _is_mixed(names[best], against_best):
        return Guess(ANY, (), against_bvlc, against_best)
    return Guess(names[best], candidates, against_bvlc, against_best)


def _is_mixed(best: str, against_best: tuple[Usage, ...]) -> bool:
    """Whether the best dialect lacks nothing but whole features whose very names it does not know.

    A fork of two forks looks so. A field that is misplaced, given twice or given a wrong value has a name that the
    dialect knows, and stays a mistake, even where some other dialect would take it.
    """
    schema = load(best)
    return best != BVLC and all(
        usage.kind == "field" and not messages_with_field(schema, usage.field) for usage in against_best
    )


def _complaints(table: MergedTable, usages: Mapping[Usage, int], kinds: frozenset[UsageKind]) -> list[int]:
    """How often each dialect would complain, by its index, about usages of these kinds."""
    found = [0] * len(table.dialect_names)
    for usage, times in usages.items():
        if usage.kind in kinds:
            excluded = usage.excluded
            while excluded:
                found[(excluded & -excluded).bit_length() - 1] += times
                excluded &= excluded - 1
    return found


class _Place:
    """A place in the format: the messages that may stand there, each with the dialects in which it does."""

    __slots__ = ("alive", "messages", "required", "steps")

    def __init__(self, messages: tuple[tuple[str, int], ...]) -> None:
        self.messages = messages
        self.alive = _union(mask for _, mask in messages)
        # Filled as files use the fields; what is computed for a step depends on the table alone.
        self.steps: dict[str, _Step] = {}
        self.required = _missing_fields(self)


class _Step:
    """A field at a place of the format, in all dialects at once; holds what each way to give it tells.

    `alive` are the dialects that have the field there. `field` is the usage of the field itself, `inner` the place that
    its braces open.
    """

    __slots__ = ("alive", "by_text", "field", "inner", "listed", "message", "messages", "name", "scalars", "shapes",
                 "twice")  # fmt: skip

    def __init__(self, place: _Place, name: str) -> None:
        table = merged_table()
        self.name = name
        self.shapes: list[tuple[int, FieldShape]] = []
        self.message = ""
        for message, mask in place.messages:
            for variant in table.variants(message, name):
                if variant.mask & mask:
                    self.message = self.message or message
                    self.shapes.append((variant.mask & mask, variant.shape))
        self.alive = _union(mask for mask, _ in self.shapes)
        inner: dict[str, int] = {}
        for mask, shape in self.shapes:
            if shape.type == "message":
                inner[shape.type_name] = inner.get(shape.type_name, 0) | mask
        self.inner = _place(tuple(inner.items())) if inner else None
        repeated = _union(mask for mask, shape in self.shapes if shape.label == "repeated")
        self.field = self._usage("field", "", self.alive, place.alive)
        self.messages = self._usage("value", "message", _union(inner.values()), self.alive)
        self.listed = self._usage("list", "list", repeated, self.alive)
        self.twice = self._usage("repetition", "", repeated, self.alive)
        self.by_text = self._is_layer_type or _text_decides([shape for _, shape in self.shapes])
        self.scalars: dict[str, Usage | None] = {}

    @property
    def _is_layer_type(self) -> bool:
        return self.name == "type" and self.message == "LayerParameter"

    def scalar(self, value: Scalar) -> Usage | None:
        """What a value that is no message tells besides the field's name."""
        if value.kind == "broken":
            return None
        if self._is_layer_type and value.kind == "string":
            return self._layer_type(string_value(value) or "") or self._value(value)
        return self._value(value)

    def _value(self, value: Scalar) -> Usage | None:
        allowed = _union(_taking(mask, shape, value) for mask, shape in self.shapes)
        if value.kind == "identifier" and any(shape.type == "enum" for _, shape in self.shapes):
            return self._usage("enum-value", value.text, allowed, self.alive)
        return self._usage("value", value.kind, allowed, self.alive)

    def _layer_type(self, layer_type: str) -> Usage | None:
        # A Python layer is whatever its module makes of it, in every dialect.
        if layer_type == "Python":
            return None
        table = merged_table()
        registered = table.layer_types.get(layer_type, 0)
        if registered & 1:
            # What BVLC has is likely to be in those, too, whose registered types are not known.
            registered |= table.everywhere & ~table.typed
        strings = _union(mask for mask, shape in self.shapes if shape.type == "string")
        return self._usage("layer-type", layer_type, registered & strings, strings)

    def _usage(self, kind: UsageKind, value: str, allowed: int, among: int) -> Usage | None:
        excluded = among & ~allowed
        return Usage(kind, self.message, self.name, value, allowed, excluded) if allowed and excluded else None


def _walk(top: Field, root_message: str) -> tuple[Usage, ...]:
    found: list[Usage] = []
    # An explicit stack: hostile text nests deeper than Python recurses.
    waiting: list[tuple[list[Field], _Place]] = [([top], _root(root_message))]
    is_top = True
    while waiting:
        fields, place = waiting.pop()
        steps = place.steps
        given: set[str] | None = None
        for field in fields:
            name = field.name
            step = steps.get(name)
            if step is None:
                step = steps[name] = _Step(place, name)
            if step.field is not None:
                found.append(step.field)
            if step.twice is not None:
                given = given or set()
                if name in given:
                    found.append(step.twice)
                given.add(name)
            value = field.value
            if value.__class__ is Scalar:
                # As in `_scalar_usage`, without the call: this is what nearly all fields hold.
                key = value.text if step.by_text else value.kind
                usage = step.scalars[key] if key in step.scalars else _scalar_usage(step, value)
                if usage is not None:
                    found.append(usage)
            elif value.__class__ is Message:
                if step.messages is not None:
                    found.append(step.messages)
                if step.inner is not None:
                    waiting.append((value.fields, step.inner))
            elif value.__class__ is ListValue:
                _walk_list(step, value, waiting, found)
        if place.required and not is_top:
            names = {field.name for field in fields}
            found += [usage for name, usage in place.required.items() if name not in names]
        is_top = False
    return tuple(found)


def _walk_list(step: _Step, value: ListValue, waiting: list[tuple[list[Field], _Place]], found: list[Usage]) -> None:
    if step.listed is not None:
        found.append(step.listed)
    for item in value.values:
        if isinstance(item, Message):
            if step.messages is not None:
                found.append(step.messages)
            if step.inner is not None:
                waiting.append((item.fields, step.inner))
        else:
            usage = _scalar_usage(step, item)
            if usage is not None:
                found.append(usage)


def _scalar_usage(step: _Step, value: Scalar) -> Usage | None:
    key = value.text if step.by_text else value.kind
    scalars = step.scalars
    if key in scalars:
        return scalars[key]
    usage = step.scalar(value)
    # A place that many different texts pass through, hostile or not, must not grow without end.
    if len(scalars) < _TEXTS_KEPT:
        scalars[key] = usage
    return usage


_TEXTS_KEPT = 1000


@cache
def _root(message: str) -> _Place:
    return _place(((message, merged_table().message_mask(message)),))


@cache
def _place(messages: tuple[tuple[str, int], ...]) -> _Place:
    return _Place(messages)


def _missing_fields(place: _Place) -> dict[str, Usage]:
    """What it tells that a field is not given which some of the dialects require."""
    table = merged_table()
    demanding: dict[str, int] = {}
    for message, mask in place.messages:
        for name in table.field_names(message):
            for variant in table.variants(message, name):
                if variant.shape.label == "required" and variant.mask & mask:
                    demanding[name] = demanding.get(name, 0) | variant.mask & mask
    return {
        name: Usage("missing", place.messages[0][0], name, "", place.alive & ~mask, mask)
        for name, mask in demanding.items()
        if place.alive & ~mask
    }


def _text_decides(shapes: list[FieldShape]) -> bool:
    """Whether two values of one kind may be right in different dialects."""
    types = {(shape.type, shape.type_name) for shape in shapes}
    if any(type_ == "enum" for type_, _ in types):
        return True
    return len({type_ for type_, _ in types if type_ not in TEXT_TYPES and type_ not in FLOAT_TYPES}) > 1


def _taking(mask: int, shape: FieldShape, value: Scalar) -> int:
    """The dialects of `mask`, whose field has this shape, that take the value."""
    if shape.type == "enum":
        return mask & _enum_mask(shape.type_name, value)
    if shape.type in INTEGER_RANGES:
        # A sign tells dialects apart (`axis: -1`); a number beyond 32 bits is a mistake, not the mark of a wider type.
        takes = value.kind == "integer" and not (value.text[0] == "-" and INTEGER_RANGES[shape.type][0] == 0)
    elif shape.type in TEXT_TYPES:
        takes = value.kind == "string"
    elif shape.type in FLOAT_TYPES:
        takes = float_value(value) is not None
    else:
        takes = shape.type == "bool" and bool_value(value) is not None
    return mask if takes else 0


def _enum_mask(enum: str, value: Scalar) -> int:
    table = merged_table()
    if value.kind == "identifier":
        return table.enum_value_mask(enum, value.text)
    number = integer_value(value)
    return _union(where for where, values in table.enum_versions(enum) if number in values.values())


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
