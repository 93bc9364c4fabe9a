"""Layers that share a parameter by name do not agree about it.

Parameter blobs whose `param` blocks have the same `name` are one blob. All must give it the same shape, with
`share_mode: PERMISSIVE` at least the same number of values: `Cannot share param 'w' owned by layer 'ip1' with layer
'ip2'; shape mismatch`. And where several give an `lr_mult` or a `decay_mult`, these must be equal: `Shared param 'w'
has mismatched lr_mult`.

Source: net.cpp (Net::AppendParam).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 8 } } }
    layer {
      name: "ip1"
      type: "InnerProduct"
      bottom: "data"
      top: "ip1"
      param { name: "w" lr_mult: 1 }
      inner_product_param { num_output: 8 }
    }
    layer {
      name: "ip2"
      type: "InnerProduct"
      bottom: "ip1"
      top: "ip2"
      param { name: "w" lr_mult: 2 }
      #     ^^^^^^^^^^^^^^^^^^^^^^^^
      inner_product_param { num_output: 8 }
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 8 } } }
    layer {
      name: "ip1"
      type: "InnerProduct"
      bottom: "data"
      top: "ip1"
      param { name: "w" lr_mult: 1 }
      inner_product_param { num_output: 8 }
    }
    layer {
      name: "ip2"
      type: "InnerProduct"
      bottom: "ip1"
      top: "ip2"
      param { name: "w" lr_mult: 1 }
      inner_product_param { num_output: 8 }
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.net.values import Group
from caffe_ls.rules.finding import fix
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.written import field_span
from caffe_ls.text.edit import Edit

_RATES = {"net.cpp:497": "lr_mult", "net.cpp:506": "decay_mult"}


@refusal_rule(Fault.SHARED_PARAM_MISMATCH, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    rate = _RATES.get(view.refusal.check)
    layer = view.layer
    if rate is None or layer is None:
        return
    mine = _block(layer.spec.fields, view.refusal.span)
    owner = view.net.text.layers[view.refusal.elsewhere[0].layer]
    theirs = _block(owner.spec.fields, view.refusal.elsewhere[0].span)
    if mine is None or theirs is None or not mine.scalars(rate):
        return
    here = view.place(mine.place(rate))
    if theirs.scalars(rate):
        written = theirs.scalars(rate)[0].text
        yield fix(f"Use `{rate}: {written}` here too", Edit(here, written))
        wanted = mine.scalars(rate)[0].text
        there = theirs.place(rate).shift(owner.base)
        if field_span(view.document, there) is not None:
            yield fix(f"Use `{rate}: {wanted}` there too", Edit(there, wanted))


def _block(fields: Group, span: object) -> Group | None:
    return next((param for param in fields.groups("param") if param.span == span), None)
