"""Quick fixes of findings, all safe fixes of a file at once, and comments that silence a rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from lsprotocol import types
from lsprotocol.converters import get_converter

from caffe_ls.features.building_actions import building_actions
from caffe_ls.features.diagnostics import diagnostic
from caffe_ls.features.solver_actions import solver_actions
from caffe_ls.features.view import View
from caffe_ls.features.workspace_edits import workspace_edit
from caffe_ls.rules.finding import FileEdit, Finding, Fix
from caffe_ls.rules.layout import newline_of
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

if TYPE_CHECKING:
    from cattrs import Converter

_FIX_ALL = "source.fixAll.caffe-ls"


def code_actions(view: View, span: Span, only: Sequence[str] | None) -> list[types.CodeAction]:
    """The actions for a range; `only` are the kinds that the client wants, None for all."""
    found: list[types.CodeAction] = []
    if is_wanted(types.CodeActionKind.QuickFix, only):
        here = [finding for finding in view.findings if finding.span.overlaps(span)]
        for finding in here:
            found += _fixes(view, finding)
        found += _suppressions(view, here)
    if only is not None and is_wanted(_FIX_ALL, only):
        found += _fix_all(view)
    fixing = [action.edit for action in found if action.edit is not None]
    for change in (building_actions, solver_actions):
        # What a fix of a fault does here already is offered once, as that.
        found += (
            action for action in change(view, span, lambda kind: is_wanted(kind, only)) if action.edit not in fixing
        )
    return found


def is_wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a client that asks for the kinds `only`, None for all, wants a kind: `refactor` holds `refactor.x`."""
    return not only or any(kind == wanted or kind.startswith(wanted + ".") or not wanted for wanted in only)


def _fixes(view: View, finding: Finding) -> Iterator[types.CodeAction]:
    told = _diagnostic(view, finding)
    for fix in finding.fixes:
        edit = None if fix.setting else workspace_edit(view, fix)
        command = _setting_command(view, fix)
        if edit is None and command is None:
            continue
        yield types.CodeAction(
            title=fix.title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[told],
            is_preferred=True if fix.safe and len(finding.fixes) == 1 and view.client.takes_preferred_actions else None,
            edit=edit,
            command=command,
        )


def _diagnostic(view: View, finding: Finding) -> types.Diagnostic:
    """The diagnostic of a finding as it was published."""
    return _converter().structure(diagnostic(view, finding), types.Diagnostic)


@cache
def _converter() -> Converter:
    return get_converter()


def _setting_command(view: View, fix: Fix) -> types.Command | None:
    if fix.setting is None or not view.client.setting_command:
        return None
    return types.Command(fix.title, view.client.setting_command, arguments=[*fix.setting, view.uri])


def _fix_all(view: View) -> Iterator[types.CodeAction]:
    edits = tuple(safe_edits(view.findings))
    if edits:
        edit = workspace_edit(view, Fix("", edits, safe=True))
        yield types.CodeAction("Apply all safe fixes", kind=_FIX_ALL, edit=edit)


def safe_edits(findings: Sequence[Finding]) -> Iterator[FileEdit]:
    """The edits of the first safe fix of each finding, as far as they do not meet those of another."""
    taken: list[Span] = []
    for finding in findings:
        fix = next((fix for fix in finding.fixes if fix.safe and not fix.new_files and fix.setting is None), None)
        if fix is None or not fix.edits or any(change.path is not None for change in fix.edits):
            continue
        spans = [change.edit.span for change in fix.edits]
        if not any(span.overlaps(other) for span in spans for other in taken):
            taken += spans
            yield from fix.edits


def _suppressions(view: View, findings: Sequence[Finding]) -> Iterator[types.CodeAction]:
    source = view.document.source
    for rule in dict.fromkeys(finding.rule for finding in findings):
        finding = next(finding for finding in findings if finding.rule == rule)
        told = _diagnostic(view, finding)
        start = source.line_bounds(source.line_of(finding.span.start))[0]
        line = source.line_text(source.line_of(finding.span.start))
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        end = newline_of(source.text[:4096])
        for title, place, comment in (
            (f"Ignore `{rule}` here", start, f"{indent}# caffe-ls: ignore[{rule}]{end}"),
            (f"Ignore `{rule}` in this file", 0, f"# caffe-ls: ignore-file[{rule}]{end}"),
        ):
            place = 1 if not place and source.text.startswith("\ufeff") else place
            edit = workspace_edit(view, Fix(title, (FileEdit(Edit(Span(place, place), comment)),)))
            yield types.CodeAction(title, kind=types.CodeActionKind.QuickFix, diagnostics=[told], edit=edit)
