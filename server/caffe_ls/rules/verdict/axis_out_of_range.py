"""An axis is named that the input does not have.

Axes are counted from 0, or from the end with -1 for the last. A layer asks for its `axis`, 1 unless it is given, and
stops where the input has fewer: `Check failed: axis_index < num_axes() (1 vs. 1) axis 1 out of range for 1-D Blob with
shape 5 (5)`. The usual causes are labels, of one axis, in the place of predictions, and an axis meant for images on
what an InnerProduct has made flat.

Source: blob.hpp (Blob::CanonicalAxisIndex, Blob::count).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 10 } } }
    layer { name: "prob" type: "Softmax" bottom: "data" top: "prob" softmax_param { axis: 2 } }
    #                                                                                     ^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 10 } } }
    layer { name: "prob" type: "Softmax" bottom: "data" top: "prob" softmax_param { axis: 1 } }

Bad:
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 2 } } }
    layer {
      name: "ip"
      type: "InnerProduct"
      bottom: "label"
      #       ^^^^^^^
      top: "ip"
      inner_product_param { num_output: 4 }
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.layer_parameters import blamed, set_value
from caffe_ls.rules.proving import proven
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule

# What layers take where no axis is given, if it is not 1.
_DEFAULTS = {"Crop": 2, "Reduction": 0, "Reshape": 0}


@refusal_rule(Fault.AXIS_OUT_OF_RANGE, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    parameter, layer = blamed(view), view.layer
    if parameter is None or layer is None or parameter.name not in ("axis", "end_axis"):
        return
    axes = len(layer.bottom_shapes[0] or ())
    usual = -1 if parameter.name == "end_axis" else _DEFAULTS.get(layer.type, 1)
    if axes and usual < axes:
        yield proven(view.document, set_value(view, parameter, str(usual)))
