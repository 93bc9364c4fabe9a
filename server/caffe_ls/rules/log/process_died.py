"""The process died without a message of Caffe's.

A stack trace without a line of severity F, an abort at exit, a Python traceback: labels outside of the classes, memory
written beyond its end, a division of whole numbers by 0, no memory left, or a Python layer that raised.

Source: glog's signalhandler.cc (FailureSignalHandler), python_layer.hpp (PythonLayer::LayerSetUp), caffe.cpp (main).

Bad:
    Iteration 9, loss = 2.3
    *** Aborted at 1700000000 (unix time) try "date -d @1700000000" if you are using GNU date ***
    # ^^^
    PC: @ 0x0 (unknown)
    *** SIGSEGV (@0x0) received by PID 12 (TID 0x7f) from PID 0; stack trace: ***

Good:
    Iteration 9, loss = 2.3
    Optimization Done.
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.rule import log_rule


@log_rule(severity=Severity.ERROR)
def check(evidence: Evidence) -> Iterator[LogFinding]:
    if evidence.ended != "crashed":
        return
    events = [event for kind in ("aborted", "signal", "traceback") for event in evidence.run.events.get(kind, [])]
    if events:
        first = min(events, key=lambda event: event.line)
        raised = evidence.run.events.get("exception")
        why = (
            f"a Python layer raised {' '.join(raised[-1].text.split())[:150]}"
            if raised
            else "no message of Caffe's says why"
        )
        yield LogFinding(first.line, f"the process died here: {why}", evidence.run.last_iteration)
