"""The quick `dataclass`: what it makes behaves as the standard library's does."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass as standard_dataclass
from dataclasses import field as standard_field
from dataclasses import replace as standard_replace
from functools import cached_property
from typing import Any

import pytest

from caffe_ls.immutable import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    seen: list[int] = field(default_factory=list, compare=False, repr=False)

    def doubled(self) -> int:
        return self.x * 2


@standard_dataclass(frozen=True, slots=True)
class StandardPoint:
    x: int
    y: int = 2
    seen: list[int] = standard_field(default_factory=list, compare=False, repr=False)


@dataclass(frozen=True)
class Named:
    name: str = "conv1"

    @cached_property
    def shouted(self) -> str:
        return self.name.upper()


@dataclass(frozen=True, slots=True, eq=False)
class Unique:
    x: int


@pytest.mark.parametrize(
    "ask",
    [
        lambda make, _: make(1).y,
        lambda make, _: make(1, y=5).y,
        lambda make, _: make(1) == make(1, 2, [3]),
        lambda make, _: make(1) == make(2),
        lambda make, _: make(1) == (1, 2),
        lambda make, _: hash(make(1)) == hash(make(1, 2, [3])),
        lambda make, _: repr(make(1, seen=[3])).removeprefix("Standard"),
        lambda make, _: make(1).seen is make(1).seen,
        lambda make, copy: copy(make(1, 7, [3]), x=4).seen,
        lambda make, copy: copy(make(1, 7), x=4).y,
        lambda make, _: make.__match_args__,
        lambda make, _: hasattr(make(1), "__dict__"),
    ],
)
def test_objects_are_made_compared_shown_and_copied_as_the_standard_library_does(
    ask: Callable[[Any, Any], object],
) -> None:
    assert ask(Point, replace) == ask(StandardPoint, standard_replace)


@pytest.mark.parametrize(
    "wrong", [lambda make, _: make(), lambda make, _: make(1, z=2), lambda make, copy: copy(make(1), z=2)]
)
def test_a_field_that_is_missing_or_unknown_is_a_type_error(wrong: Callable[[Any, Any], object]) -> None:
    for make, copy in ((Point, replace), (StandardPoint, standard_replace)):
        with pytest.raises(TypeError):
            wrong(make, copy)


def test_objects_that_are_not_compared_by_their_fields_are_equal_to_themselves_only() -> None:
    one = Unique(1)
    assert one == one
    assert one != Unique(1)
    assert len({one, Unique(1)}) == 2


def test_what_a_property_computed_is_kept_and_does_not_travel_to_a_copy() -> None:
    one = Named()
    assert one.shouted is one.shouted
    assert replace(one, name="conv2").shouted == "CONV2"


def test_methods_and_names_of_the_class_stay() -> None:
    assert Point(3).doubled() == 6
    assert Point.__qualname__ == "Point"
    assert Point.__module__ == __name__


def test_objects_travel_between_processes() -> None:
    assert pickle.loads(pickle.dumps(Point(1, 5))) == Point(1, 5)


def test_data_that_changes_is_refused() -> None:
    with pytest.raises(AssertionError, match="dataclasses"):
        dataclass(frozen=False)
