"""The one table of all dialects' messages, fields, enums and layer types, each with the set of dialects that has it.

Sets of dialects are bit masks: bit `i` stands for `DIALECT_NAMES[i]`. The table is made by tools/build_catalog.py.
"""

from __future__ import annotations

import json
import pkgutil
from functools import cache
from typing import NamedTuple

from caffe_ls.schema.model import Field, Label


class FieldShape(NamedTuple):
    """What text format can tell of a field: how often, of which type, and of which message or enum."""

    label: Label
    type: str
    type_name: str


class FieldVariant(NamedTuple):
    """One declaration of a field, and the dialects in which it reads exactly so."""

    mask: int
    number: int
    shape: FieldShape
    default: str | None
    packed: bool

    def field(self, name: str) -> Field:
        """The variant as a schema's field."""
        return Field(
            name, self.number, self.shape.label, self.shape.type, self.shape.type_name, self.default, self.packed
        )


class MergedTable:
    """The table as read; loaded once, built piece by piece at first question."""

    def __init__(self, data: bytes) -> None:
        raw = json.loads(data)
        self.dialect_names: tuple[str, ...] = tuple(raw["dialects"])
        self.sources: tuple[str, ...] = tuple(raw["sources"])
        self.everywhere: int = (1 << len(self.dialect_names)) - 1
        self.layer_types: dict[str, int] = raw["layer_types"]
        self.typed: int = raw["typed"]
        self._shapes: list[FieldShape] = [FieldShape(*shape) for shape in raw["shapes"]]
        self._messages: dict[str, tuple[int, dict[str, list[list[int | str | None]]]]] = raw["messages"]
        self._enums: dict[str, list[tuple[int, dict[str, int]]]] = raw["enums"]
        self._variants: dict[tuple[str, str], tuple[FieldVariant, ...]] = {}

    def names(self, mask: int) -> tuple[str, ...]:
        """The dialects of a mask, in the order in which ties are decided."""
        return tuple(name for index, name in enumerate(self.dialect_names) if mask >> index & 1)

    def mask(self, dialect: str) -> int:
        """The mask of one dialect, by its exact name."""
        return 1 << self.dialect_names.index(dialect)

    def message_names(self, mask: int) -> list[str]:
        """The messages that at least one dialect of `mask` has."""
        return [name for name, (where, _) in self._messages.items() if where & mask]

    def message_mask(self, message: str) -> int:
        """The dialects that have this message."""
        found = self._messages.get(message)
        return 0 if found is None else found[0]

    def field_names(self, message: str) -> list[str]:
        """The fields that `message` has in any dialect, in the order of their declaration."""
        found = self._messages.get(message)
        return [] if found is None else list(found[1])

    def variants(self, message: str, field: str) -> tuple[FieldVariant, ...]:
        """Every declaration of a field; their masks do not overlap. Empty when no dialect has it."""
        key = (message, field)
        known = self._variants.get(key)
        if known is None:
            found = self._messages.get(message)
            rows = () if found is None else found[1].get(field, ())
            known = tuple(self._variant(row) for row in rows)
            self._variants[key] = known
        return known

    def enum_names(self, mask: int) -> list[str]:
        """The enums that at least one dialect of `mask` has."""
        return [name for name, versions in self._enums.items() if any(where & mask for where, _ in versions)]

    def enum_versions(self, enum: str) -> list[tuple[int, dict[str, int]]]:
        """Each set of values of an enum with the dialects that have exactly it. Not to be changed."""
        return self._enums.get(enum, [])

    def enum_value_mask(self, enum: str, value: str) -> int:
        """The dialects in which `value` is a name of the enum."""
        found = 0
        for where, values in self.enum_versions(enum):
            if value in values:
                found |= where
        return found

    def _variant(self, row: list[int | str | None]) -> FieldVariant:
        mask, number, shape, *rest = row
        assert isinstance(mask, int) and isinstance(number, int) and isinstance(shape, int)
        default = rest[0] if rest else None
        assert default is None or isinstance(default, str)
        return FieldVariant(mask, number, self._shapes[shape], default, len(rest) > 1 and bool(rest[1]))


@cache
def merged_table() -> MergedTable:
    """The table of the bundled dialects."""
    data = pkgutil.get_data("caffe_ls.schema", "bundled/catalog.json")
    assert data is not None, "the package's loader can read files"
    return MergedTable(data)
