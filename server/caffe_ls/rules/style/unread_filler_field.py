"""A filler is given a field that its type does not read.

Each type of filler reads fields of its own: `constant` reads `value`, `uniform` `min` and `max`, `gaussian` `mean`,
`std` and `sparse`, `xavier` and `msra` `variance_norm`. All others are taken and ignored: `type: "xavier"` with
`std: 0.1` makes of n inputs weights of the size sqrt(1 / n), whatever `std` says. GoogLeNet's nets have it that way.

Source: filler.hpp, caffe.proto (FillerParameter).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer {
      name: "fc"
      type: "InnerProduct"
      bottom: "data"
      top: "fc"
      inner_product_param { num_output: 5 weight_filler { type: "xavier" std: 0.1 } }
      #                                                                       ^^^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer {
      name: "fc"
      type: "InnerProduct"
      bottom: "data"
      top: "fc"
      inner_product_param { num_output: 5 weight_filler { type: "xavier" } }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Fix, Severity, fix
from caffe_ls.rules.layer_fields import remove_field
from caffe_ls.rules.rule import LayerView, layer_rule

# `sparse` is refused where it is not read.
_FIELDS = frozenset({"value", "min", "max", "mean", "std", "variance_norm"})
_UNREAD = {
    "constant": _FIELDS - {"value"},
    "uniform": _FIELDS - {"min", "max"},
    "gaussian": _FIELDS - {"mean", "std"},
    "positive_unitball": _FIELDS,
    "xavier": _FIELDS - {"variance_norm"},
    "msra": _FIELDS - {"variance_norm"},
    "bilinear": _FIELDS,
}
_MESSAGES = {
    "Bias": "bias_param",
    "Convolution": "convolution_param",
    "Deconvolution": "convolution_param",
    "DummyData": "dummy_data_param",
    "Embed": "embed_param",
    "InnerProduct": "inner_product_param",
    "LSTM": "recurrent_param",
    "PReLU": "prelu_param",
    "RNN": "recurrent_param",
    "Scale": "scale_param",
}
_FILLERS = ("weight_filler", "bias_filler", "filler", "data_filler")


@layer_rule(*_MESSAGES, severity=Severity.HINT, category=Category.STYLE, fixable=True, fields=_FILLERS)
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group(_MESSAGES[view.layer.type])
    for name in [name for name in _FILLERS if name in own.fields]:
        for filler in own.groups(name):
            # Without a type, what is given shows that another one was meant: that is no matter of style.
            if len(filler.fields) < 2 or not filler.has("type"):
                continue
            kind = filler.text("type", "constant")
            unread = _UNREAD.get(kind, frozenset())
            for field in filler.fields:
                if field in unread:
                    edit = remove_field(view.text, filler, field)
                    fixes: tuple[Fix, ...] = (fix(f"Remove `{field}`", edit, safe=True),) if edit is not None else ()
                    yield Finding(filler.place(field), f"the filler `{kind}` does not read `{field}`", fixes)
