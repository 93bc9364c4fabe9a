"""Fixes that are offered only where the net, with them, is not refused for another reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.immutable import replace
from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Phase
from caffe_ls.rules.finding import Fix

# A net is built for each fix of each finding that somebody asks for.
_MOST_ENTRIES = 1_000


class _Refused(NamedTuple):
    phase: Phase
    layer: int | None
    fault: Fault


def proven(document: PrototxtDocument, fix: Fix, anywhere: bool = False) -> Fix:
    """The fix, without edits where Caffe would then stop for a new reason at a layer that it writes to.

    `anywhere` asks it of all layers: for a fix that mends what hid nothing of the others. The fix must leave the number
    of layers as it is. The net is built when somebody asks for the edits.
    """
    if len(document.file.entries) > _MOST_ENTRIES:
        return fix
    return replace(fix, later=lambda: fix.edits if fix.edits and _holds(document, fix, anywhere) else ())


def _holds(document: PrototxtDocument, fix: Fix, anywhere: bool) -> bool:
    edits = sorted((change.edit for change in fix.edits), key=lambda edit: edit.span, reverse=True)
    changed = document
    for edit in edits:
        changed = changed.edited(edit)
    changed.carried = {}
    fresh = set(_refusals(changed)) - set(_refusals(document))
    if anywhere or not fresh:
        return not fresh
    # Layers keep their order, and entries their number, so that a layer's entry is found by its index.
    touched = {document.file.index_at(change.edit.span.start) for change in fix.edits}
    net = judged_nets(document)[0]
    entries = {index: document.file.index_at(placed.base) for index, placed in enumerate(net.text.layers)}
    return not any(refused.layer is None or entries.get(refused.layer) in touched for refused in fresh)


def _refusals(document: PrototxtDocument) -> Iterator[_Refused]:
    for net in judged_nets(document):
        for refusal in net.refusals:
            yield _Refused(net.phase, refusal.layer, refusal.fault)
