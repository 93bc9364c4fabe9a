"""A filler cannot fill this blob.

Fillers check their own values and the blob that they fill, when the layer is built. `bilinear` fills square kernels
only, no bias; `gaussian` needs a `std` above 0; `uniform` a `min` that is not above `max`; `sparse` is for `gaussian`
alone, and at most as large as the number of outputs. The messages name neither layer nor filler: `Check failed:
blob->num_axes() == 4 (1 vs. 4) Blob must be 4 dim.`, `Check failed: sigma > 0 (0 vs. 0)`.

Source: filler.hpp, math_functions.cpp (caffe_rng_uniform, caffe_rng_gaussian, caffe_rng_bernoulli).

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
        bias_filler { type: "bilinear" }
        #                   ^^^^^^^^^^
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
        bias_filler { type: "constant" }
      }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "ip"
      type: "InnerProduct"
      bottom: "data"
      top: "ip"
      inner_product_param { num_output: 4 weight_filler { type: "uniform" min: 1 max: -1 } }
      #                                                                        ^
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import fix
from caffe_ls.rules.layer_parameters import Parameter, blamed, remove_fields, set_value
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.written import field_at
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


@refusal_rule(Fault.FILLER_DOES_NOT_FIT, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    parameter = blamed(view)
    if parameter is None:
        return
    filler, name = parameter.owner, parameter.name
    if name == "sparse":
        yield from remove_fields(view, filler, ["sparse"], "Remove `sparse`", safe=filler.text("type") != "gaussian")
    elif name == "type":
        yield set_value(view, parameter, '"constant"')
    elif name in ("min", "max") and filler.has("min") and filler.has("max"):
        low, high = (filler.scalars(one)[0] for one in ("min", "max"))
        yield fix(
            "Exchange `min` and `max`",
            Edit(view.place(low.span), high.text),
            Edit(view.place(high.span), low.text),
        )
    elif name == "std" and filler.number("std") == 0 and not filler.has("value"):
        value = filler.scalars("mean")[0].text if filler.has("mean") else "0"
        yield fix(
            f"Fill with {value}: a `constant` filler",
            Edit(view.place(filler.place("type")), '"constant"'),
            *(change.edit for one in remove_fields(view, filler, ["mean"], "") for change in one.edits),
            Edit(view.place(_whole(view, parameter)), f"value: {value}"),
        )


def _whole(view: RefusalView, parameter: Parameter) -> Span:
    """The field with its name, relative to the layer's entry."""
    field = field_at(view.document, view.place(parameter.span))
    assert field is not None
    return field.span
