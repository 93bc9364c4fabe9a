"""A whole text in the form of today's Caffe."""

from __future__ import annotations

from caffe_ls.immutable import replace
from caffe_ls.schema import catalog
from caffe_ls.schema.model import NET_MESSAGE, SOLVER_MESSAGE
from caffe_ls.schema.upgrade.net import layer_style, upgrade_net
from caffe_ls.schema.upgrade.pieces import Body, Piece, Style, body_of, read_file, settled, style_of
from caffe_ls.schema.upgrade.plain_values import may_have_plain_values, plain_value_edits
from caffe_ls.schema.upgrade.report import Change, RefusedError, Report, Upgraded, UpgradeProblem
from caffe_ls.schema.upgrade.solver_type import upgrade_solver_type
from caffe_ls.schema.upgrade.v0_layers import v0_fields
from caffe_ls.schema.upgrade.v1_layers import upgrade_v1_layer
from caffe_ls.syntax.parser import parse
from caffe_ls.syntax.tree import File
from caffe_ls.text.edit import Edit, apply_edits
from caffe_ls.text.span import Span

NET_MESSAGES = ("net_param", "train_net_param", "test_net_param")
"""The fields of a solver that hold a net."""

_NET_FIELDS = ("layer", "layers", "input")


def upgrade_text(text: str) -> Upgraded:
    """A net or solver as Caffe's own upgrade makes it, with every comment kept; without old forms, the text itself.

    A text that Caffe cannot read or refuses to upgrade is returned unchanged, with the problem that says why.
    """
    return upgrade_file(parse(text))


def upgrade_file(file: File) -> Upgraded:
    """`upgrade_text` for a text that is parsed already."""
    text = file.text
    for start, entry in file:
        if entry.problems:
            first = entry.problems[0]
            message = f"the text has syntax errors, and is not upgraded: {first.message}"
            return Upgraded(text, (), (UpgradeProblem(first.span.shift(start), message),))
        if entry.template:
            message = "the text is a template with placeholders, and is not upgraded"
            return Upgraded(text, (), (UpgradeProblem(Span(start, start + len(entry.text)), message),))
    report = Report()
    before = read_file(file)
    try:
        after = _upgrade_top(before, _newline_of(text), report)
    except RefusedError as refused:
        return Upgraded(text, (), (refused.problem,))
    problems = tuple(report.problems)
    if not report.changes:
        return Upgraded(text, (), problems)
    upgraded = after.text
    if not text.startswith(("\r", "\n")):
        # What begins a line took its line end along; the file's first line has none.
        upgraded = upgraded.lstrip("\r\n")
    return Upgraded(_spelled_out(upgraded, report), tuple(sorted(report.changes)), problems)


def upgrade_layer_edits(file: File, index: int) -> tuple[Edit, ...]:
    """Edits of the file that bring the V1 layer in the entry `index` to today's form; none where there is none.

    V0 layers, and V1 data layers with transformation fields, need the whole net: `upgrade_file`.
    """
    entry = file.entries[index]
    if entry.problems or entry.template or entry.field is None or entry.field.name != "layers":
        return ()
    whole = read_file(File((entry,)))
    piece = whole.pieces[0]
    body = body_of(piece)
    if body is None or v0_fields(body) is not None:
        return ()
    style, outer = layer_style(piece, body, _top_style(whole, _newline_of(entry.text)))
    upgraded = upgrade_v1_layer(piece, body, style, outer, Report())
    if upgraded is None:
        return ()
    return (_smallest_edit(piece.text, upgraded.text, piece.span.start + file.starts[index]),)


def _upgrade_top(body: Body, newline: str, report: Report) -> Body:
    if any(body.first(name) is not None for name in _NET_FIELDS):
        return upgrade_net(body, _top_style(body, newline), "", report)
    style = _top_style(body, newline)
    pieces = [_upgrade_nested(piece, style, report) if piece.name in NET_MESSAGES else piece for piece in body.pieces]
    return upgrade_solver_type(settled(replace(body, pieces=tuple(pieces)), style, ""), report)


def _upgrade_nested(piece: Piece, style: Style, report: Report) -> Piece:
    """A net within a solver.

    Caffe takes it as it is (solver.cpp, Solver::InitTrainNet), so that an old net there has no layers at all; what is
    of today's form already is left alone.
    """
    body = body_of(piece)
    if body is None or (body.first("layers") is None and body.first("input") is None):
        return piece
    inner, outer = layer_style(piece, body, style)
    return replace(piece, value=upgrade_net(body, inner, outer, report))


def _spelled_out(text: str, report: Report) -> str:
    """The upgraded text with names for numbers; only what is upgraded anyway is touched so."""
    schema = catalog.load(catalog.BVLC)
    if not may_have_plain_values(text, schema):
        return text
    file = parse(text)
    names = {entry.field.name for entry in file.entries if entry.field is not None}
    root = NET_MESSAGE if names.intersection(_NET_FIELDS) else SOLVER_MESSAGE
    edits = list(plain_value_edits(file, schema, root))
    if edits:
        whole = Span(0, len(text))
        report.changes.append(Change(whole, "numbers in the place of booleans and enum values became words"))
    return apply_edits(text, edits)


def _top_style(body: Body, newline: str) -> Style:
    """The file's layout: its unit of indentation is that of the first message that shows one."""
    for piece in body.pieces:
        inside = body_of(piece)
        if inside is not None:
            found = style_of(inside, "", newline, "")
            if found.unit:
                return Style(newline, "", found.unit, False)
    return Style(newline, "", "  ", False)


def _newline_of(text: str) -> str:
    """The line end that most lines have."""
    return "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"


def _smallest_edit(before: str, after: str, start: int) -> Edit:
    prefix = 0
    while prefix < min(len(before), len(after)) and before[prefix] == after[prefix]:
        prefix += 1
    suffix = 0
    while suffix < min(len(before), len(after)) - prefix and before[-1 - suffix] == after[-1 - suffix]:
        suffix += 1
    span = Span(start + prefix, start + len(before) - suffix)
    return Edit(span, after[prefix : len(after) - suffix])
