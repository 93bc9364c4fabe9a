"""The root causes of a run, ranked.

Each cause is weighed by a module of `causes` against the symptoms that the log shows and what the net and the solver
say. A fault that the texts prove counts when the log agrees with it; what only the numbers suggest counts less; and of
several that would explain the same, the first in the chain goes before what follows from it.
"""

from __future__ import annotations

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.evidence import Evidence
from caffe_ls.diagnosis.cause import Cause
from caffe_ls.diagnosis.causes.all_causes import WEIGHED
from caffe_ls.diagnosis.causes.endings import interrupted
from caffe_ls.diagnosis.causes.healthy import healthy
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.immutable import replace
from caffe_ls.training_log.ending import ended
from caffe_ls.training_log.record import Record, Run

_LEAST = 0.05  # Less sure than this is not worth a line.
_PROVEN, _SUGGESTED = 0.9, 0.8


def diagnose(
    record: Record,
    run: Run | None = None,
    solver: PrototxtDocument | None = None,
    net: PrototxtDocument | None = None,
    growing: bool = False,
) -> tuple[Cause, ...]:
    """The causes of a run of a log, the likeliest first; never empty.

    `record` is what `training_log.reader.Reader` (or `LogDocument.record`) has read so far, `run` one of its runs:
    without it the first with trouble, else the last. `solver` and `net` are documents of the user's own files, with
    the paths that fixes shall name; they stand in for what the log does not print. `growing` says that the log may
    still be written to.
    """
    run = run or record.troubled_run
    if run is None:
        return (Cause("healthy", 0.0, (), "the log has no line of a training run"),)
    return diagnose_evidence(Evidence(run, ended(record, run, growing), solver, net))


def diagnose_evidence(evidence: Evidence) -> tuple[Cause, ...]:
    """As `diagnose`, of evidence that is at hand."""
    symptoms = Symptoms(evidence)
    best: dict[str, Cause] = {}
    for weigh in WEIGHED:
        for cause in weigh(symptoms):
            known = best.get(cause.cause)
            if cause.confidence >= _LEAST and (known is None or known.confidence < cause.confidence):
                best[cause.cause] = cause
    best = _explained_away(best)
    if evidence.ended == "killed" and "interrupted" not in best:
        strongest = max((cause.confidence for cause in best.values()), default=0.0)
        best["interrupted"] = interrupted(symptoms, strongest)
    best["healthy"] = healthy(symptoms, tuple(best.values()))
    ranked = sorted(best.values(), key=lambda cause: -cause.confidence)
    return tuple(cause for cause in ranked if cause.confidence >= _LEAST) or (ranked[0],)


def _explained_away(causes: dict[str, Cause]) -> dict[str, Cause]:
    """Where one cause is as good as proven, what the symptoms would suggest without it is worth half."""
    if max((cause.confidence for cause in causes.values()), default=0.0) < _PROVEN:
        return causes
    return {
        name: replace(cause, confidence=cause.confidence / 2) if cause.confidence < _SUGGESTED else cause
        for name, cause in causes.items()
    }
