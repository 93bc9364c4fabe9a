"""The last window of a pooling stands outside its input.

Caffe rounds the number of windows up. With a stride greater than the kernel, and no padding, the last window can begin
behind the last row or column of the input, where it holds nothing. What comes of it depends on the method:

- AVE divides the sum, 0, by the window's size. Where the window begins exactly at the end, that is 0 / 0: nan. Where it
  begins further on, the result is 0, and a row or column of the output is always 0.
- MAX gives what it begins with, -FLT_MAX (printed as inf where debug_info prints a mean). Its index of the greatest
  number stays -1: on the CPU the backward pass writes before the beginning of the gradient, into other memory. A ReLU
  behind it hides all that, until the process crashes, often at its end (`double free or corruption`).

It is the size of the input that decides: with other sizes the same kernel and stride are harmless, and skip numbers
only. With a padding, or with `round_mode: FLOOR`, it never happens.

Source: pooling_layer.cpp (PoolingLayer::Reshape, Forward_cpu and Backward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 24 dim: 24 } } }
    layer {
      name: "pool1"
      type: "Pooling"
      bottom: "data"
      top: "pool1"
      pooling_param { pool: AVE kernel_size: 2 stride: 3 }
      #                                                ^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 24 dim: 24 } } }
    layer {
      name: "pool1"
      type: "Pooling"
      bottom: "data"
      top: "pool1"
      pooling_param { pool: AVE kernel_size: 3 stride: 3 }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 23 dim: 24 } } }
    layer {
      name: "pool1"
      type: "Pooling"
      bottom: "data"
      top: "pool1"
      pooling_param {
        pool: MAX
        kernel_h: 1
        kernel_w: 2
        stride_h: 4
        #         ^
        stride_w: 2
      }
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 25 dim: 25 } } }
    layer {
      name: "pool1"
      type: "Pooling"
      bottom: "data"
      top: "pool1"
      pooling_param { pool: AVE kernel_size: 2 stride: 3 round_mode: FLOOR }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.pooling_windows import Windows, field_along, method_of, windows_of
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.layer_fields import write_field
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.schema import catalog
from caffe_ls.text.edit import Edit


@layer_rule("Pooling", severity=Severity.WARNING, fixable=True)
def check(view: LayerView) -> Iterator[Finding]:
    outside = [windows for windows in windows_of(view.layer) if windows.last_is_outside]
    method = method_of(view.layer)
    if not outside or method == "STOCHASTIC":
        return
    # 0 / 0 along one axis is nan, however far outside the windows are along the other.
    worst = min(outside, key=lambda windows: windows.last_start - windows.size)
    is_at_end = worst.last_start == worst.size
    place = view.group("pooling_param").place(field_along(view.group("pooling_param"), "stride", worst.axis))
    severity = Severity.INFORMATION if method == "AVE" and not is_at_end else None
    yield Finding(place, _message(worst, method), tuple(_fixes(view, outside)), severity=severity)


def _message(windows: Windows, method: str) -> str:
    what, index = ("height", "row") if windows.axis == 0 else ("width", "column")
    where = f"window {windows.made} begins at {index} {windows.last_start}, and the {what} is {windows.size}"
    if method == "MAX":
        return f"{where}: it gives -FLT_MAX, and its backward pass writes out of bounds"
    if windows.last_start == windows.size:
        return f"{where}: its average is 0 / 0, nan"
    return f"{where}: its average is always 0"


def _fixes(view: LayerView, outside: list[Windows]) -> Iterator[Fix]:
    own = view.group("pooling_param")
    strides = {field_along(own, "stride", windows.axis): windows.kernel for windows in outside}
    if all(own.has(field) for field in strides):
        title = ", ".join(f"`{field}: {kernel}`" for field, kernel in strides.items())
        edits = [Edit(own.place(field), str(kernel)) for field, kernel in strides.items()]
        yield fix(f"Set {title}, so that windows touch", *edits)
    kernels = {field_along(own, "kernel_size", windows.axis): windows.stride for windows in outside}
    title = ", ".join(f"`{field}: {stride}`" for field, stride in kernels.items())
    if all(windows.stride <= windows.size for windows in outside):
        edits = [Edit(own.place(name), str(stride)) for name, stride in kernels.items()]
        yield fix(f"Set {title}, so that windows touch", *edits)
    if view.text and view.dialect in catalog.dialects_with_field("PoolingParameter", "round_mode"):
        rounding = write_field(view.text, view.fields, "pooling_param", "round_mode", "FLOOR")
        if rounding is not None:
            yield fix("Set `round_mode: FLOOR`, which leaves the last window out", rounding)
