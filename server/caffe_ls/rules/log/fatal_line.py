"""Caffe stopped at a CHECK, or at a line of severity F.

What stands there is why; what stands above it, of protobuf or of Python, often says more. `caffe-ls check` on the net
and the solver shows most of these before the run.

Source: glog's logging.cc (LogMessage::Fail, LogMessageFatal), and the CHECKs of Caffe's own files, which
the line names.

Bad:
    Initializing net from parameters:
    F1121 10:00:00.000001  42 layer_factory.hpp:77] Check failed: registry.count(type) == 1 (0 vs. 1) Unknown type: Relu
    # ^^^
    *** Check failure stack trace: ***

Good:
    Initializing net from parameters:
    Network initialization done.
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.fatal_messages import forks_with, refusal_of
from caffe_ls.rules.finding import LogFinding, Severity, Stage
from caffe_ls.rules.rule import log_rule


@log_rule(severity=Severity.ERROR)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    run = evidence.run
    events = [event for kind in ("fatal", "check-failed", "fatal-words") for event in run.events.get(kind, [])]
    if events:
        first = min(events, key=lambda event: event.line)
        words = " ".join(first.text.split())
        text = f"Caffe stopped here: {words if len(words) <= 200 else words[:197] + '...'}{forks_with(words)}"
        stage: Stage = "first-iteration" if run.events.get("start") or run.started else "init"
        if "Failed to parse" in first.text:
            stage = "parse"
            refusal = refusal_of(run)
            text += f"; {refusal[1]}" if refusal is not None else ""
        yield LogFinding(first.line, text, run.last_iteration, stage=stage)
