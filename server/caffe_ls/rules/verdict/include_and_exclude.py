"""A layer has both include and exclude rules.

A layer is built where one of its `include` rules holds, or, if it has `exclude` rules, where none of those does; both
in one layer are refused, in every phase: `Specify either include rules or exclude rules; not both`. What was meant fits
in one rule: `include { phase: TRAIN not_stage: "deploy" }`.

Source: net.cpp (Net::FilterNet).

Bad:
    layer {
      name: "data"
      type: "Input"
      top: "data"
      input_param { shape { dim: 1 dim: 8 } }
      include { phase: TRAIN }
      exclude { stage: "deploy" }
      #       ^^^^^^^^^^^^^^^^^^^
    }

Good:
    layer {
      name: "data"
      type: "Input"
      top: "data"
      input_param { shape { dim: 1 dim: 8 } }
      include { phase: TRAIN not_stage: "deploy" }
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import fix
from caffe_ls.rules.proving import proven
from caffe_ls.rules.rewriting import removal
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.written import field_span


@refusal_rule(Fault.INCLUDE_AND_EXCLUDE, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    assert view.refusal.layer is not None
    fields = view.net.text.layers[view.refusal.layer].spec.fields
    for rules in (("exclude",), ("include",), ("include", "exclude")):
        places = [view.place(fields.place(rule, index)) for rule in rules for index in range(fields.count(rule))]
        spans = [span for place in places if (span := field_span(view.document, place)) is not None]
        if len(spans) == len(places):
            change = fix(
                f"Remove the {' and '.join(rules)} rules", *(removal(view.document.text, span) for span in spans)
            )
            yield proven(view.document, change, anywhere=True)
