"""What fields, values and layer types mean: the hand-written notes, read when first asked for.

A note file begins with `# Title`; each line that begins with `## ` opens the section of one key. The text between the
title and the first section is about the whole.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple


class Note(NamedTuple):
    """What there is to know, in Markdown: a sentence or two, and whatever follows (often empty)."""

    summary: str
    body: str


def field_note(message: str, field: str) -> Note | None:
    """About a field of the message with this full name."""
    return _message_section(message, field)


def message_note(message: str) -> Note | None:
    """About a message as a whole."""
    return _message_section(message, "")


def enum_value_note(enum: str, value: str) -> Note | None:
    """About a value of the enum with this full name, `PoolingParameter.PoolMethod` for one."""
    message, dot, name = enum.rpartition(".")
    if not dot:
        return _message_section(enum, value) or _message_section(enum, f"{enum}.{value}")
    return _message_section(message, f"{name}.{value}")


def layer_type_note(layer_type: str) -> Note | None:
    """About a layer type: of today's form, of a fork, or a V1 enum value (`CONVOLUTION`)."""
    for file in ("bvlc", "forks", "v1"):
        found = _sections(f"layer_types/{file}.md").get(layer_type)
        if found is not None:
            return found
    return None


def value_note(message: str, field: str, value: str) -> Note | None:
    """About a value of a string field that acts like an enum: a filler, learning rate policy, solver type."""
    return _sections(f"values/{message}.{field}.md").get(value)


def _message_section(message: str, key: str) -> Note | None:
    # BVLC's messages come first: a fork's file of the same name holds what the forks add to it.
    for folder in ("messages", "fork_messages"):
        found = _sections(f"{folder}/{message}.md").get(key)
        if found is not None:
            return found
    return None


@cache
def _sections(path: str) -> Mapping[str, Note]:
    """The notes of one file by key, the text about the whole under the empty key; empty when there is no such file."""
    try:
        data = pkgutil.get_data("caffe_ls.schema", f"notes/{path}")
    except OSError:
        return {}
    return {} if data is None else sections_of(data.decode("utf-8"))


def sections_of(text: str) -> dict[str, Note]:
    """The sections of a note file's text, by key."""
    sections: dict[str, Note] = {}
    key = ""
    lines: list[str] = []
    for line in [*text.splitlines(), "## "]:
        if line.startswith("## "):
            written = "\n".join(lines).strip()
            if written:
                summary, _, body = written.partition("\n\n")
                sections.setdefault(key, Note(summary, body.strip()))
            key, lines = line[3:].strip(), []
        elif not line.startswith("# "):
            lines.append(line)
    return sections
