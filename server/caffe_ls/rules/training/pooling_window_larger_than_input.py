"""A pooling's window is larger than its input.

Caffe takes such a window as long as it comes out with one place: it is cut to what is there. The pooling is then over
the whole input, which `global_pooling: true` says, and says for inputs of other sizes too. Often the input was meant to
be larger: the net was made for other images, or a stride above is too great.

Source: pooling_layer.cpp (PoolingLayer::Reshape and Forward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 6 dim: 6 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { pool: AVE kernel_size: 7 stride: 7 }
      #                                      ^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 6 dim: 6 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { pool: AVE global_pooling: true }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.pooling_windows import field_along, windows_of
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.layer_fields import remove_field
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit

_OTHERS = ("kernel_size", "kernel_h", "kernel_w", "stride", "stride_h", "stride_w", "pad", "pad_h", "pad_w")


@layer_rule("Pooling", severity=Severity.INFORMATION, fixable=True)
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("pooling_param")
    along = windows_of(view.layer)
    for windows in along:
        size = windows.size + 2 * windows.pad
        if windows.kernel > size:
            field = field_along(own, "kernel_size", windows.axis)
            what = "high" if windows.axis == 0 else "wide"
            padded = " with its padding" if windows.pad else ""
            message = f"`{field}: {windows.kernel}` over an input {size} {what}{padded}: the window is cut to it"
            is_whole = all(one.kernel >= one.size and one.made == 1 and not one.pad for one in along)
            yield Finding(own.place(field), message, tuple(_pool_globally(view)) if is_whole else ())
            return


def _pool_globally(view: LayerView) -> Iterator[Fix]:
    own = view.group("pooling_param")
    given = [name for name in _OTHERS if own.has(name)]
    removals = [remove_field(view.text, own, name) for name in given[1:]] if view.text else [None]
    first = remove_field(view.text, own, given[0]) if view.text else None
    if first is None or None in removals:
        return
    start = view.text.rindex(given[0], 0, own.place(given[0]).start)
    here = Edit(own.place(given[0])._replace(start=start), "global_pooling: true")
    edits = (here, *(edit for edit in removals if edit is not None))
    yield fix("Pool over the whole input: `global_pooling: true`", *edits, safe=True)
