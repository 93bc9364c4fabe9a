"""Text into a tree and problems, whole or again after an edit."""

from __future__ import annotations

import re
from collections.abc import MutableMapping

from caffe_ls.syntax.entry_parser import EntryParser
from caffe_ls.syntax.plain_fields import plain_entry
from caffe_ls.syntax.tree import Entry, File
from caffe_ls.text.span import Span

_NAME_ON_NEW_LINE = re.compile(r"\n[A-Za-z_]\w*", re.ASCII)

# Copies of longer pieces of a text would take quadratic time where many entries stand on one line, and much memory.
_LONGEST_KNOWN = 10_000


def parse(text: str, known: MutableMapping[str, Entry] | None = None) -> File:
    """The tree of a text; every problem in it is told by the entry that holds it.

    `known` are entries of other texts, by all that their parse looked at: one that stands in this text too is the same
    object, with what was computed of it there. New ones are added.
    """
    entries: list[Entry] = []
    unclosed: set[int] = set()
    offset = 0
    following = _NAME_ON_NEW_LINE.search(text) if known is not None else None
    while offset < len(text):
        entry = None
        while following is not None and following.start() <= offset:
            following = _NAME_ON_NEW_LINE.search(text, following.end())
        # At the beginning of a text, a byte order mark and markup mean more than elsewhere.
        if known is not None and offset > 0 and following is not None and following.end() < offset + _LONGEST_KNOWN:
            # Nearly all entries end before a line that begins with a name, and their parse looked at that name.
            entry = known.get(text[offset : following.end() + 1])
        if entry is None:
            entry = parse_entry(text, offset, unclosed)
            if known is not None and offset > 0 and entry.examined <= _LONGEST_KNOWN:
                entry = known.setdefault(text[offset : offset + entry.examined], entry)
        entries.append(entry)
        offset += len(entry.text)
    return File(tuple(entries))


def reparse(before: File, edited: Span, new_length: int, text: str) -> File:
    """`parse(text)`, where `text` is the text of `before` with its `edited` range replaced by `new_length` code points.

    Entries that the edit does not reach are the same objects as before.
    """
    first = 0
    starts = before.starts
    for first, entry in enumerate(before.entries):
        if starts[first] + entry.examined >= edited.start:
            break
    kept_after = {start: index for index, start in enumerate(starts[:-1]) if start >= edited.end}
    growth = new_length - (edited.end - edited.start)
    entries = list(before.entries[:first])
    unclosed: set[int] = set()
    offset = starts[first] if before.entries else 0
    while offset < len(text):
        index = kept_after.get(offset - growth)
        if index is not None and offset >= edited.start + new_length and offset > 0:
            entries += before.entries[index:]
            break
        entry = parse_entry(text, offset, unclosed)
        entries.append(entry)
        offset += len(entry.text)
    return File(tuple(entries))


def parse_entry(text: str, start: int, unclosed: set[int]) -> Entry:
    """The entry that begins at `start`.

    `unclosed` collects the offsets of brackets known to have no partner up to the end of the text, which saves looking
    for it again; the result does not depend on it.
    """
    plain = plain_entry(text, start, unclosed)
    if plain is not None:
        return plain
    parser = EntryParser(text, start, unclosed, by_indentation=False)
    entry = parser.entry()
    if not parser.hit_end:
        return entry
    unclosed.update(frame.node.start + start for frame in parser.frames)
    by_indentation = EntryParser(text, start, unclosed, by_indentation=True)
    entry = by_indentation.entry()
    entry.examined = max(entry.examined, parser.examined - start + 2)
    return entry
