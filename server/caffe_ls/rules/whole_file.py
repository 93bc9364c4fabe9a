"""Fixes that rewrite a whole file."""

from __future__ import annotations

from functools import lru_cache

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import FileEdit, Fix
from caffe_ls.text.edit import smallest_edit


@lru_cache(maxsize=4)
def upgrade_fix(document: PrototxtDocument) -> Fix:
    """The fix that upgrades the file as Caffe does, made once asked for; no edits where something would be lost."""
    return Fix("Upgrade the file to today's form", safe=True, later=lambda: _upgrade(document))


def _upgrade(document: PrototxtDocument) -> tuple[FileEdit, ...]:
    # Imported where it is used: a file of today's form needs no upgrade, and every start would wait for it.
    from caffe_ls.schema.upgrade.upgrading import upgrade_file

    text = document.text
    upgraded = upgrade_file(document.file)
    if upgraded.problems or upgraded.text == text:
        return ()
    return (FileEdit(smallest_edit(text, upgraded.text)),)
