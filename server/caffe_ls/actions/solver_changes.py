"""Changes of a solver that people try when a run goes wrong, offered although nothing is known to be wrong."""

from __future__ import annotations

import math

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Fix, fix
from caffe_ls.rules.solver_fields import number_text, replace_value, set_field
from caffe_ls.text.span import Span


def lower_base_lr(document: PrototxtDocument, span: Span) -> Fix | None:
    """A tenth of the base learning rate; None where the range does not touch the field, or the rate is no number."""
    given, rate = document.solver.first("base_lr"), document.solver.number("base_lr")
    if given is None or not given.field.overlaps(span) or rate == 0 or not math.isfinite(rate):
        return None
    lower = number_text(rate / 10)
    change = replace_value(given, lower)
    return fix(f"Lower `base_lr` tenfold, to {lower}", *(edit.edit for edit in change.edits))


def switch_debug_info(document: PrototxtDocument) -> Fix:
    """`debug_info` turned on, by which Caffe prints the mean of each blob and gradient, or off again."""
    on = document.solver.flag("debug_info")
    change = set_field(document, "debug_info", "false" if on else "true", "display", "max_iter")
    title = "Turn `debug_info` off" if on else "Turn `debug_info` on: print means of blobs and gradients"
    return fix(title, *(edit.edit for edit in change.edits))
