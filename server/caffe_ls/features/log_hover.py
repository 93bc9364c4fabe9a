"""What a line of a log says, and what it means for the run."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from caffe_ls.features import documentation
from caffe_ls.features.hover import SEPARATOR, meaning_at
from caffe_ls.features.log_view import LogView
from caffe_ls.log_explanation.explain import explain
from caffe_ls.rules.explanation import reason
from caffe_ls.rules.registry import rule_named


def log_hover(view: LogView, position: types.Position) -> types.Hover | None:
    """The explanation of a line; in a printed solver or net, that of the field and of the layer, as in a prototxt."""
    offset = view.offset(position)
    printed = view.document.printed_at(offset)
    if printed is not None:
        found = meaning_at(printed.document, printed.offset)
        if found is None:
            return None
        place = view.range(*(view.document.place_of(printed.printed, end) for end in found[1]))
        return types.Hover(documentation.markup(SEPARATOR.join(found[0]), view.client), place)
    explained = explain(view.document, view.row(position), view.around)
    if explained is None:
        return None
    parts = [explained.markdown, *_reasons(view, view.row(position))]
    text = documentation.markup(SEPARATOR.join(parts), view.client)
    return types.Hover(text, view.range(explained.start, explained.end))


def _reasons(view: LogView, row: int) -> Iterator[str]:
    """Why each rule that found something on a row matters; the finding itself is shown by the client."""
    here = [finding for verdict in view.verdicts if view.complete for finding in verdict.findings
            if view.document.text.index_of(finding.line) == row]  # fmt: skip
    for name in dict.fromkeys(finding.rule for finding in here):
        rule = rule_named(name)
        if rule is not None:
            yield f"**{rule.name}**: {reason(rule)}"
