"""A readable extract of a log: the verdict, the runs, the first trouble and what stands around it, its layers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from caffe_ls.analysis.log_document import LogDocument
from caffe_ls.diagnosis.cause import Cause
from caffe_ls.log_explanation.figures import figure, sparkline, whole
from caffe_ls.log_explanation.layer_of_run import file_name
from caffe_ls.training_log.first_nonfinite import first_nonfinite
from caffe_ls.training_log.record import Run
from caffe_ls.training_log.series import Series

_BEFORE, _AFTER = 12, 6
_LONGEST_LINE = 200
_MOST_LAYERS = 400
_MOST_RUNS = 20
_DRAWN = 40

_Causes = Sequence[tuple[Run, Sequence[Cause]]]


def report(document: LogDocument, causes: _Causes, read: float = 1.0, stopped: bool = False) -> str:
    """The extract as plain text; `read` is the share that has been read so far, and `stopped` whether it stays so."""
    record = document.record
    lines = [f"TRAINING LOG {file_name(document.path)}", ""]
    if read < 1:
        rest = "the reading was stopped" if stopped else "this text goes on as the rest is read"
        lines += [f"{read:.0%} has been read; {rest}", ""]
    lines.append(f"{whole(record.bytes)} bytes, {whole(record.lines)} lines, {_counted(len(record.runs), 'run')}")
    of_run = {id(run): found for run, found in causes}
    for index, run in list(enumerate(record.runs))[-_MOST_RUNS:]:
        lines += ["", *_run(document, run, index, of_run.get(id(run), ()))]
    return "\n".join(lines) + "\n"


def _run(document: LogDocument, run: Run, index: int, causes: Sequence[Cause]) -> Iterator[str]:
    yield f"RUN {index + 1}"
    yield ""
    iterations = (
        "no iteration" if run.last_iteration is None else f"iterations {run.first_iteration} to {run.last_iteration}"
    )
    yield f"from line {whole(run.start_line)}, {iterations}, ended: {document.ended(run)}"
    yield from _verdict(causes)
    yield from _trouble(document, run)
    yield from _events(run)
    yield from _outputs(run)
    yield from _layers(run)


def _verdict(causes: Sequence[Cause]) -> Iterator[str]:
    for place, cause in enumerate(causes[:3]):
        yield ""
        yield f"{'VERDICT' if not place else 'else'}: {cause.cause.replace('-', ' ')} ({cause.confidence:.0%})"
        for reason in cause.because:
            yield f"  - {reason.text}" + (f" (line {whole(reason.line)})" if reason.line else "")
        if cause.confirm:
            yield f"  to be sure: {cause.confirm}"
        for fix in cause.fixes:
            yield f"  fix: {fix.title}"


def _trouble(document: LogDocument, run: Run) -> Iterator[str]:
    found = first_nonfinite(run)
    events = [event for kind in ("fatal", "check-failed", "signal", "traceback") for event in run.events.get(kind, ())]
    if found is not None:
        where = found.layer or found.blob or "all parameters"
        yield ""
        yield (
            f"FIRST NAN OR INF: line {whole(found.line)}, iteration {found.iteration}, {found.direction}, {where}"
            f" ({'test' if found.phase == 'TEST' else 'training'})"
        )
        yield ""
        yield from _context(document, found.line)
    if events:
        line = min(event.line for event in events)
        yield ""
        yield f"STOPPED: line {whole(line)}"
        yield ""
        yield from _context(document, line)


def _context(document: LogDocument, number: int) -> Iterator[str]:
    for line in range(max(1, number - _BEFORE), min(document.record.lines, number + _AFTER) + 1):
        raw = document.text.line(document.text.index_of(line))[:_LONGEST_LINE]
        yield f"{'>' if line == number else ' '} {line:>9}  {raw.decode('utf-8', 'replace')}"


def _events(run: Run) -> Iterator[str]:
    told = [event for kind in ("restore", "snapshot") for event in run.events.get(kind, ())]
    if told:
        last = max(told, key=lambda event: event.line)
        yield ""
        yield f"{_counted(len(told), 'snapshot and restore')}; the last on line {whole(last.line)}: {last.text[:120]}"


def _outputs(run: Run) -> Iterator[str]:
    rows = [
        ("loss", run.loss),
        ("learning rate", run.rate),
        ("iterations/s", run.speed),
        ("clipped norm", run.clipping),
    ]
    rows += [
        (f"{'test' if output.phase == 'TEST' else 'train'}{f' #{output.net}' if output.net else ''} {output.name}", one)
        for output, one in run.outputs.items()
    ]
    rows = [(name, series) for name, series in rows if series.values]
    if not rows:
        return
    width = max(len(name) for name, _ in rows)
    yield ""
    yield "OUTPUTS"
    yield ""
    for name, series in rows:
        finite = [value for value in series.values if math.isfinite(value)]
        least = f"least {figure(min(finite))}, most {figure(max(finite))}" if finite else "never finite"
        first, last = figure(series.values[0]), figure(series.values[-1])
        yield f"  {name:<{width}}  {_drawn(series)}  {first} -> {last} ({least})"


def _layers(run: Run) -> Iterator[str]:
    names = dict.fromkeys(
        quantity.layer for phase, _, quantity in run.debug if phase == "TRAIN" and quantity.layer is not None
    )
    if not names:
        return
    yield ""
    yield "LAYERS, mean |x| in training: first display -> last display"
    yield ""
    header = ("layer", "output", "gradient handed down", "weights", "their gradient", "rate x gradient / weights")
    rows = [header, *(_layer(run, name) for name in list(names)[:_MOST_LAYERS])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(header))]
    for row in rows:
        yield "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
    if len(names) > _MOST_LAYERS:
        yield f"  and {len(names) - _MOST_LAYERS} more layers"


def _layer(run: Run, name: str) -> tuple[str, ...]:
    def of(direction: str, end: str, blob: str | None, part: str) -> Series | None:
        for (phase, _, quantity), series in run.debug.items():
            wanted = quantity[:3] == (direction, name, end) and quantity.part == part
            if phase == "TRAIN" and wanted and blob in (None, quantity.blob):
                return series
        return None

    weights, gradient = of("forward", "param", "0", "data"), of("backward", "param", "0", "diff")
    update = of("update", "param", "0", "diff")
    return (
        name,
        _ends(of("forward", "top", None, "data")),
        _ends(of("backward", "bottom", None, "diff")),
        _ends(weights),
        _ends(gradient or update),
        _step(run, weights, gradient),
    )


def _step(run: Run, weights: Series | None, gradient: Series | None) -> str:
    rate = run.rate.values[-1:]
    if weights is None or gradient is None or not rate or not weights.values or not gradient.values:
        return ""
    size, step = weights.values[-1], gradient.values[-1]
    if not size or not all(map(math.isfinite, (size, step, rate[0]))):
        return ""
    return figure(abs(rate[0]) * step / size)


def _ends(series: Series | None) -> str:
    if series is None or not series.values:
        return ""
    return f"{_short(series.values[0])} -> {_short(series.values[-1])}"


def _short(value: float) -> str:
    return format(value, ".3g") if math.isfinite(value) else figure(value)


def _drawn(series: Series) -> str:
    values = list(series.values)
    if len(values) > _DRAWN:
        # Of each bucket the first that is no finite number, else the last.
        size = len(values) / _DRAWN
        buckets = [values[int(at * size) : max(int(at * size) + 1, int((at + 1) * size))] for at in range(_DRAWN)]
        values = [next((one for one in bucket if not math.isfinite(one)), bucket[-1]) for bucket in buckets]
    return sparkline(values)


def _counted(number: int, what: str) -> str:
    return f"{whole(number)} {what}{'' if number == 1 else 's'}"
