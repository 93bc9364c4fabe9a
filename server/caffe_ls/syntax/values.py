"""What a scalar means: numbers and strings as protobuf's C++ parser reads them."""

from __future__ import annotations

import re

from caffe_ls.syntax.tree import Scalar

_SIMPLE_ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "?": 63, "'": 39, '"': 34}
_LITERAL = re.compile(r"""(?:[ \t\n\r\v\f]|#[^\n]*)*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:([abfnrtv\\?'\"])|([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")


def string_value(scalar: Scalar) -> str | None:
    """The text of a string, adjacent strings joined and escapes resolved; None when the scalar is no string.

    Bytes that are no UTF-8 become lone surrogates, as in `text.source.decode`.
    """
    if scalar.kind != "string":
        return None
    text = scalar.text
    if "\\" not in text and text.count(text[0]) == 2 and text[-1] == text[0]:
        return text[1:-1]
    joined = b"".join(
        _ESCAPE.sub(_resolve, literal[1][1:-1].encode("utf-8", "surrogateescape"))
        for literal in _LITERAL.finditer(text)
    )
    return joined.decode("utf-8", "surrogateescape")


def _resolve(escape: re.Match[bytes]) -> bytes:
    simple, octal, hexadecimal, short, long = escape.groups()
    if simple:
        return bytes([_SIMPLE_ESCAPES[simple.decode()]])
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if hexadecimal:
        return bytes([int(hexadecimal, 16)])
    code_point = int(short or long, 16)
    return chr(code_point).encode("utf-8", "surrogatepass") if code_point <= 0x10FFFF else escape[0]


def integer_value(scalar: Scalar) -> int | None:
    """The value of an integer: decimal, hex (`0x1F`) or octal (`017`), with its sign; None for anything else."""
    if scalar.kind != "integer":
        return None
    digits = scalar.text
    sign = 1
    if digits[0] == "-":
        sign, digits = -1, digits[1:].lstrip()
        if not digits[0].isdigit():  # A comment may stand between the sign and the number.
            digits = digits.rsplit(None, 1)[-1]
    if digits[:2] in ("0x", "0X"):
        return sign * int(digits, 16)
    if len(digits) > 4000:  # Beyond every field's range; Python refuses to convert very long decimals.
        return sign * 10**4000
    return sign * int(digits, 8 if digits[0] == "0" else 10)


def float_value(scalar: Scalar) -> float | None:
    """The value as a double, where a float or double field takes it; None where it does not.

    Decimal integers and floats, `inf`, `infinity` and `nan` in any case, with a sign; hex and octal are refused
    (text_format.cc, ConsumeUnsignedDecimalAsDouble).
    """
    if scalar.kind == "broken":  # A sign without a number, for one.
        return None
    text = scalar.text
    negative = text[0] == "-"
    digits = text[1:].split()[-1] if negative else text
    if scalar.kind == "float":
        value = float(digits.rstrip("fF"))
    elif scalar.kind == "integer":
        if len(digits) > 1 and digits[0] == "0":
            return None
        value = float(digits)
    elif scalar.kind == "identifier" and digits.lower() in ("inf", "infinity", "nan"):
        value = float(digits)
    else:
        return None
    return -value if negative else value


def bool_value(scalar: Scalar) -> bool | None:
    """The value of a bool: true, True, t, 1 and false, False, f, 0 (text_format.cc); None for anything else."""
    if scalar.kind == "identifier":
        return {"true": True, "True": True, "t": True, "false": False, "False": False, "f": False}.get(scalar.text)
    if scalar.kind == "integer" and scalar.text[0] != "-":
        return {0: False, 1: True}.get(integer_value(scalar) or 0)
    return None
