"""A whole text in the form of today's Caffe."""

from __future__ import annotations

from caffe_ls.immutable import replace
from caffe_ls.schema import catalog
from caffe_ls.schema.model import NET_MESSAGE, SOLVER_MESSAGE, Schema
from caffe_ls.schema.upgrade.layout import Style, own_indent, style_of
from caffe_ls.schema.upgrade.net import upgrade_net
from caffe_ls.schema.upgrade.old_layer import upgrade_layer
from caffe_ls.schema.upgrade.pieces import Body, Piece, body_of, message_of, read_file
from caffe_ls.schema.upgrade.plain_values import may_have_plain_values, plain_value_edits
from caffe_ls.schema.upgrade.report import RefusedError, Report, Upgraded, UpgradeProblem
from caffe_ls.schema.upgrade.solver_type import upgrade_solver_type
from caffe_ls.schema.upgrade.v0_layers import v0_inside
from caffe_ls.syntax.parser import parse
from caffe_ls.syntax.tree import File
from caffe_ls.text.edit import Edit, apply_edits, smallest_edit
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
            return Upgraded(text, (UpgradeProblem(first.span.shift(start), message),))
        if entry.template:
            message = "the text is a template with placeholders, and is not upgraded"
            return Upgraded(text, (UpgradeProblem(Span(start, start + len(entry.text)), message),))
    report = Report()
    before = read_file(file)
    try:
        after, root = _upgrade_top(before, _newline_of(text), report)
    except RefusedError as refused:
        return Upgraded(text, (refused.problem,))
    if after.pieces == before.pieces:
        return Upgraded(text, tuple(report.problems))
    schema = catalog.load(catalog.BVLC)
    fields = (piece.lead + _spelled_out(piece.text, schema, root) + piece.trail for piece in after.pieces)
    upgraded = "".join(fields) + after.tail
    if not text.startswith(("\r", "\n")):
        # What begins a line took its line end along; the file's first line has none.
        upgraded = upgraded.lstrip("\r\n")
    return Upgraded(upgraded, tuple(report.problems))


def upgrade_layer_edits(file: File, index: int) -> tuple[Edit, ...]:
    """Edits of the file that bring the V1 layer in the entry `index` to today's form; none where there is none.

    V0 layers, and V1 data layers with transformation fields, need the whole net: `upgrade_file`.
    """
    entry = file.entries[index]
    if entry.problems or entry.template or entry.field is None or entry.field.name != "layers":
        return ()
    whole = read_file(File((entry,)))
    old = whole.pieces[0]
    layer = message_of(old)
    if layer is None or v0_inside(layer) is not None:
        return ()
    new = upgrade_layer(old, _top_style(whole, _newline_of(entry.text)), None, False, Report())
    if new.name == old.name:
        return ()
    span, new_text = smallest_edit(old.text, new.text)
    return (Edit(span.shift(file.starts[index] + old.span.start), new_text),)


def _upgrade_top(body: Body, newline: str, report: Report) -> tuple[Body, str]:
    """The whole file, and the message that it is."""
    style = _top_style(body, newline)
    if any(body.first(name) is not None for name in _NET_FIELDS):
        return upgrade_net(body, style, "", report), NET_MESSAGE
    pieces = [_upgrade_nested(piece, style, report) if piece.name in NET_MESSAGES else piece for piece in body.pieces]
    return upgrade_solver_type(replace(body, pieces=tuple(pieces)), report), SOLVER_MESSAGE


def _upgrade_nested(piece: Piece, style: Style, report: Report) -> Piece:
    """A net within a solver.

    Caffe takes it as it is (solver.cpp, Solver::InitTrainNet), so that an old net there has no layers at all; what is
    of today's form already is left alone.
    """
    body = body_of(piece)
    if body is None or (body.first("layers") is None and body.first("input") is None):
        return piece
    outer = own_indent(piece, style)
    net = upgrade_net(body, style_of(body, outer, style.newline, style.unit), outer, report)
    return piece if net.pieces == body.pieces else replace(piece, value=net)


def _spelled_out(text: str, schema: Schema, root: str) -> str:
    """A field of the message `root` with names for numbers; only files that are upgraded anyway are touched so."""
    if not may_have_plain_values(text, schema):
        return text
    return apply_edits(text, plain_value_edits(parse(text), schema, root))


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
