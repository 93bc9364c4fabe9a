"""Fixes that rewrite a whole file."""

from __future__ import annotations

from functools import lru_cache

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import FileEdit, Fix
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


@lru_cache(maxsize=4)
def upgrade_fix(document: PrototxtDocument) -> Fix:
    """The fix that upgrades the file as Caffe does, made once asked for; no edits where something would be lost."""
    return Fix("Upgrade the file to today's form", safe=True, later=lambda: _upgrade(document))


def _upgrade(document: PrototxtDocument) -> tuple[FileEdit, ...]:
    # Imported where it is used: a file of today's form needs no upgrade, and every start would wait for it.
    from caffe_ls.schema.upgrade.upgrading import upgrade_file

    text = document.text
    upgraded = upgrade_file(document.file)
    if not upgraded.changes or upgraded.problems or upgraded.text == text:
        return ()
    start = _common_prefix(text, upgraded.text)
    end = _common_suffix(text, upgraded.text, start)
    return (FileEdit(Edit(Span(start, len(text) - end), upgraded.text[start : len(upgraded.text) - end])),)


def _common_prefix(before: str, after: str) -> int:
    return next(
        (index for index, (one, other) in enumerate(zip(before, after, strict=False)) if one != other),
        min(len(before), len(after)),
    )


def _common_suffix(before: str, after: str, start: int) -> int:
    longest = min(len(before), len(after)) - start
    return next((index for index in range(longest) if before[-1 - index] != after[-1 - index]), longest)
