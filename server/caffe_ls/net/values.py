"""Messages as Caffe reads them: values by the field's name, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from caffe_ls.syntax.tree import Field, Message, Scalar
from caffe_ls.syntax.values import bool_value, float_value, integer_value, string_value
from caffe_ls.text.span import Span

# No field holds what has more than 64 bits; such a number is as wrong as a word.
_BEYOND = 1 << 64

Value: TypeAlias = "Scalar | Message | Group"


_Read = TypeVar("_Read")


def _integer(value: Scalar) -> int | None:
    number = integer_value(value)
    return number if number is not None and -_BEYOND < number < _BEYOND else None


class Group:
    """A message's values by field; one that the upgrade made of several messages reads like any other.

    A value of the wrong kind counts as absent: rules of format speak of it.
    """

    __slots__ = ("_groups", "_place", "_read", "fields")

    def __init__(self, fields: Mapping[str, Sequence[Value]], place: Span | Message) -> None:
        self.fields = fields
        self._place = place
        # What was asked for, which is asked for again and again: by the field's name, and by the way of reading it too.
        self._groups: dict[str, list[Group]] = {}
        self._read: dict[object, object] = {}

    @classmethod
    def of(cls, message: Message) -> Group:
        """The message as it is written."""
        return cls.of_fields(message.fields, message)

    @classmethod
    def of_fields(cls, written: Iterable[Field], place: Span | Message) -> Group:
        """A message that has no brackets of its own: a file's top-level fields."""
        fields: dict[str, list[Value]] = {}
        for field in written:
            name, value = field.name, field.value
            if not isinstance(value, (Scalar, Message)):
                fields.setdefault(name, []).extend(field.values)
            elif name in fields:
                fields[name].append(value)
            else:
                fields[name] = [value]
        return cls(fields, place)

    @property
    def span(self) -> Span:
        """Where the message stands."""
        return self._place.span if isinstance(self._place, Message) else self._place

    def has(self, name: str) -> bool:
        """Whether the field is given, with whatever value."""
        return name in self.fields and bool(self.fields[name])

    def count(self, name: str) -> int:
        """How many values the field has."""
        return len(self.fields[name]) if name in self.fields else 0

    def place(self, name: str, index: int = 0) -> Span:
        """Where a value of the field stands; the whole message where the field is not given."""
        values = self.fields.get(name, ())
        return values[min(index, len(values) - 1)].span if values else self.span

    def scalars(self, name: str) -> list[Scalar]:
        """The field's values that are no messages."""
        return [value for value in self.fields.get(name, ()) if isinstance(value, Scalar)]

    def integer(self, name: str, default: int = 0) -> int:
        """A number field's value."""
        return found[0] if name in self.fields and (found := self._values(name, _integer)) else default

    def integers(self, name: str) -> Sequence[int]:
        """The values of a repeated number field."""
        return self._values(name, _integer)

    def number(self, name: str, default: float = 0.0) -> float:
        """A float field's value."""
        return found[0] if name in self.fields and (found := self._values(name, float_value)) else default

    def numbers(self, name: str) -> Sequence[float]:
        """The values of a repeated float field."""
        return self._values(name, float_value)

    def flag(self, name: str, default: bool = False) -> bool:
        """A bool field's value."""
        return found[0] if name in self.fields and (found := self._values(name, bool_value)) else default

    def flags(self, name: str) -> Sequence[bool]:
        """The values of a repeated bool field."""
        return self._values(name, bool_value)

    def text(self, name: str, default: str = "") -> str:
        """A string field's value."""
        return found[0] if name in self.fields and (found := self._values(name, string_value)) else default

    def texts(self, name: str) -> Sequence[str]:
        """The values of a repeated string field."""
        return self._values(name, string_value)

    def choice(self, name: str, names: Sequence[str], default: str = "") -> str:
        """An enum field's value by name; `names` are those of the numbers from 0, the first being the usual default."""
        for value in self.scalars(name):
            if value.kind == "identifier":
                return value.text
            number = integer_value(value)
            if number is not None and 0 <= number < len(names):
                return names[number]
        return default or names[0]

    def group(self, name: str) -> Group:
        """A message field's value; an empty one, in this message's place, where it is not given."""
        found = self._groups.get(name) or self.groups(name)
        return found[0] if found else Group({}, self._place)

    def groups(self, name: str) -> Sequence[Group]:
        """The values of a repeated message field."""
        if name not in self.fields:
            return ()
        known = self._groups.get(name)
        if known is None:
            known = self._groups[name] = []
            for value in self.fields[name]:
                if not isinstance(value, Scalar):
                    known.append(value if isinstance(value, Group) else Group.of(value))
        return known

    def _values(self, name: str, read: Callable[[Scalar], _Read | None]) -> Sequence[_Read]:
        values = self.fields.get(name)
        if values is None:
            return ()
        key = (name, read)
        known = self._read.get(key)
        if known is None:
            found: list[_Read] = []
            # A comprehension would be a call more, for each field of each layer.
            for value in values:
                one = read(value) if isinstance(value, Scalar) else None
                if one is not None:
                    found.append(one)
            known = self._read[key] = found
        return known  # type: ignore[return-value]

    def replaced(self, fields: Mapping[str, Sequence[Value]]) -> Group:
        """The group with other values for some fields."""
        return Group({**self.fields, **fields}, self._place)
