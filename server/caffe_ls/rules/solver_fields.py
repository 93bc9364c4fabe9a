"""Fields of a solver: where a finding about one stands, how severe it is, and the edits that mend it."""

from __future__ import annotations

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Fix, Severity, fix
from caffe_ls.rules.rewriting import new_line_after, removal
from caffe_ls.schema.string_values import is_exhaustive
from caffe_ls.solver.model import Given
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


def refusal(document: PrototxtDocument) -> Severity:
    """The severity of what BVLC's and SSD's Caffe refuse: other forks' solvers have not been read one by one."""
    return Severity.ERROR if is_exhaustive(document.schema) else Severity.WARNING


def anchor(document: PrototxtDocument, *names: str) -> Span | None:
    """Where a finding about a missing field stands: at the first of these that is given, else at the first field."""
    found = document.solver.first(*names)
    if found is not None:
        return found.name_span
    return next((entry.field.name_span.shift(base) for base, entry in document.file if entry.field), None)


def replace_value(given: Given, value: str, *, safe: bool = False) -> Fix:
    """Give a field another value."""
    return fix(f"Set `{given.name}: {value}`", Edit(given.span, value), safe=safe)


def add_field(document: PrototxtDocument, content: str, *after: str, safe: bool = False) -> Fix:
    """Add a field on a line of its own, behind the last value of the first of the fields `after` that is given."""
    return add_fields(document, (content,), *after, safe=safe)


def add_fields(document: PrototxtDocument, lines: tuple[str, ...], *after: str, safe: bool = False) -> Fix:
    """Add fields on lines of their own, as `add_field` does."""
    place = next((document.solver.given(name)[-1] for name in after if document.solver.has(name)), None)
    offset = place.field.end if place is not None else _end_of_fields(document)
    title = "Add " + ", ".join(f"`{line}`" for line in lines)
    return fix(title, new_line_after(document.source, offset, *lines), safe=safe)


def set_field(document: PrototxtDocument, name: str, value: str, *after: str, safe: bool = False) -> Fix:
    """Give a field a value, where it is written or on a line of its own."""
    given = document.solver.first(name)
    if given is not None:
        return replace_value(given, value, safe=safe)
    return add_field(document, f"{name}: {value}", *after, safe=safe)


def remove_field(document: PrototxtDocument, given: Given, *, safe: bool = False) -> Fix:
    """Take a field away, with its line where nothing else stands there."""
    return fix(f"Remove `{given.name}`", removal(document.text, given.field), safe=safe)


def number_text(number: float) -> str:
    """A float32 as people write it."""
    return f"{number:.6g}"


def _end_of_fields(document: PrototxtDocument) -> int:
    ends = [base + entry.field.end for base, entry in document.file if entry.field]
    return ends[-1] if ends else 0
