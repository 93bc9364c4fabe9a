"""Numbers, shapes and small pictures as hovers write them."""

from __future__ import annotations

import math
from collections.abc import Sequence

_BLOCKS = "▁▂▃▄▅▆▇█"
_NO_NUMBER = "✕"


def figure(value: float) -> str:
    """A number as logs print it."""
    return ("-nan" if math.copysign(1, value) < 0 else "nan") if math.isnan(value) else format(value, ".6g")


def times(factor: float) -> str:
    """A factor in few digits."""
    return f"{factor:,.0f}" if factor >= 100 else format(factor, ".3g")


def whole(value: int) -> str:
    """A count with its thousands set off."""
    return f"{value:,}"


def shape_text(shape: Sequence[int | None]) -> str:
    """A shape as `32 × 8 × 24 × 24`."""
    return " × ".join("?" if size is None else str(size) for size in shape) or "a single number"


def sparkline(values: Sequence[float]) -> str:
    """One block for each value; what is no finite number is a cross.

    Where the values span more than a thousandfold, their magnitudes are drawn.
    """
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return _NO_NUMBER * len(values)
    drawn = list(values)
    if min(finite) > 0 and max(finite) / min(finite) > 1_000:
        drawn = [math.log(value) if math.isfinite(value) else value for value in values]
        finite = [value for value in drawn if math.isfinite(value)]
    low, high = min(finite), max(finite)
    return "".join(_block(value, low, high) for value in drawn)


def _block(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return _NO_NUMBER
    share = 0.5 if high - low in (0.0, math.inf) else (value - low) / (high - low)
    return _BLOCKS[min(len(_BLOCKS) - 1, int(share * len(_BLOCKS)))]
