"""The client's edits applied to documents: right for every text and every line end of the protocol."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from lsprotocol import types

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.features.client import Encoding
from caffe_ls.features.positions import offset_in_line
from caffe_ls.text.edit import Edit
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span

_LINE_END = re.compile(r"\r\n|\n|\r")

Change = types.TextDocumentContentChangePartial | types.TextDocumentContentChangeWholeDocument


def changed(document: PrototxtDocument, changes: Sequence[Change], encoding: Encoding) -> PrototxtDocument:
    """The document after all `changes`, each of which refers to the text that those before it left."""
    edit = edit_of(document.source, changes, encoding)
    return document if edit is None else document.edited(edit)


def edit_of(source: Source, changes: Sequence[Change], encoding: Encoding) -> Edit | None:
    """All `changes` as one edit of a text; None where there are none."""
    buffer = _Buffer(source.text, source.line_starts, encoding)
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            buffer.replace(change.range, change.text)
        else:
            buffer.replace_all(change.text)
    return buffer.edit()


class _Buffer:
    """A text while several changes are made to it.

    Where its lines begin is known up to some line and looked up further when it is asked for, so that many changes in
    one message, in either direction, cost one walk over the text.
    """

    def __init__(self, text: str, line_starts: Sequence[int], encoding: Encoding) -> None:
        self._before = text
        self._text = text
        self._starts = list(line_starts)
        self._complete = True
        self._encoding = encoding
        # What differs from the text before: from `_first` on, up to `_rest` code points before the end.
        self._first = len(text) + 1
        self._rest = len(text) + 1

    def replace(self, place: types.Range, new_text: str) -> None:
        """Put `new_text` in the place of a range; a range outside the text counts as the nearest one in it."""
        start, end = sorted((self._offset(place.start), self._offset(place.end)))
        self._text = self._text[:start] + new_text + self._text[end:]
        self._note(start, len(self._text) - start - len(new_text))
        # A line end before `start` may have grown from \r to \r\n: the line of `start` is looked up again too.
        del self._starts[max(1, bisect_left(self._starts, start)) :]
        self._complete = False

    def replace_all(self, new_text: str) -> None:
        """Put `new_text` in the place of everything."""
        self._text = new_text
        self._note(0, 0)
        self._starts = [0]
        self._complete = False

    def edit(self) -> Edit | None:
        """All changes as one edit of the text before; None when there were none."""
        if self._first > len(self._before):
            return None
        changed_to = self._text[self._first : len(self._text) - self._rest]
        return Edit(Span(self._first, len(self._before) - self._rest), changed_to)

    def _note(self, start: int, rest: int) -> None:
        self._first = min(self._first, start)
        self._rest = min(self._rest, rest)

    def _offset(self, position: types.Position) -> int:
        line = position.line
        self._look_up(line + 1)
        if line >= len(self._starts):
            return len(self._text)
        start = self._starts[line]
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)
        content = self._text[start:end]
        if line + 1 < len(self._starts):
            content = content[:-2] if content.endswith("\r\n") else content[:-1]
        return start + offset_in_line(content, position.character, self._encoding)

    def _look_up(self, line: int) -> None:
        """Make the start of `line` known, where there is such a line."""
        if self._complete or line < len(self._starts):
            return
        for found in _LINE_END.finditer(self._text, self._starts[-1]):
            self._starts.append(found.end())
            if len(self._starts) > line:
                return
        self._complete = True
