"""Arithmetic as C++ does it on floats: values rounded to float32, and functions that give nan and inf, not exceptions.

`struct` rounds; numpy would take longer to load than a whole check.
"""

from __future__ import annotations

import math
import struct

_FLOAT = struct.Struct("f")


def float32(number: float) -> float:
    """The nearest float32; what is too large for one is infinite."""
    try:
        return float(_FLOAT.unpack(_FLOAT.pack(number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def power(base: float, exponent: float) -> float:
    """C's pow: nan for a negative base with a fractional exponent, inf for 0 to a negative one and for overflow."""
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and _is_odd(exponent) else math.inf
    except ValueError:
        if base == 0:
            return math.copysign(math.inf, base) if _is_odd(exponent) else math.inf
        return math.nan


def exponential(exponent: float) -> float:
    """C's exp: inf for overflow."""
    try:
        return math.exp(exponent)
    except OverflowError:
        return math.inf


def quotient(dividend: float, divisor: float) -> float:
    """Division as floating point does it: inf or nan where the divisor is 0."""
    if divisor:
        return dividend / divisor
    if dividend == 0 or math.isnan(dividend):
        return math.nan
    return math.copysign(math.inf, dividend) * math.copysign(1.0, divisor)


def shown(number: float) -> str:
    """A float32 as Caffe's log prints it: six digits."""
    return f"{number:.6g}"


def _is_odd(exponent: float) -> bool:
    return exponent % 2 in (1, -1)
