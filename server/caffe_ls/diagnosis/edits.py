"""Fixes of causes: edits of the user's own solver and net where these are known, their titles alone where not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.evidence import Evidence
from caffe_ls.net.model import PlacedLayer
from caffe_ls.rules.finding import FileEdit, Fix
from caffe_ls.solver.lower import lower_solver
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


def set_solver(evidence: Evidence, field: str, value: str) -> Fix:
    """Give a field of the solver another value."""
    file = evidence.solver_file
    now = _solver_value(evidence, field)
    title = f"`{field}` {now} to {value}" if now else f"set `{field}: {value}`"
    if file is None:
        return Fix(f"{title} in the solver")
    given = lower_solver(file.file, file.schema).first(field)
    if given is None:
        return Fix(f"{title} in {_name(file)}", (FileEdit(_appended(file, f"{field}: {value}"), file.path),))
    written = file.text[given.span.start : given.span.end]
    if written == value:
        return Fix(f"{title} in the solver (the file has it already)")
    return Fix(f"`{field}` {written} to {value} in {_name(file)}", (FileEdit(Edit(given.span, value), file.path),))


def remove_from_solver(evidence: Evidence, field: str) -> Fix:
    """Take a field out of the solver."""
    file = evidence.solver_file
    if file is None:
        return Fix(f"remove `{field}` from the solver")
    given = lower_solver(file.file, file.schema).first(field)
    if given is None:
        return Fix(f"remove `{field}` from the solver (the file has none)")
    return Fix(
        f"remove `{field}` from {_name(file)}", (FileEdit(Edit(_with_line(file.text, given.field), ""), file.path),)
    )


def set_in_layer(evidence: Evidence, layer: str, path: tuple[str, ...], value: str) -> Fix:
    """Give a field of a layer of the net another value, or one where it has none."""
    title = f"`{'.'.join(path)}: {value}` in layer `{layer}`"
    file, placed = evidence.net_file, _placed(evidence.net_file, layer)
    if file is None or placed is None:
        return Fix(f"set {title}")
    group, base = placed.spec.fields, placed.base
    missing = list(path)
    while len(missing) > 1 and group.has(missing[0]):
        group = group.group(missing.pop(0))
    if len(missing) == 1 and group.has(missing[0]):
        span = group.place(missing[0]).shift(base)
        written = file.text[span.start : span.end]
        if written == value:
            return Fix(f"set {title} (the file has it already)")
        named = f"`{'.'.join(path)}` {written} to {value} in layer `{layer}` of {_name(file)}"
        return Fix(named, (FileEdit(Edit(span, value), file.path),))
    return _inserted(file, group.span.shift(base), missing, value, f"{title} of {_name(file)}")


def together(title: str, fixes: Sequence[Fix]) -> tuple[Fix, ...]:
    """Fixes of one file that mend nothing by themselves as a single one; one alone stays as it is."""
    if len(fixes) < 2:
        return tuple(fixes)
    edits = tuple(change for fix in fixes for change in fix.edits)
    paths = {change.path for change in edits if change.path is not None}
    return (
        Fix(f"{title} of {' and '.join(sorted(PurePath(path).name for path in paths))}" if paths else title, edits),
    )


def _inserted(file: PrototxtDocument, message: Span, path: list[str], value: str, title: str) -> Fix:
    """A field put behind the opening bracket of a message."""
    if file.text[message.start : message.start + 1] not in ("{", "<"):
        return Fix(f"set {title}")
    text = f"{path[-1]}: {value}"
    for name in reversed(path[:-1]):
        text = f"{name} {{ {text} }}"
    at = Span(message.start + 1, message.start + 1)
    line = file.text[message.end - 1 - _indent_before(file.text, message.end - 1) : message.end - 1]
    between = f"\n{line}  {text}" if "\n" in file.text[message.start : message.end] else f" {text}"
    return Fix(f"set {title}", (FileEdit(Edit(at, between), file.path),))


def _indent_before(text: str, at: int) -> int:
    start = at
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    return at - start if start == 0 or text[start - 1] == "\n" else 0


def _placed(file: PrototxtDocument | None, layer: str) -> PlacedLayer | None:
    if file is None or file.kind != "net":
        return None
    from caffe_ls.net.lower import lower_file

    return next((one for one in lower_file(file.file, file.dialect).layers if one.spec.name == layer), None)


def _solver_value(evidence: Evidence, field: str) -> str:
    solver = evidence.solver
    given = None if solver is None else solver.first(field)
    if given is None or given.value is None:
        return ""
    return f"{given.value:g}" if isinstance(given.value, float) else str(given.value)


def _appended(file: PrototxtDocument, text: str) -> Edit:
    end = len(file.text)
    before = "" if not file.text or file.text.endswith("\n") else "\n"
    return Edit(Span(end, end), f"{before}{text}\n")


def _with_line(text: str, span: Span) -> Span:
    """The span with its whole line, where nothing else stands on it."""
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end + 1
    return Span(start, end) if not (text[start : span.start] + text[span.end : end]).strip() else span


def _name(file: PrototxtDocument) -> str:
    return PurePath(file.path).name
