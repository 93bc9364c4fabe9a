"""What the name or the value under the cursor means, what the net makes of it, and why a fault there matters."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from caffe_ls.analysis.cursor import Cursor, cursor_at
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.named_files import named_files
from caffe_ls.features import documentation
from caffe_ls.features.learning_rate_hover import RATE_FIELDS, rate_over_the_run
from caffe_ls.features.net_facts import NetFacts, net_facts
from caffe_ls.features.view import View
from caffe_ls.rules.explanation import reason
from caffe_ls.rules.finding import Finding
from caffe_ls.rules.registry import rule_named
from caffe_ls.schema.model import SOLVER_MESSAGE, TEXT_TYPES, Schema
from caffe_ls.syntax.values import string_value
from caffe_ls.text.span import Span

SEPARATOR = "\n\n---\n\n"
"""What stands between the parts of a hover."""


def hover(view: View, offset: int) -> types.Hover | None:
    """What is known of what stands at `offset`; None where nothing is."""
    known = meaning_at(view.document, offset)
    here = [finding for finding in view.findings if finding.span.touches(offset)]
    parts = [*(known[0] if known is not None else ()), *_reasons(here)]
    if not parts:
        return None
    span = known[1] if known is not None else min((finding.span for finding in here), key=_length)
    return types.Hover(documentation.markup(SEPARATOR.join(parts), view.client), view.range(span))


def meaning_at(document: PrototxtDocument, offset: int) -> tuple[list[str], Span] | None:
    """What the name or value at `offset` means and what the net makes of it, in parts of Markdown, and where it is."""
    about = _documentation_at(document, offset)
    facts = net_facts(document, offset)
    known = about or facts
    return None if known is None else (_in_order(about, facts), known[1])


def _documentation_at(document: PrototxtDocument, offset: int) -> tuple[str, Span] | None:
    """What the name or value at `offset` means, as Markdown, and where it stands; None where that is not known."""
    cursor = cursor_at(document, offset)
    text = _text(cursor, document.schema) if cursor is not None and cursor.on != "between" else None
    if cursor is None or text is None:
        return None
    text += _file_meant(document, offset)
    _, message, declared = cursor.step
    decides_rate = message == SOLVER_MESSAGE and declared is not None and declared.name in RATE_FIELDS
    rate = rate_over_the_run(document) if decides_rate else None
    return (text if rate is None else f"{text}\n\n{rate}"), cursor.span


def _file_meant(document: PrototxtDocument, offset: int) -> str:
    """Which file a name means, and how it was found: Caffe itself looks only in the directory it is started in."""
    file = next((file for file in named_files(document) if file.span.touches(offset) and file.found), None)
    return "" if file is None else f"\n\n`{file.path}`, found {file.found}"


def _in_order(about: tuple[str, Span] | None, facts: NetFacts | None) -> list[str]:
    """The documentation and what the net makes of it; of a name of the user's own there is no documentation to read."""
    documented = [] if about is None else [about[0]]
    if facts is None:
        return documented
    if facts.names_its_own:
        return [facts.text]
    return [facts.text, *documented] if facts.is_whole_layer else [*documented, facts.text]


def _reasons(findings: list[Finding]) -> Iterator[str]:
    """Why each rule that found something here matters; the finding itself is shown by the client."""
    for name in dict.fromkeys(finding.rule for finding in findings):
        rule = rule_named(name)
        if rule is not None:
            yield f"**{rule.name}**: {reason(rule)}"


def _length(span: Span) -> int:
    return span.end - span.start


def _text(cursor: Cursor, schema: Schema) -> str | None:
    _, message, declared = cursor.step
    if message is None or declared is None:
        return None
    if cursor.on == "value" and cursor.value is not None:
        written = cursor.value.text
        if declared.type == "enum" and cursor.value.kind == "identifier":
            enum = schema.enum(declared.type_name)
            if enum is not None and written in enum.values:
                return documentation.of_enum_value(schema, enum.name, written)
        value = string_value(cursor.value) if declared.type in TEXT_TYPES else None
        about = None if value is None else _of_string(schema, message, declared.name, value)
        if about is not None:
            return about
    return documentation.of_field(schema, message, declared)


def _of_string(schema: Schema, message: str, field: str, value: str) -> str | None:
    if (message, field) == (documentation.LAYER_MESSAGE, "type"):
        return documentation.of_layer_type(schema, value)
    return documentation.of_string_value(message, field, value)
