"""Two parameters of a layer exclude each other.

A window is given by one number for all sides or by height and width, an axis by its new name or its old one, and a
global pooling takes the whole input for its window. Caffe stops where both are said, whatever the values:
`Check failed: 0 == conv_param.kernel_size_size() (0 vs. 1) Either kernel_size or kernel_h/w should be specified; not
both`.

Source: base_conv_layer.cpp and pooling_layer.cpp (LayerSetUp), concat_layer.cpp, slice_layer.cpp, eltwise_layer.cpp.

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
        kernel_h: 3
        #         ^
        kernel_w: 5
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
        kernel_h: 3
        kernel_w: 5
      }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param { pool: AVE global_pooling: true kernel_size: 8 }
      #                                                           ^
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.layer_parameters import blamed, in_words, remove_fields
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule

# Two ways to say the same: one field, or those that may stand in its place.
_FORMS = (
    ("kernel_size", ("kernel_h", "kernel_w")),
    ("stride", ("stride_h", "stride_w")),
    ("pad", ("pad_h", "pad_w")),
    ("img_size", ("img_h", "img_w")),
    ("step", ("step_h", "step_w")),
    ("axis", ("concat_dim", "slice_dim")),
    ("shape", ("num", "channels", "height", "width")),
)


@refusal_rule(Fault.CONFLICTING_LAYER_PARAMETERS, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    parameter = blamed(view)
    if parameter is None:
        return
    owner, name = parameter.owner, parameter.name
    for one, several in _FORMS:
        others = [other for other in several if owner.has(other)]
        if owner.has(one) and others and name in (one, *others):
            remove_one = remove_fields(view, owner, [one], f"Remove `{one}`")
            remove_others = remove_fields(view, owner, others, f"Remove {in_words(others)}")
            # Of a pair, one half alone would not do either.
            complete = len(others) == 2 or one in ("axis", "shape")
            yield from (*remove_one, *remove_others) if complete and one != "axis" else remove_others
            return
    yield from remove_fields(view, owner, [name], f"Remove `{name}`")
