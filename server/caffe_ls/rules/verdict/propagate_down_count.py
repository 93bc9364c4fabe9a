"""`propagate_down` is not given once for each bottom.

It says of each bottom whether a gradient goes down to it, and is given for all of them or for none: `Check failed:
layer_param.propagate_down_size() == layer_param.bottom_size() (1 vs. 2) propagate_down param must be specified either 0
or bottom_size times`.

Source: net.cpp (Net::Init).

Bad:
    layer { name: "a" type: "Input" top: "a" top: "b" input_param { shape { dim: 2 dim: 8 } } }
    layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" propagate_down: false }
    #                                                                                      ^^^^^

Good:
    layer { name: "a" type: "Input" top: "a" top: "b" input_param { shape { dim: 2 dim: 8 } } }
    layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" propagate_down: false propagate_down: true }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import fix
from caffe_ls.rules.rewriting import beside, removal
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.written import field_span


@refusal_rule(Fault.PROPAGATE_DOWN_COUNT, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    layer = view.layer
    assert layer is not None
    fields, document = layer.spec.fields, view.document
    given, wanted = fields.count("propagate_down"), len(layer.bottoms)
    places = [view.place(fields.place("propagate_down", index)) for index in range(given)]
    spans = [span for place in places if (span := field_span(document, place)) is not None]
    if len(spans) < given:
        return
    if given < wanted:
        missing = ["propagate_down: true"] * (wanted - given)
        yield fix("Let the gradient down to the other bottoms", beside(document.source, spans[-1], missing))
    elif wanted:
        yield fix("Remove what is too much", *(removal(document.text, span) for span in spans[wanted:]))
    yield fix("Remove `propagate_down`", *(removal(document.text, span) for span in spans))
