"""How a run ended."""

from __future__ import annotations

from caffe_ls.training_log.record import Record, Run

_ASKED_TO_STOP = ("SIGTERM", "SIGINT", "SIGHUP", "SIGKILL", "SIGQUIT")


def ended(record: Record, run: Run, growing: bool = False) -> str:
    """`done`, `fatal`, `crashed`, `killed`, or `running` where the log stops between lines and may go on."""
    if run.fate:
        return run.fate
    if growing or run is not record.runs[-1]:
        return "running" if growing and run is record.runs[-1] else "killed" if run.unfinished else "running"
    return "killed" if record.cut or run.unfinished else "running"


def told_by(kind: str, signal: str, before: str) -> str:
    """What a run's fate is after a line of this kind, given what it was before."""
    if kind == "stopped":
        return "killed"
    if kind == "done":
        return "killed" if before == "killed" else "done"
    if kind in (
        "fatal",
        "fatal-words",
        "check-failed",
        "stack-title",
    ):  # the title is glog's, of lines of severity F alone
        return "crashed" if before == "crashed" else "fatal"
    if kind == "signal" and signal in _ASKED_TO_STOP:
        return before if before in ("done", "fatal") else "killed"
    if kind in ("signal", "aborted", "frame", "traceback"):
        return before if before in ("fatal", "killed") else "crashed"
    if kind == "killed":
        return before or "killed"
    return before
