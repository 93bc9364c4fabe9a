"""A field is given twice that may be given once.

The parser refuses the second one: `Non-repeated field "num_output" is specified multiple times`. Only repeated fields,
such as `bottom`, `top`, `param` and `stepvalue`, may stand several times in one message.

Source: protobuf, text_format.cc (TextFormat::Parser::ParserImpl::ConsumeField, which forbids singular overwrites).

Bad:
    layer {
      name: "ip1"
      type: "InnerProduct"
      inner_product_param {
        num_output: 10
        num_output: 20
      # ^^^^^^^^^^
      }
    }

Good:
    layer {
      name: "ip1"
      type: "InnerProduct"
      inner_product_param {
        num_output: 10
      }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Fix, Related, Severity, fix
from caffe_ls.rules.rewriting import into_end, removal
from caffe_ls.rules.rows import found_in_entries
from caffe_ls.rules.rule import document_rule
from caffe_ls.schema.validation import ProblemKind, SchemaProblem, entry_problems, file_problems
from caffe_ls.syntax.tree import Field, Message
from caffe_ls.text.span import Span


@document_rule(category=Category.FORMAT, severity=Severity.ERROR, stage="parse", fixable=True, needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    schema, root = document.schema, document.root
    for problem in file_problems(document.file, schema, root):
        yield _finding(document, problem, 0)
    for base, _, problems in found_in_entries(document, entry_problems, schema, root):
        for problem in problems:
            if problem.kind is ProblemKind.DUPLICATE_FIELD:
                yield _finding(document, problem, base)


def _finding(document: PrototxtDocument, problem: SchemaProblem, base: int) -> Finding:
    assert problem.first is not None
    second, first = problem.span.shift(base), problem.first.shift(base)
    name = problem.node.name
    text = document.text
    spans = _field_span(document, first, name), _field_span(document, second, name)
    joined = _joined(document, spans)
    if joined is not None:
        related = (Related(first, "first here"),)
        return Finding(second, f"`{name}` is given twice, but may be given once", (joined,), related)
    same = len({" ".join(text[span.start : span.end].split()) for span in spans}) == 1
    fixes = (
        fix(f"Remove this `{name}`", removal(text, spans[1]), safe=same),
        fix(f"Remove the first `{name}`", removal(text, spans[0]), safe=False),
    )
    return Finding(second, f"`{name}` is given twice, but may be given once", fixes, (Related(first, "first here"),))


def _joined(document: PrototxtDocument, spans: tuple[Span, Span]) -> Fix | None:
    """The fix that puts two blocks together which say different things: neither may be lost."""
    one, other = (_field_at(document, span) for span in spans)
    if one is None or other is None or not isinstance(one.value, Message) or not isinstance(other.value, Message):
        return None
    names = {field.name for field in one.value.fields}
    if not names or not other.value.fields or any(field.name in names for field in other.value.fields):
        return None
    text, (first, second) = document.text, spans
    block = Span(first.end - len(_written(text, first, one)), first.end)
    inner = _written(text, second, other)[1:-1].strip()
    if text[block.start] not in "{<" or "#" in inner or text[block.end - 1] not in "}>":
        return None
    joined = into_end(text, block, " ".join(line.strip() for line in inner.splitlines()))
    return fix(f"Put both `{one.name}` together", joined, removal(text, second))


def _written(text: str, span: Span, field: Field) -> str:
    """The brackets of a field's value, and what is in them."""
    assert isinstance(field.value, Message)
    return text[span.end - (field.end - field.value.start) : span.end]


def _field_at(document: PrototxtDocument, span: Span) -> Field | None:
    base = document.file.starts[document.file.index_at(span.start)]
    entry = document.file.entries[document.file.index_at(span.start)]
    field = entry.field
    while field is not None and field.span.shift(base) != span:
        field = _inner_field(field, span.start - base)
    return field


def _field_span(document: PrototxtDocument, name_span: Span, name: str) -> Span:
    """The whole field whose name stands at `name_span`."""
    base = document.file.starts[document.file.index_at(name_span.start)]
    entry = document.file.entries[document.file.index_at(name_span.start)]
    field = entry.field
    while field is not None and field.name_span.shift(base) != name_span:
        field = _inner_field(field, name_span.start - base)
    return field.span.shift(base) if field is not None else name_span


def _inner_field(field: Field, offset: int) -> Field | None:
    return next(
        (
            inner
            for value in field.values
            for inner in getattr(value, "fields", ())
            if inner.start <= offset < inner.end
        ),
        None,
    )
