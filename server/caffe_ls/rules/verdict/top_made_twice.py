"""Two layers make a blob of the same name.

A blob has one maker: `Top blob 'conv1' produced by multiple sources`. Only a layer that works in place, whose `top` is
its own `bottom`, may use a name again. It cannot where something else reads the blob before it is overwritten too:
Caffe then hands out copies, and the layer's bottom has another name than its top. A `loss_weight` on the blob is such a
reader.

Source: net.cpp (Net::AppendTop), insert_splits.cpp (InsertSplits).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 8 } } }
    layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 4 } }
    layer { name: "ip2" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 4 } }
    #                                                            ^^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 8 } } }
    layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 4 } }
    layer { name: "ip2" type: "InnerProduct" bottom: "data" top: "ip2" inner_product_param { num_output: 4 } }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 8 } } }
    layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 4 } }
    layer { name: "side" type: "Softmax" bottom: "ip1" top: "side" }
    layer { name: "relu1" type: "ReLU" bottom: "ip1" top: "ip1" }
    #                                                     ^^^^^
    layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2" inner_product_param { num_output: 4 } }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.connecting import free_name, missing_names, rename_top
from caffe_ls.rules.finding import fix
from caffe_ls.rules.proving import proven
from caffe_ls.rules.rewriting import removal
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.values import quoted
from caffe_ls.rules.written import field_span
from caffe_ls.text.edit import Edit


@refusal_rule(Fault.TOP_MADE_TWICE, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    layer = view.layer
    assert layer is not None
    fields, place = layer.spec.fields, view.place(view.refusal.span)
    if fields.has("loss_weight") and view.refusal.span == fields.place("loss_weight"):
        places = (view.place(fields.place("loss_weight", index)) for index in range(fields.count("loss_weight")))
        spans = [field_span(view.document, place) for place in places]
        if None not in spans:
            edits = [removal(view.document.text, span) for span in spans if span is not None]
            yield fix("Remove `loss_weight`", *edits)
        return
    top = next((index for index in range(len(layer.tops)) if fields.place("top", index) == view.refusal.span), None)
    if top is None:
        return
    if layer.name in missing_names(view.net):
        yield fix(f"Name it `{layer.name}`, which is read below", Edit(place, quoted(layer.name)))
        return
    name = free_name(view.net, layer)
    change = fix(f"Make a blob of its own, `{name}`", *rename_top(view.document, layer.origin, top, name))
    yield proven(view.document, change, anywhere=True)
