"""Where the windows of a Pooling layer stand (pooling_layer.cpp, PoolingLayer::Forward_cpu)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from caffe_ls.net.model import Layer
from caffe_ls.net.shapes.step import as_int
from caffe_ls.net.values import Group

METHODS = ("MAX", "AVE", "STOCHASTIC")


class Windows(NamedTuple):
    """The windows along one axis; `axis` is 0 for the height, 1 for the width, `made` how many there are."""

    axis: int
    size: int
    kernel: int
    stride: int
    pad: int
    made: int

    @property
    def last_start(self) -> int:
        """Where the last window begins, counted from the input's first number."""
        return (self.made - 1) * self.stride - self.pad

    @property
    def last_is_outside(self) -> bool:
        """Whether the last window begins behind the input and holds nothing of it; padding keeps all windows inside."""
        return self.made > 1 and self.last_start >= self.size


# Several rules ask for those of one layer, one after the other.
@lru_cache(maxsize=4)
def windows_of(layer: Layer) -> tuple[Windows, ...]:
    """The windows of a layer along height and width; none where they are not known, or are the whole input."""
    own = layer.spec.fields.group("pooling_param")
    read, made = layer.bottom_shapes[:1], layer.top_shapes[:1]
    if own.flag("global_pooling") or not read or not made or read[0] is None or made[0] is None:
        return ()
    if len(read[0]) != 4 or len(made[0]) != 4:
        return ()
    found = []
    for axis in (0, 1):
        size, number = read[0][2 + axis], made[0][2 + axis]
        kernel, stride, pad = (_along(own, name, axis) for name in ("kernel_size", "stride", "pad"))
        if not size or not number or kernel < 1 or stride < 1 or pad < 0:
            return ()
        found.append(Windows(axis, size, kernel, stride, pad, number))
    return tuple(found)


def field_along(own: Group, name: str, axis: int) -> str:
    """The field that sets a size along an axis: the one for both axes, or `_h` or `_w`."""
    half = f"{name.partition('_')[0]}_{'hw'[axis]}"
    return half if own.has(half) and not own.has(name) else name


def _along(own: Group, name: str, axis: int) -> int:
    default = {"kernel_size": 0, "stride": 1, "pad": 0}[name]
    return as_int(own.integer(field_along(own, name, axis), default))


def method_of(layer: Layer) -> str:
    """The pooling's method: MAX where none is given."""
    return layer.spec.fields.group("pooling_param").choice("pool", METHODS)
