"""A bilinear filler in a layer that does not interpolate.

The filler `bilinear` writes the same interpolation kernel into every slice of the weights. A Deconvolution enlarges
each channel by itself only where `group`, `num_output` and the channels of its input are the same number; with
`group: 1` each output is the sum over all channels, and all outputs are the same. It enlarges evenly where the kernel
fits the stride: by a factor f, `kernel_size: 2 * f - f % 2`, `stride: f`, `pad: ceil((f - 1) / 2)`. It is information,
since trained weights may be meant to be loaded.

Source: filler.hpp (BilinearFiller, with an example in its comment).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 1 dim: 21 dim: 16 dim: 16 } } }
    layer {
      name: "up"
      type: "Deconvolution"
      bottom: "data"
      top: "up"
      convolution_param { num_output: 21 kernel_size: 4 stride: 2 pad: 1 weight_filler { type: "bilinear" } }
      #                                                                                        ^^^^^^^^^^
    }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 1 dim: 21 dim: 16 dim: 16 } } }
    layer {
      name: "up"
      type: "Deconvolution"
      bottom: "data"
      top: "up"
      convolution_param { num_output: 21 kernel_size: 4 stride: 2 pad: 1 group: 21 weight_filler { type: "bilinear" } }
    }

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 1 dim: 1 dim: 16 dim: 16 } } }
    layer {
      name: "up"
      type: "Deconvolution"
      bottom: "data"
      top: "up"
      convolution_param { num_output: 1 kernel_size: 3 stride: 2 pad: 1 weight_filler { type: "bilinear" } }
      #                                              ^
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.values import Group
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.layer_fields import write_field
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit


@layer_rule(
    "Convolution",
    "Deconvolution",
    severity=Severity.INFORMATION,
    fixable=True,
    fields=("weight_filler",),
    phase="TRAIN",
)
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("convolution_param")
    filler = own.group("weight_filler")
    if filler.text("type") != "bilinear":
        return
    shape = view.layer.bottom_shapes[0] if view.layer.bottom_shapes else None
    channels = shape[1] if shape is not None and len(shape) == 4 else None
    outputs, group = own.integer("num_output"), own.integer("group", 1)
    if outputs > 1 and channels is not None and channels > 1 and group == 1:
        message = (
            f"`bilinear` with `group: 1`: each of the {outputs:,} outputs is the same sum over {channels:,} channels"
        )
        edit = write_field(view.text, view.fields, "convolution_param", "group", str(channels))
        fixes: tuple[Fix, ...] = ()
        if edit is not None and outputs == channels:
            fixes = (fix(f"Set `group: {channels}`", edit),)
        yield Finding(filler.place("type"), message, fixes)
    elif view.layer.type == "Deconvolution":
        yield from _uneven(own)


def _uneven(own: Group) -> Iterator[Finding]:
    kernels, strides = own.integers("kernel_size"), own.integers("stride")
    if len(kernels) != 1 or len(strides) != 1 or strides[0] < 2:
        return
    kernel, factor = kernels[0], strides[0]
    wanted = 2 * factor - factor % 2
    if kernel == wanted:
        return
    message = f"`bilinear` enlarges by {factor} evenly with a kernel of {wanted}, not {kernel}"
    place = own.place("kernel_size")
    change = fix(f"Set `kernel_size: {wanted}`", Edit(place, str(wanted)))
    yield Finding(place, message, (change,))
