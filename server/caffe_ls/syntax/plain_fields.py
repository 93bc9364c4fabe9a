"""Fields as nearly all are written, each read by one match of a regular expression in place of several tokens."""

from __future__ import annotations

import re

from caffe_ls.syntax.open_brackets import Frame
from caffe_ls.syntax.tree import Entry, Field, Message, Scalar, ScalarKind

# White space and whole comments. No two ways lead over one text: what fails does so in linear time. Where no comment
# stands, as nearly always, an empty alternative takes half the time of `?` or `*`.
_WHITE = r"[ \t\n\r\v\f]*"
_COMMENT = rf"\#[^\n\0]*\n{_WHITE}"
_SPACE = rf"{_WHITE}(?:{_COMMENT}(?:{_COMMENT})*|)"

# `name: scalar`, `name {` or `}`, with a name, `}` or the end of the text behind it, so that neither a separator nor an
# adjacent string can follow and nothing that is left out can change what was taken.
_PLAIN = re.compile(
    rf"""{_SPACE}(?:
      ([A-Za-z_]\w*)[ \t]*(?:
        :[ \t]*(?:
            ("[^"\\\n\0]*" | '[^'\\\n\0]*')
          | (-?(?:0 | [1-9][0-9]*)(?![\w.]))
          | (-?(?:(?:0 | [1-9][0-9]*)(?:\.[0-9]*)? | \.[0-9]+)(?:[eE][+-]?[0-9]+)?[fF]?)
          | ([A-Za-z_]\w*)
        )(?=[ \t\n\r\v\f]{_WHITE}[A-Za-z_}}] | \}} | \Z | (?=[ \t\n\r\v\f\#]){_SPACE}(?:[A-Za-z_}}] | \Z))
      | :?[ \t]*(\{{)
      )
    | (\}})(?={_WHITE}[A-Za-z_}}] | {_SPACE}(?:[A-Za-z_}}] | \Z))
    )""",
    re.VERBOSE | re.ASCII,
)
_KINDS: tuple[ScalarKind, ...] = ("broken", "broken", "string", "integer", "float", "identifier")
_OPENING, _CLOSING = 6, 7

_BEHIND = re.compile(rf"{_SPACE}(?:[A-Za-z_]\w*|\}}|\Z)", re.ASCII)


def plain_entry(text: str, base: int, unclosed: set[int]) -> Entry | None:
    """The entry at `base` where it is plain to its end, else None; `unclosed` are brackets known to have no partner."""
    found = _PLAIN.match(text, base)
    if found is None or found.lastindex == _CLOSING:
        return None
    group = found.lastindex
    assert group is not None
    start, end = found.span(group)
    name_start, name_end = found.span(1)
    top = Field(found[1], name_start - base, name_end - base)
    if group == _OPENING:
        if start in unclosed:
            return None
        top.colon = ":" in text[name_end:start]
        top.value = message = Message(start - base)
        frames = [Frame(top, message)]
        end = plain_fields(text, base, end, frames)
        if frames:
            return None
    else:
        top.colon = True
        top.end = end - base
        top.value = Scalar(_KINDS[group], start - base, end - base, found[group])
    behind = _BEHIND.match(text, end)
    assert behind is not None  # As _PLAIN saw.
    return Entry(text[base:end], top, (), behind.end() - base + 1, template=False)


def plain_fields(text: str, base: int, end: int, frames: list[Frame]) -> int:
    """Take what is plain from `end` on, until no frame is open; where that ends."""
    match = _PLAIN.match
    frame = frames[-1]
    field, node = frame.field, frame.node
    while node.__class__ is Message and (found := match(text, end)) is not None:
        group: int = found.lastindex  # type: ignore[assignment]  # Each alternative has a group.
        if group == 7:  # _CLOSING
            if text[node.start + base] != "{":
                break
            end = found.end()
            node.end = field.end = end - base
            node.closed = True
            frames.pop()
            if not frames:
                break
            frame = frames[-1]
            field, node = frame.field, frame.node
            continue
        start, end = found.span(group)
        name_start, name_end = found.span(1)
        inner = Field(found[1], name_start - base, name_end - base)
        node.fields.append(inner)
        if group == 6:  # _OPENING
            field = inner
            field.value = node = Message(start - base)
            field.colon = ":" in text[name_end:start]
            frames.append(Frame(field, node))
        else:
            inner.colon = True
            inner.end = end - base
            inner.value = Scalar(_KINDS[group], start - base, end - base, found[group])
    return end
