"""A layer is asked for a gradient that it cannot give.

No gradient goes to the labels of a loss, to indexes and sequence markers, or through Accuracy, ArgMax and Threshold.
Where the blob comes from layers that learn, Caffe asks for one all the same, and dies at the first backward pass:
`SoftmaxWithLoss Layer cannot backpropagate to label inputs`. A bottom that gets no gradient is told by `propagate_down:
false`, given for each bottom; an Accuracy that carries a `loss_weight` is no loss to learn from.

With `force_backward: true` all layers are asked, an Accuracy in the TRAIN phase too.

Source: net.cpp (Net::Init) for what is asked; the Backward_cpu of each layer for what is refused.

Bad:
    layer { name: "data" type: "Input" top: "x" input_param { shape { dim: 2 dim: 8 } } }
    layer { name: "ip1" type: "InnerProduct" bottom: "x" top: "ip1" inner_product_param { num_output: 4 } }
    layer { name: "ip2" type: "InnerProduct" bottom: "x" top: "ip2" inner_product_param { num_output: 1 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip1" bottom: "ip2" top: "loss" }
    #                                                                  ^^^^^

Good:
    layer { name: "data" type: "Input" top: "x" input_param { shape { dim: 2 dim: 8 } } }
    layer { name: "ip1" type: "InnerProduct" bottom: "x" top: "ip1" inner_product_param { num_output: 4 } }
    layer { name: "ip2" type: "InnerProduct" bottom: "x" top: "ip2" inner_product_param { num_output: 1 } }
    layer {
      name: "loss"
      type: "SoftmaxWithLoss"
      bottom: "ip1"
      bottom: "ip2"
      propagate_down: true
      propagate_down: false
      top: "loss"
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import fix
from caffe_ls.rules.rewriting import beside, removal
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.written import field_span
from caffe_ls.text.edit import Edit


@refusal_rule(Fault.GRADIENT_NOT_POSSIBLE, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    layer = view.layer
    assert layer is not None
    fields, document, bottom = layer.spec.fields, view.document, view.refusal.about[0].bottom
    if fields.has("loss_weight") and fields.count("loss_weight") == 1:
        span = field_span(document, view.place(fields.place("loss_weight")))
        if span is not None and layer.type in ("Accuracy", "ArgMax", "Threshold"):
            yield fix("Remove `loss_weight`", removal(document.text, span))
            return
    if fields.count("propagate_down") == len(layer.bottoms):
        yield fix("Stop the gradient here", Edit(view.place(fields.place("propagate_down", bottom)), "false"))
        return
    last = field_span(document, view.place(fields.place("bottom", len(layer.bottoms) - 1)))
    if last is not None and not fields.has("propagate_down") and _is_of_todays_form(document, last.start):
        wanted = [needed and index != bottom for index, needed in enumerate(layer.bottoms_need_backward)]
        contents = [f"propagate_down: {str(flag).lower()}" for flag in wanted]
        yield fix("Stop the gradient here", beside(document.source, last, contents))


def _is_of_todays_form(document: PrototxtDocument, offset: int) -> bool:
    """Whether a layer is written as `layer`: the older forms have no `propagate_down`."""
    field = document.file.entries[document.file.index_at(offset)].field
    return field is not None and field.name != "layers"
