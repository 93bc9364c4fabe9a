"""A merge conflict is not resolved.

The lines `<<<<<<<`, `=======` and `>>>>>>>` that a version control system left are no text format: Caffe refuses the
file. Nothing else is said about it until one side is chosen, since both are in it.

Source: protobuf, text_format.cc (TextFormat::Parser::ParserImpl::ConsumeField).

Bad:
    base_lr: 0.01
    <<<<<<< HEAD
    #<^^^^^^^^^^
    momentum: 0.9
    =======
    momentum: 0.95
    >>>>>>> tuning

Good:
    base_lr: 0.01
    momentum: 0.9
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, FileEdit, Finding, Fix, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

_CONFLICT = re.compile(
    r"^<{7}(?: [^\n]*)?\n"
    r"(?P<ours>(?:(?!={7}|\|{7}|>{7})[^\n]*\n)*)"
    r"(?:\|{7}[^\n]*\n(?:(?!={7}|>{7})[^\n]*\n)*)?"
    r"={7}[^\n]*\n"
    r"(?P<theirs>(?:(?!>{7})[^\n]*\n)*)"
    r">{7}[^\n]*\n?",
    re.MULTILINE,
)

_MARKER = re.compile(r"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)


@document_rule(category=Category.FORMAT, severity=Severity.ERROR, stage="parse", fixable=True, alone=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    markers = [
        problem.span.shift(base)
        for base, entry in document.file
        for problem in entry.problems
        if problem.code == "conflict-marker"
    ]
    if not markers:
        return
    conflicts = list(_CONFLICT.finditer(document.text))
    count = len(conflicts)
    message = f"{count} merge conflicts are not resolved" if count > 1 else "a merge conflict is not resolved"
    # Of conflicts in conflicts nobody but the user knows what belongs together.
    rest = _CONFLICT.sub(lambda conflict: conflict["ours"] + conflict["theirs"], document.text)
    yield Finding(markers[0], message, () if _MARKER.search(rest) else _fixes(conflicts))


def _fixes(conflicts: list[re.Match[str]]) -> tuple[Fix, ...]:
    if not conflicts:
        return ()
    return tuple(
        Fix(
            f"Keep {words} of each conflict",
            tuple(FileEdit(Edit(Span(*conflict.span()), conflict[side])) for conflict in conflicts),
        )
        for side, words in (("ours", "the first side"), ("theirs", "the second side"))
    )
