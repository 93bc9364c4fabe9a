"""The run was stopped before its end.

By a signal, by the machine, or because the log ends in the middle of a line or of an iteration. `--snapshot` resumes it
from its last snapshot.

Source: solver.cpp (Solver::Solve, Solver::Step), signal_handler.cpp (SignalHandler::CheckForSignals).

Bad:
    Iteration 9, loss = 2.3
    Optimization stopped early.
    # ^^^
    Optimization Done.

Good:
    Iteration 9, loss = 2.3
    Optimization Done.
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule


@log_rule(severity=Severity.INFORMATION)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    if evidence.ended != "killed":
        return
    run = evidence.run
    events = [event for kind in ("stopped", "signal", "killed") for event in run.events.get(kind, [])]
    snapshots = [event for event in run.events.get("snapshot", []) if "solverstate" in event.text]
    # Versions of 2015 forget the blank behind `binary proto file`.
    last_state = snapshots[-1].text.rpartition(" ")[2].removeprefix("file") if snapshots else ""
    resume = f"; it can be resumed from {last_state}" if last_state else ""
    if events:
        first = min(events, key=lambda event: event.line)
        yield LogFinding(first.line, f"the run was stopped here{resume}", run.last_iteration)
    elif run.loss.values:
        last = len(run.loss.values) - 1
        text = f"the log ends in the middle of iteration {run.last_iteration} or after it{resume}"
        yield LogFinding(run.loss.line_at(last), text, run.last_iteration)
