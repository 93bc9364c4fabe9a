"""Fixes that rewrite a whole file."""

from __future__ import annotations

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Fix, fix
from caffe_ls.schema.upgrade.upgrading import upgrade_file
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

# A finding is made anew at each keystroke; beyond this size the upgrade, a command of its own, would be felt.
_LONGEST = 40_000


def upgrade_fix(document: PrototxtDocument) -> tuple[Fix, ...]:
    """The fix that upgrades the file as Caffe does; none for a long file, or where something would be left behind."""
    text = document.text
    if len(text) > _LONGEST:
        return ()
    upgraded = upgrade_file(document.file)
    if not upgraded.changes or upgraded.problems or upgraded.text == text:
        return ()
    start = _common_prefix(text, upgraded.text)
    end = _common_suffix(text, upgraded.text, start)
    edit = Edit(Span(start, len(text) - end), upgraded.text[start : len(upgraded.text) - end])
    return (fix("Upgrade the file to today's form", edit, safe=True),)


def _common_prefix(before: str, after: str) -> int:
    return next(
        (index for index, (one, other) in enumerate(zip(before, after, strict=False)) if one != other),
        min(len(before), len(after)),
    )


def _common_suffix(before: str, after: str, start: int) -> int:
    longest = min(len(before), len(after)) - start
    return next((index for index in range(longest) if before[-1 - index] != after[-1 - index]), longest)
