"""What a function of single numbers is given, in words, and the `shift` that keeps it away from 0."""

from __future__ import annotations

import math

from caffe_ls.net.intervals import Values
from caffe_ls.net.model import Net
from caffe_ls.net.shapes.step import float32
from caffe_ls.rules.finding import Fix
from caffe_ls.rules.layer_fields import set_field

# What is added to numbers that may be 0: small beside what is usual, and not lost beside it in a float.
_LEAST = 1e-5


def lowest(values: Values) -> str:
    """How far down the numbers go: `numbers down to -1`."""
    return "numbers of both signs" if values.low == -math.inf else f"numbers down to {values.low:.6g}"


def add_shift(net: Net, layer: int, message: str, values: Values) -> tuple[Fix, ...]:
    """The fix that moves all numbers above 0; none where there is no least one. `values` are those with the shift."""
    lowest_number = min(values.low, 0.0) if 0.0 not in values.atoms else min((values.low, *values.atoms))
    if values.low == -math.inf:
        if 0.0 not in values.atoms:
            return ()
        lowest_number = 0.0
    own = net.layers[layer].spec.fields.group(message)
    shift = float32(own.number("shift")) - lowest_number + _LEAST
    return set_field(net, layer, message, "shift", f"{shift:.6g}")
