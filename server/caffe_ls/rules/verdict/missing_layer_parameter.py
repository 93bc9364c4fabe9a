"""A parameter is missing that the layer cannot do without.

A convolution needs `num_output` and a kernel, an InnerProduct `num_output`, a Tile its `tiles`; `kernel_h`, `stride_h`
and `pad_h` are halves of a pair, and the half that is not given is 0. Caffe stops when it builds the layer, an
InnerProduct with the bare words `Check failed: data_`; a convolution with `stride_h` alone divides by 0 and dies
without any.

A net that has its data in stages only, which nobody sets, and of which no layer has a `source`, is one for a program to
complete: NVIDIA's DIGITS fills in `source` and the last layer's `num_output`. What such a net lacks is information.

Source: base_conv_layer.cpp, pooling_layer.cpp, inner_product_layer.cpp, embed_layer.cpp and tile_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param {
        num_output: 4
        kernel_size: 3
        stride_h: 2
        #         ^
      }
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      convolution_param {
        num_output: 4
        kernel_size: 3
        stride_h: 2
        stride_w: 2
      }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { bias_term: false } }
    #                                                                                    ^^^^^^^^^^^^^^^^^^^^
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.layer_parameters import add_beside, blamed
from caffe_ls.rules.rule import Advice, DependsOn, RefusalView, refusal_rule


@refusal_rule(Fault.MISSING_LAYER_PARAMETER, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    if _is_to_be_completed(view):
        yield DependsOn(", unless a program completes the net, as DIGITS does")
    parameter = blamed(view)
    if parameter is None:
        return
    whole, _, half = parameter.name.rpartition("_")
    other = {"h": "w", "w": "h"}.get(half)
    numbers = parameter.owner.scalars(parameter.name)
    if other is not None and whole and numbers:
        yield from add_beside(view, parameter, f"{whole}_{other}: {numbers[0].text}")


def _is_to_be_completed(view: RefusalView) -> bool:
    if not view.net.state.stages or view.document.context.states:
        return False
    layers = (placed.spec.fields for placed in view.net.text.layers)
    blocks = (group for fields in layers for name in fields.fields for group in fields.groups(name))
    return not any(group.has("source") for group in blocks)
