"""Messages as Caffe reads them: values by the field's name, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from caffe_ls.syntax.tree import Field, Message, Scalar
from caffe_ls.syntax.values import bool_value, float_value, integer_value, string_value
from caffe_ls.text.span import Span

# No field holds what has more than 64 bits; such a number is as wrong as a word.
_BEYOND = 1 << 64

Value: TypeAlias = "Scalar | Message | Group"


class Group:
    """A message's values by field; one that the upgrade made of several messages reads like any other.

    A value of the wrong kind counts as absent: rules of format speak of it.
    """

    __slots__ = ("_groups", "fields", "span")

    def __init__(self, fields: Mapping[str, Sequence[Value]], span: Span) -> None:
        self.fields = fields
        self.span = span
        self._groups: dict[str, list[Group]] = {}

    @classmethod
    def of(cls, message: Message) -> Group:
        """The message as it is written."""
        return cls.of_fields(message.fields, message.span)

    @classmethod
    def of_fields(cls, written: Iterable[Field], span: Span) -> Group:
        """A message that has no brackets of its own: a file's top-level fields."""
        fields: dict[str, list[Value]] = {}
        for field in written:
            fields.setdefault(field.name, []).extend(field.values)
        return cls(fields, span)

    def has(self, name: str) -> bool:
        """Whether the field is given, with whatever value."""
        return bool(self.fields.get(name))

    def count(self, name: str) -> int:
        """How many values the field has."""
        return len(self.fields.get(name, ()))

    def place(self, name: str, index: int = 0) -> Span:
        """Where a value of the field stands; the whole message where the field is not given."""
        values = self.fields.get(name, ())
        return values[min(index, len(values) - 1)].span if values else self.span

    def scalars(self, name: str) -> list[Scalar]:
        """The field's values that are no messages."""
        return [value for value in self.fields.get(name, ()) if isinstance(value, Scalar)]

    def integer(self, name: str, default: int = 0) -> int:
        """A number field's value."""
        return next(iter(self.integers(name)), default) if name in self.fields else default

    def integers(self, name: str) -> list[int]:
        """The values of a repeated number field."""
        found = (integer_value(value) for value in self.scalars(name))
        return [number for number in found if number is not None and -_BEYOND < number < _BEYOND]

    def number(self, name: str, default: float = 0.0) -> float:
        """A float field's value."""
        return next(iter(self.numbers(name)), default) if name in self.fields else default

    def numbers(self, name: str) -> list[float]:
        """The values of a repeated float field."""
        return [number for value in self.scalars(name) if (number := float_value(value)) is not None]

    def flag(self, name: str, default: bool = False) -> bool:
        """A bool field's value."""
        return next(iter(self.flags(name)), default) if name in self.fields else default

    def flags(self, name: str) -> list[bool]:
        """The values of a repeated bool field."""
        return [flag for value in self.scalars(name) if (flag := bool_value(value)) is not None]

    def text(self, name: str, default: str = "") -> str:
        """A string field's value."""
        return next(iter(self.texts(name)), default) if name in self.fields else default

    def texts(self, name: str) -> list[str]:
        """The values of a repeated string field."""
        return [text for value in self.scalars(name) if (text := string_value(value)) is not None]

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
        return next(iter(self.groups(name)), None) or Group({}, self.span)

    def groups(self, name: str) -> list[Group]:
        """The values of a repeated message field; kept, since they are asked for again and again."""
        known = self._groups.get(name)
        if known is None:
            known = self._groups[name] = [
                value if isinstance(value, Group) else Group.of(value)
                for value in self.fields.get(name, ())
                if not isinstance(value, Scalar)
            ]
        return known

    def replaced(self, fields: Mapping[str, Sequence[Value]]) -> Group:
        """The group with other values for some fields."""
        return Group({**self.fields, **fields}, self.span)
