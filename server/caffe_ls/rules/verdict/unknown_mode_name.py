"""A mode is named that does not exist.

Some settings are names in quotes that Caffe compares with a few words. `crop_mode` of window data is `warp` or
`square`: anything else acts as `warp` without a word. SSD's solver has `eval_type` (`classification` or `detection`)
and `ap_version` (`11point`, `MaxIntegral` or `Integral`): an unknown one ends the run at the first test.

Source: window_data_layer.cpp (WindowDataLayer::load_batch); SSD's solver.cpp (Solver::TestAll) and bbox_util.cpp
(ComputeAP).

Bad:
    layer {
      name: "data"
      type: "WindowData"
      window_data_param { source: "windows.txt" batch_size: 8 crop_mode: "Square" }
      #                                                                  ^^^^^^^^
    }

Good:
    layer {
      name: "data"
      type: "WindowData"
      window_data_param { source: "windows.txt" batch_size: 8 crop_mode: "square" }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.named_values import judge_name
from caffe_ls.rules.rows import found_in_entries
from caffe_ls.rules.rule import document_rule
from caffe_ls.schema.model import Schema
from caffe_ls.syntax.tree import Entry, Field, Message, Scalar
from caffe_ls.syntax.values import string_value

# Fields whose values string_values.py lists and no rule of their own judges.
_FIELDS = frozenset({"ap_version", "crop_mode", "det_crop_mode", "eval_type", "momentum_policy"})


@document_rule(category=Category.VERDICT, severity=Severity.WARNING, fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    if any(name in document.text for name in _FIELDS):
        for base, _, findings in found_in_entries(document, _findings, document.schema, document.root):
            for finding in findings:
                yield finding.shift(base)


def _findings(entry: Entry, schema: Schema, root: str) -> tuple[Finding, ...]:
    return tuple(_find(entry.field, schema, root)) if entry.field is not None else ()


def _find(top: Field, schema: Schema, root: str) -> Iterator[Finding]:
    waiting: list[tuple[Field, str]] = [(top, root)]
    while waiting:
        field, message = waiting.pop()
        declared = schema.field(message, field.name)
        if declared is None:
            continue
        if isinstance(field.value, Message):
            waiting += [(inner, declared.type_name) for inner in field.value.fields]
        elif field.name in _FIELDS and isinstance(field.value, Scalar):
            written = string_value(field.value)
            what = f"value of `{field.name}`"
            found = None
            if written is not None:
                found = judge_name(message, field.name, written, field.value.span, what, schema)
            if found is not None:
                severity = found.severity(Severity.WARNING)
                yield Finding(field.value.span, found.message, found.fixes, severity=severity)
