"""Lines of what happens once: starts, snapshots, restores, ends, signals."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.log_document import LogDocument, LogLine
from caffe_ls.log_explanation.around import Around
from caffe_ls.log_explanation.solver_of_run import solver_of

_WORDS = {
    "start": "**Training begins**: construction is over; with `test_initialization` a test comes first",
    "device": "**Where it computes**: `solver_mode` and the command line's `--gpu` decide",
    "done": "**The run reached its end** (`max_iter`), or was told to stop",
    "stopped": "**The run was interrupted** (SIGINT): it snapshots, and says `Optimization Done.` all the same",
    "history": "**The solver's history is restored**: momentum goes on as it was",
    "traceback": (
        "**A Python layer failed**, or its module was not found: the last line below says what; Caffe ends without a "
        "fatal line. The module is looked for on PYTHONPATH, by its name without `.py`"
    ),
    "exception": "**The exception that ended a Python layer or script**: the lines above say where it was raised",
    "stack-title": "**The calls that led to the failed CHECK**, innermost first; the fatal line says what is wrong",
    "frame": "**A call on the way to the failure**, the innermost first",
    "killed": (
        "**The process was ended from outside**: out of memory (the kernel's log says so), a time limit, or by hand; "
        "the net itself need not be at fault"
    ),
    "missing": (
        "**A file of the data is not there or cannot be read**: ImageData stops at it, WindowData goes on with a batch "
        "that is not filled; paths count from `root_folder`, and from the directory in which Caffe was started"
    ),
    "no-items": (
        "**The list of the data source is empty, or is not where its path says**: older versions go on, and crash as "
        "they read the first of them; paths count from the directory in which Caffe was started"
    ),
    "aborted": (
        "**The process crashed without a message of Caffe's**: memory was read or written where it may not be. Labels "
        "or indices out of range, a pooling window outside its input and NaN in MAX pooling do that"
    ),
}

_SIGNALS = {
    "SIGSEGV": "a read or write outside of memory: labels or indices out of range, more `input` than `input_shape`, a "
    "pooling window outside its input",
    "SIGFPE": "a division by 0 among whole numbers: `group: 0`, a stride of 0 (`stride_h` without `stride_w`), a "
    "`stepsize` of 0",
    "SIGABRT": "the process gave up: after a failed CHECK, or when the memory's book-keeping was found broken",
    "SIGBUS": "a mapped file shrank or the disk is full: an LMDB on a full or networked disk",
    "SIGKILL": "ended from outside, most often for want of memory",
    "SIGTERM": "asked to end from outside: a time limit or a shutdown",
    "SIGINT": "interrupted by hand",
    "SIGHUP": "its terminal was closed",
    "SIGILL": "built for another processor than this",
}


def crash_line(_document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """What the system, the C++ library or glog prints when a process breaks off."""
    if "(unix time)" in line.body:
        yield "**The process was ended by a signal**, which the next line names"
        return
    if "bad_alloc" in line.body:
        yield "**Memory ran out**: a smaller `batch_size`, or fewer and smaller blobs, need less"
        return
    told = [event for kind in ("fatal", "check-failed") for event in line.run.events.get(kind, ())]
    above = [event for event in told if event.line < line.number]
    if above:
        yield f"**The process ended**, as after every failed CHECK: line {above[-1].line} says why"
        return
    yield _WORDS["aborted"]


def event_line(document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """A line whose kind says it all."""
    yield _WORDS[line.kind]
    if line.kind in ("done", "start"):
        solver = solver_of(document, line.run)
        if solver is not None and solver.max_iter:
            first, last = line.run.first_iteration, line.run.last_iteration
            seen = f"; iterations {first} to {last} are in the log" if last is not None else ""
            yield f"`max_iter` {solver.max_iter}{seen}"
        elif solver is not None and line.kind == "done":
            yield "`max_iter` is 0 or missing: no iteration was run"


def snapshot_line(document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """`Snapshotting to ...` (solver.cpp, Solver::Snapshot; sgd_solver.cpp)."""
    state = "solver state" in line.body
    yield f"**{'The solver state is' if state else 'The weights are'} written** to `{line.group(1)}`"
    yield (
        "Iteration, history and the path of the weights: `caffe train --snapshot=` goes on from it"
        if state
        else "For tests and deployment, and for `--weights`; to resume take the solverstate beside it"
    )
    trouble = line.run.first_nonfinite
    if trouble is not None and trouble.line < line.number:
        yield f"**Now**: nan or inf stands above, on line {trouble.line}: this snapshot may hold it too"


def restore_line(document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """`Resuming from` and `Finetuning from` (caffe.cpp; solver.cpp, Solver::Restore)."""
    path = line.group(1)
    if line.body.startswith("Finetuning"):
        yield f"**Weights are taken from** `{path}`, for the layers whose names and shapes it has"
        yield "Layers of other names keep what their fillers gave; the iteration count begins at 0"
        return
    yield f"**The run goes on from** `{path}`"
    at = line.run.resumed_at
    yield f"Iteration count, momentum and weights are restored{'' if at is None else f': it goes on at iteration {at}'}"
    yield "The weights are looked for at the path that the state file holds, from the directory Caffe is started in"


def signal_line(_document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """`*** SIGSEGV ... ***`, as glog's signal handler prints it."""
    name = line.group(1)
    yield f"**{name}**: {_SIGNALS.get(name, 'the process was ended by this signal')}"
    yield "The calls below name the layer that was running, where symbols are there"
