"""Numbers, strings and booleans as the C++ parser reads them."""

from __future__ import annotations

import math

import pytest

from caffe_ls.syntax.parser import parse
from caffe_ls.syntax.tree import Scalar
from caffe_ls.syntax.values import bool_value, float_value, integer_value, string_value


def _scalar(text: str) -> Scalar:
    field = parse(f"a: {text}\n").entries[0].field
    assert field is not None
    assert isinstance(field.value, Scalar)
    return field.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("17", 17),
        ("017", 15),
        ("0x1F", 31),
        ("-5", -5),
        ("- 5", -5),
        ("-0x10", -16),
        ("- # note\n 7", -7),
        ("1.5", None),
    ],
)
def test_integers(text: str, value: int | None) -> None:
    assert integer_value(_scalar(text)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("1e-3f", 0.001),
        ("0x1", None),
        ("010", None),
        ("-inf", -math.inf),
        ("Infinity", math.inf),
        ("1e400", math.inf),
        ("one", None),
        ('"1"', None),
    ],
)
def test_floats(text: str, value: float | None) -> None:
    assert float_value(_scalar(text)) == value


def test_nan_is_a_float() -> None:
    assert math.isnan(float_value(_scalar("NaN")) or 0.0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a"', "a"),
        ("'a' \"b\"", "ab"),
        ('"a" # note\n "b"', "ab"),
        (r'"\"\'\n\x41\101\u00e9\U0001f600"', "\"'\nAA\u00e9\U0001f600"),
        (r'"\xff"', "\udcff"),
        ('"a\'b"', "a'b"),
        ("x", None),
    ],
)
def test_strings(text: str, value: str | None) -> None:
    assert string_value(_scalar(text)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("True", True),
        ("t", True),
        ("1", True),
        ("0x1", True),
        ("false", False),
        ("f", False),
        ("0", False),
        ("TRUE", None),
        ("yes", None),
        ("2", None),
        ("-1", None),
        ("1.0", None),
    ],
)
def test_booleans(text: str, value: bool | None) -> None:
    assert bool_value(_scalar(text)) is value


def test_a_sign_without_a_number_is_no_number() -> None:
    assert float_value(Scalar("broken", 0, 1, "-")) is None
    assert integer_value(Scalar("broken", 0, 1, "-")) is None
