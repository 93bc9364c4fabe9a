"""Names that stand in strings: what is said of one that Caffe does not know."""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.rules.finding import Fix, Severity, fix
from caffe_ls.rules.forks import belongs_to, dialect_fixes
from caffe_ls.rules.nearest import nearest_names, or_list
from caffe_ls.rules.values import quoted
from caffe_ls.schema.catalog import title_of
from caffe_ls.schema.model import Schema
from caffe_ls.schema.string_values import dialects_with_value, is_exhaustive, values_of
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


class Judgement(NamedTuple):
    """What is said of a name: `certain` where Caffe is known to have no other names than those listed."""

    message: str
    certain: bool
    fixes: tuple[Fix, ...]

    def severity(self, when_certain: Severity) -> Severity:
        """The severity of a finding that is `when_certain` where no name is missing from the list."""
        return when_certain if self.certain else Severity.INFORMATION


def judge_name(message: str, field: str, written: str, span: Span, what: str, schema: Schema) -> Judgement | None:
    """What is wrong with the name `written` in a string field; None when it is known or the field takes any string.

    `what` says what the name is of, as `filler`.
    """
    known = values_of(message, field, schema)
    if known is None or written in known:
        return None
    certain = is_exhaustive(schema)
    forks = dialects_with_value(message, field, written)
    if forks:
        return Judgement(f"the {what} `{written}` {belongs_to(forks, schema)}", certain, dialect_fixes(forks))
    near = nearest_names(written, known)
    hint = f"; did you mean {or_list(near.names)}?" if near.names else f": use {or_list(known)}"
    owner = "" if certain else f" of BVLC Caffe; {title_of(schema.dialect)} may have more"
    fixes = tuple(
        fix(f"Replace by `{name}`", Edit(span, quoted(name)), safe=near.clear and index == 0)
        for index, name in enumerate(near.names)
    )
    return Judgement(f"`{written}` is no {what}{owner}{hint}", certain, fixes)
