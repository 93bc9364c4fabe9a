"""A pooling's stride is greater than its window: part of the input is never read.

Between two windows that do not touch, rows and columns are left out. Nothing breaks (unless the last window falls
outside the input, of which `pooling-window-outside-input` speaks), and to take every second number with a kernel of 1
may be meant. With a greater kernel, stride and kernel may have been exchanged.

Source: pooling_layer.cpp (PoolingLayer::Forward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 23 dim: 23 } } }
    layer {
      name: "pool1"
      type: "Pooling"
      bottom: "data"
      top: "pool1"
      pooling_param { pool: MAX kernel_size: 2 stride: 3 }
      #                                                ^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 23 dim: 23 } } }
    layer {
      name: "pool1"
      type: "Pooling"
      bottom: "data"
      top: "pool1"
      pooling_param { pool: MAX kernel_size: 3 stride: 2 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.pooling_windows import Windows, field_along, windows_of
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit


@layer_rule("Pooling", severity=Severity.INFORMATION, fixable=True, fields=("stride", "stride_h", "stride_w"))
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("pooling_param")
    along = windows_of(view.layer)
    # Who rounds down has thought of the windows.
    if any(windows.last_is_outside for windows in along) or own.choice("round_mode", ("CEIL", "FLOOR")) == "FLOOR":
        return
    told: set[str] = set()
    for windows in along:
        field = field_along(own, "stride", windows.axis)
        if windows.stride <= windows.kernel or windows.made < 2 or field in told:
            continue
        told.add(field)
        left_out = windows.stride - windows.kernel
        lines = ("row" if windows.axis == 0 else "column") + "s"[: windows.stride != 1]
        message = (
            f"`{field}: {windows.stride}` with a kernel of {windows.kernel}: {left_out} of {windows.stride} {lines}"
        )
        message += f" {'is' if left_out == 1 else 'are'} never read"
        # To take every n-th number is what a kernel of 1 is for.
        severity = Severity.HINT if windows.kernel == 1 else None
        fixes = tuple(_exchange(view, windows)) if windows.kernel > 1 else ()
        yield Finding(own.place(field), message, fixes, severity=severity)


def _exchange(view: LayerView, windows: Windows) -> Iterator[Fix]:
    own = view.group("pooling_param")
    kernel, stride = (own.place(field_along(own, name, windows.axis)) for name in ("kernel_size", "stride"))
    yield fix("Exchange kernel and stride", Edit(kernel, str(windows.stride)), Edit(stride, str(windows.kernel)))
