"""Fixes applied to a text until none is left to apply."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.cli.report import applicable_fix
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding
from caffe_ls.text.edit import Edit, apply_edits
from caffe_ls.text.span import Span

# Fixes that need another one first come in a later round; two that undo each other must come to an end.
_ROUNDS = 20


class Fixed(NamedTuple):
    """A document after its fixes, what is still found in it, and how many findings were mended."""

    document: PrototxtDocument
    findings: tuple[Finding, ...]
    mended: int


def fixed(document: PrototxtDocument, with_text: Callable[[str], PrototxtDocument], unsafe: bool) -> Fixed:
    """The document with its safe fixes applied, with all fixes where `unsafe`; `with_text` makes it of another text.

    A fix of several files, or one that changes a setting, is left to the user. A round after which less of the text
    can be parsed than before is not taken.
    """
    findings, mended = check(document), 0
    seen = {document.text}
    for _ in range(_ROUNDS):
        fixes = _compatible(findings, unsafe)
        text = apply_edits(document.text, (edit for fix in fixes for edit in fix))
        if text in seen:
            break
        seen.add(text)
        after = with_text(text)
        if _syntax_problems(after) > _syntax_problems(document):
            break
        document, findings, mended = after, check(after), mended + len(fixes)
    return Fixed(document, findings, mended)


def _compatible(findings: Iterable[Finding], unsafe: bool) -> list[tuple[Edit, ...]]:
    """The edits of one fix for each finding, as far as none touches another's place."""
    chosen: list[tuple[Edit, ...]] = []
    taken: list[Span] = []
    for finding in findings:
        fix = applicable_fix(finding, unsafe)
        edits = () if fix is None else tuple(change.edit for change in fix.edits)
        if edits and all(_is_free(edit.span, taken) for edit in edits):
            chosen.append(edits)
            for edit in edits:
                insort(taken, edit.span)
    return chosen


def _is_free(span: Span, taken: list[Span]) -> bool:
    """Whether a span touches none of the spans taken, which are sorted and do not overlap each other."""
    after = bisect_left(taken, span)
    return not any(span.overlaps(other) for other in taken[max(0, after - 1) : after + 1])


def _syntax_problems(document: PrototxtDocument) -> int:
    return sum(len(entry.problems) for entry in document.file.entries)
