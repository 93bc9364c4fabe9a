"""Windows of poolings against a pooling carried out place by place, as PoolingLayer::Forward_cpu does it."""

from __future__ import annotations

import itertools

import pytest

from caffe_ls.net.pooling_windows import method_of, windows_of
from tests.net.nets import made


def _holds_nothing(size: int, kernel: int, stride: int, pad: int, made_: int) -> list[bool]:
    """Of each window whether it holds no number of the input."""
    return [
        not [at for at in range(index * stride - pad, index * stride - pad + kernel) if 0 <= at < size]
        for index in range(made_)
    ]


@pytest.mark.parametrize("rounding", ["", "round_mode: FLOOR"])
def test_the_last_window_is_outside_where_it_holds_nothing(rounding: str) -> None:
    found = 0
    for size, kernel, stride, pad in itertools.product(range(1, 12), range(1, 5), range(1, 6), range(3)):
        if pad >= kernel or size + 2 * pad < kernel:
            continue
        param = f"pooling_param {{ kernel_size: {kernel} stride: {stride} pad: {pad} {rounding} }}"
        layer = made("Pooling", param, (1, 1, size, size))
        for windows in windows_of(layer):
            empty = _holds_nothing(size, kernel, stride, pad, windows.made)
            assert windows.last_is_outside == empty[-1], (size, kernel, stride, pad)
            assert not any(empty[:-1])
            found += windows.last_is_outside
    assert bool(found) == (not rounding)


def test_height_and_width_are_told_apart() -> None:
    param = "pooling_param { kernel_h: 1 kernel_w: 3 stride_h: 4 stride_w: 2 pad_h: 0 pad_w: 1 }"
    high, wide = windows_of(made("Pooling", param, (1, 1, 9, 7)))
    assert (high.axis, high.size, high.kernel, high.stride, high.pad, high.made) == (0, 9, 1, 4, 0, 3)
    assert (wide.axis, wide.size, wide.kernel, wide.stride, wide.pad, wide.made) == (1, 7, 3, 2, 1, 4)


def test_nothing_is_said_of_windows_that_are_not_known() -> None:
    assert windows_of(made("Pooling", "pooling_param { global_pooling: true }", (1, 1, 9, 7))) == ()
    assert windows_of(made("Pooling", "pooling_param { kernel_size: 2 }", None)) == ()


def test_a_pooling_takes_the_greatest_unless_told() -> None:
    assert method_of(made("Pooling", "pooling_param { kernel_size: 2 }", (1, 1, 4, 4))) == "MAX"
    assert method_of(made("Pooling", "pooling_param { kernel_size: 2 pool: AVE }", (1, 1, 4, 4))) == "AVE"
