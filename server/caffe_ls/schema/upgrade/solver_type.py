"""`solver_type: SGD` of old solvers as `type: "SGD"`.

Follows SolverNeedsTypeUpgrade and UpgradeSolverType of BVLC's upgrade_proto.cpp.
"""

from __future__ import annotations

from caffe_ls.immutable import replace
from caffe_ls.schema.legacy_types import SOLVER_TYPES
from caffe_ls.schema.upgrade.pieces import Body, Piece, renamed, with_value
from caffe_ls.schema.upgrade.report import RefusedError, Report
from caffe_ls.syntax.tree import Scalar
from caffe_ls.syntax.values import integer_value


def upgrade_solver_type(body: Body, report: Report) -> Body:
    """The solver with `type` in the place of `solver_type`; RefusedError when both are given, as Caffe refuses them."""
    old = body.first("solver_type")
    if old is None:
        return body
    if body.first("type") is not None:
        raise RefusedError(old.span, "`solver_type` and `type` are both given: Caffe refuses the solver; delete one")
    new = _type(old)
    if new is None or len(list(body.named("solver_type"))) > 1:
        report.problem(old, "`solver_type` is left: it is not one value that BVLC's Caffe knows")
        return body
    typed = with_value(renamed(old, "type"), f'"{new}"')
    return replace(body, pieces=tuple(typed if piece is old else piece for piece in body.pieces))


def _type(piece: Piece) -> str | None:
    value = piece.value
    if not isinstance(value, Scalar):
        return None
    if value.kind == "identifier":
        return SOLVER_TYPES.get(value.text)
    number = integer_value(value)
    names = list(SOLVER_TYPES.values())
    return names[number] if number is not None and 0 <= number < len(names) else None
