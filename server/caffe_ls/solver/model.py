"""A solver's fields as Caffe reads them: values, defaults and places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from caffe_ls.immutable import dataclass
from caffe_ls.schema.legacy_types import SOLVER_TYPES
from caffe_ls.text.span import Span

Plain: TypeAlias = "int | float | str | bool | None"

TRAIN_NET_FIELDS = ("net", "net_param", "train_net", "train_net_param")
"""The fields that give a train net, of which a solver has exactly one (solver.cpp, Solver::InitTrainNet)."""


@dataclass(frozen=True, slots=True)
class Given:
    """One value of a field as it is written, with its places in the file.

    `value` is a float32 for a float field, a name for an enum, and None for a message. `field` spans name and value.
    """

    name: str
    value: Plain
    span: Span
    name_span: Span
    field: Span


@dataclass(frozen=True, slots=True)
class Solver:
    """What a text says of a solver.

    `fields` holds what is given, `defaults` what the dialect's SolverParameter has for the rest, and `declared` which
    fields it has at all. A solver is `complete` when nothing in its text is refused: only then is a field that is not
    there known to be missing, and not merely misspelt.
    """

    fields: Mapping[str, tuple[Given, ...]]
    defaults: Mapping[str, Plain]
    declared: frozenset[str]
    dialect: str
    complete: bool

    def has(self, name: str) -> bool:
        """Whether the field is given."""
        return name in self.fields

    def count(self, name: str) -> int:
        """How many values the field is given."""
        return len(self.fields.get(name, ()))

    def given(self, name: str) -> tuple[Given, ...]:
        """The values of a field as they are written."""
        return self.fields.get(name, ())

    def first(self, *names: str) -> Given | None:
        """The first value that is given to one of these fields, in the order of the names."""
        return next((given for name in names for given in self.fields.get(name, ())), None)

    def number(self, name: str) -> float:
        """A float field's value, as a float32."""
        value = self._value(name)
        return float(value) if isinstance(value, (int, float)) else 0.0

    def integer(self, name: str) -> int:
        """An integer field's value."""
        value = self._value(name)
        return value if isinstance(value, int) else 0

    def integers(self, name: str) -> tuple[int, ...]:
        """The values of a repeated integer field."""
        return tuple(given.value for given in self.given(name) if isinstance(given.value, int))

    def text(self, name: str) -> str:
        """A string field's value, or an enum value's name."""
        value = self._value(name)
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        """A bool field's value."""
        return self._value(name) is True

    @property
    def type(self) -> str:
        """Which solver it is, `solver_type` of old solvers upgraded (upgrade_proto.cpp, UpgradeSolverType)."""
        old = self.first("solver_type")
        if old is not None and not self.has("type"):
            return SOLVER_TYPES.get(str(old.value), "SGD")
        return self.text("type") or "SGD"

    @property
    def max_iter(self) -> int:
        """How many iterations `caffe train` runs; 0 or less for none."""
        return self.integer("max_iter")

    @property
    def has_generic_net(self) -> bool:
        """Whether one text gives the train net and any number of test nets."""
        return self.has("net") or self.has("net_param")

    @property
    def named_test_nets(self) -> int:
        """How many nets are given for tests alone."""
        return self.count("test_net") + self.count("test_net_param")

    @property
    def test_nets(self) -> int:
        """How many test nets Caffe builds: the named ones, then the generic net once for each `test_iter` left over."""
        return max(self.count("test_iter"), self.named_test_nets) if self.has_generic_net else self.named_test_nets

    def _value(self, name: str) -> Plain:
        given = self.fields.get(name)
        return given[0].value if given else self.defaults.get(name)
