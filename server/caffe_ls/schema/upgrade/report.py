"""What an upgrade made of a text and could not do."""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.schema.upgrade.pieces import Body, Piece, body_of
from caffe_ls.syntax.tree import Scalar
from caffe_ls.syntax.values import string_value
from caffe_ls.text.span import Span


class UpgradeProblem(NamedTuple):
    """Something that the upgrade left as it was, or that Caffe's own upgrade drops; a sentence for the user."""

    span: Span
    message: str

    def shift(self, distance: int) -> UpgradeProblem:
        """The problem in a text before which there are so many more code points."""
        return UpgradeProblem(self.span.shift(distance), self.message)


class Upgraded(NamedTuple):
    """The text after the upgrade, which is the text given where there is nothing to upgrade."""

    text: str
    problems: tuple[UpgradeProblem, ...]


class RefusedError(Exception):
    """Caffe ends at this net with a fatal error, so that there is nothing to upgrade it to."""

    def __init__(self, span: Span, message: str) -> None:
        super().__init__(message)
        self.problem = UpgradeProblem(span, message)


class Report:
    """Collects problems while one text is upgraded."""

    def __init__(self) -> None:
        self.problems: list[UpgradeProblem] = []

    def problem(self, piece: Piece, message: str) -> None:
        """Note something about the field of this piece that the user must know."""
        self.problems.append(UpgradeProblem(piece.span, message))


def text_of(piece: Piece | None) -> str | None:
    """The string that a piece holds; None when it is there no string, or no piece."""
    return string_value(piece.value) if piece is not None and isinstance(piece.value, Scalar) else None


def layer_title(body: Body) -> str:
    """A layer as messages call it: by its name, in whatever format it is written."""
    inner = body.first("layer")
    inside = body_of(inner) if inner is not None else None
    name = text_of(body.first("name")) or (text_of(inside.first("name")) if inside is not None else None)
    return f"layer `{name}`" if name else "a layer without a name"
