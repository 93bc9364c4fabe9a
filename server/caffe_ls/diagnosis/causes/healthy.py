"""What is left when nothing is wrong: the run learns, or may."""

from __future__ import annotations

from collections.abc import Sequence

from caffe_ls.analysis.observations import early, finite_values, late, shown
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.symptoms import Symptoms

_FEW = 6
"""Values of which everybody sees the first and the last; of more, those of several displays are compared."""


def healthy(symptoms: Symptoms, others: Sequence[Cause]) -> Cause:
    """How sure it is that nothing is wrong, in view of the other causes."""
    reasons = []
    for curve in symptoms.losses:
        values = finite_values(curve.series)
        if len(values) >= 2:
            line = curve.series.line_at(len(curve.series.values) - 1)
            few = len(values) < _FEW
            first, last = (values[0], values[-1]) if few else (early(values), late(values))
            said = (
                f"is around {shown(last)}"
                if shown(first) == shown(last)
                else f"went from {shown(first)} to {shown(last)}"
            )
            reasons.append(Reason(line, f"`{curve.name}` {said}"))
    strongest = max((cause.confidence for cause in others), default=0.0)
    if symptoms.broke_in_training or symptoms.evidence.ended in ("fatal", "crashed"):
        sure = 0.02
    elif symptoms.has_trouble and not symptoms.improved:
        sure = 0.1
    elif symptoms.improved:
        sure = 0.9
    else:
        sure = 0.5
    return Cause("healthy", min(sure, max(0.02, 1 - strongest)), tuple(reasons), "let it run on, and look at the tests")
