"""What is said, and offered, where another dialect has what the dialect in force lacks."""

from __future__ import annotations

from collections.abc import Sequence

from caffe_ls.rules.finding import Fix
from caffe_ls.rules.nearest import and_list
from caffe_ls.schema.catalog import title_of
from caffe_ls.schema.model import Schema

_NAMED = 2
_OFFERED = 3


def belongs_to(dialects: Sequence[str], schema: Schema) -> str:
    """`belongs to SSD (weiliu89) and 4 other forks, not to BVLC Caffe`."""
    titles = [title_of(name) for name in dialects[:_NAMED]]
    others = len(dialects) - len(titles)
    if others:
        titles.append(f"{others} other{'s' if others > 1 else ''}")
    return f"belongs to {and_list(titles, quote='')}, not to {title_of(schema.dialect)}"


def dialect_fixes(dialects: Sequence[str]) -> tuple[Fix, ...]:
    """Fixes that change the setting `dialect`."""
    return tuple(
        Fix(f"Check the file as {title_of(name)} (setting `dialect`)", setting=("dialect", name))
        for name in dialects[:_OFFERED]
    )
