"""`loss_weight` is not given once for each top.

It is given for all tops of a layer or for none: `Check failed: top.size() == num_loss_weights (2 vs. 1) loss_weight
must be unspecified or specified once per top blob`. A loss counts as if it had `loss_weight: 1`, so that one with a
second top, as SoftmaxWithLoss with its probabilities, needs two: usually 1 and 0.

Source: layer.hpp (Layer::SetLossWeights); loss_layer.cpp (LossLayer::LayerSetUp).

Bad:
    layer { name: "data" type: "Input" top: "x" top: "label" input_param { shape { dim: 2 dim: 8 } shape { dim: 2 } } }
    layer {
      name: "loss"
      type: "SoftmaxWithLoss"
      bottom: "x"
      bottom: "label"
      top: "loss"
      loss_weight: 1
      loss_weight: 2
      #            ^
    }

Good:
    layer { name: "data" type: "Input" top: "x" top: "label" input_param { shape { dim: 2 dim: 8 } shape { dim: 2 } } }
    layer {
      name: "loss"
      type: "SoftmaxWithLoss"
      bottom: "x"
      bottom: "label"
      top: "loss"
      loss_weight: 1
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import fix
from caffe_ls.rules.rewriting import beside, removal
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.written import field_span


@refusal_rule(Fault.LOSS_WEIGHT_COUNT, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    layer = view.layer
    assert layer is not None
    fields, document, tops = layer.spec.fields, view.document, len(layer.tops)
    given = fields.count("loss_weight")
    anchor = "loss_weight" if given else "top"
    places = [view.place(fields.place(anchor, index)) for index in range(fields.count(anchor))]
    spans = [span for place in places if (span := field_span(document, place)) is not None]
    if not spans or len(spans) < len(places):
        return
    if given > tops:
        yield fix("Remove what is too much", *(removal(document.text, span) for span in spans[tops:]))
    else:
        missing = [f"loss_weight: {int(index == 0)}" for index in range(given, tops)]
        yield fix("Let the other tops weigh nothing", beside(document.source, spans[-1], missing))
