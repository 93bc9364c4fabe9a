"""A field that belongs to another message.

The parser knows a field only in the message that declares it: `kernel_size` directly in a `layer` stops it, although
the name is right. Settings of a layer's type stand in the block of that type (`convolution_param`, `pooling_param`),
learning-rate factors in `param`, and what the solver needs in the solver's file.

Source: protobuf, text_format.cc (TextFormat::Parser::ParserImpl::ConsumeField); the messages are those of caffe.proto.

Bad:
    layer {
      name: "pool1"
      type: "Pooling"
      kernel_size: 3
    # ^^^^^^^^^^^
      stride: 2
    # ^^^^^^
    }

Good:
    layer {
      name: "pool1"
      type: "Pooling"
      pooling_param {
        kernel_size: 3
        stride: 2
      }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Fix, Severity, fix
from caffe_ls.rules.nearest import and_list, or_list
from caffe_ls.rules.placement import Home, Surroundings, homes, surroundings
from caffe_ls.rules.rewriting import behind_block, into_block, into_new_block
from caffe_ls.rules.rule import EntryView, problem_rule
from caffe_ls.schema.validation import ProblemKind, SchemaProblem
from caffe_ls.syntax.tree import Field, Message
from caffe_ls.text.edit import Edit


@problem_rule(
    ProblemKind.UNKNOWN_FIELD,
    category=Category.FORMAT,
    severity=Severity.ERROR,
    stage="parse",
    fixable=True,
    needs_brackets=True,
)
def check(view: EntryView, problem: SchemaProblem) -> Iterator[Finding]:
    found = homes(view, problem)
    if found:
        message = f"`{problem.node.name}` {_place(found)}"
        yield Finding(problem.span, message, _fixes(view, problem, found))


def _place(found: tuple[Home, ...]) -> str:
    relation, block = found[0]
    if relation == "net file":
        return "belongs in a net's file, which the solver names with `net`"
    if relation == "solver file":
        return "belongs in a solver's file, not in a net's"
    if relation == "outer" and not block:
        return "belongs at the top level of the file"
    if relation == "outer":
        return f"belongs directly in `{block}`, not here"
    return f"belongs in {or_list(home.block for home in found[:4])}, not here"


def _fixes(view: EntryView, problem: SchemaProblem, found: tuple[Home, ...]) -> tuple[Fix, ...]:
    if len(found) > 1 or problem.message == view.root:
        return ()
    around = surroundings(view, problem.node)
    if around.parent is None:
        return ()
    fields = _companions(view, around, found)
    edits = _edits(view, around, found[0], fields)
    target = f"`{found[0].block}`" if found[0].block else "the top level"
    names = and_list(dict.fromkeys(field.name for field in fields))
    return (fix(f"Move {names} into {target}", *edits, safe=True),) if edits else ()


def _companions(view: EntryView, around: Surroundings, found: tuple[Home, ...]) -> list[Field]:
    """All misplaced fields of the message that belong where this one does: they move together, into one block."""
    assert around.parent is not None
    here = {id(field) for field in around.parent.fields}
    return [
        problem.node
        for problem in view.problems
        if problem.kind is ProblemKind.UNKNOWN_FIELD and id(problem.node) in here and homes(view, problem) == found
    ]


def _edits(view: EntryView, around: Surroundings, home: Home, fields: list[Field]) -> tuple[Edit, ...]:
    parent = around.parent
    text = view.entry.text
    assert parent is not None
    if home.relation == "inner":
        return _into(text, parent, home.block, fields, view, around.blocks[-1][1])
    if home.relation == "outer":
        depth = next((i for i, (block, _) in enumerate(around.blocks) if block.name == home.block), -1)
        owner = around.blocks[depth][0].value if depth >= 0 else None
        if depth >= 0 and not (isinstance(owner, Message) and _free(owner, fields, view, around.blocks[depth][1])):
            return ()
        return behind_block(text, fields, around.blocks[depth + 1][0])
    owner = around.blocks[-2][0].value
    existing = list(owner.named(home.block)) if isinstance(owner, Message) else []
    if not existing:
        return behind_block(text, fields, around.blocks[-1][0], home.block)
    assert isinstance(owner, Message)
    return _into(text, owner, home.block, fields, view, around.blocks[-2][1])


def _into(
    text: str, owner: Message, block: str, fields: list[Field], view: EntryView, owner_name: str
) -> tuple[Edit, ...]:
    existing = list(owner.named(block))
    if not existing:
        return into_new_block(text, fields, block)
    target = existing[0].value
    declared = view.schema.field(owner_name, block)
    if len(existing) > 1 or declared is None or not isinstance(target, Message) or not target.closed:
        return ()
    return into_block(text, fields, target) if _free(target, fields, view, declared.type_name) else ()


def _free(target: Message, fields: list[Field], view: EntryView, message: str) -> bool:
    """Whether the message can take the fields: none of the singular ones is given there already."""
    for field in fields:
        declared = view.schema.field(message, field.name)
        if declared is None or (not declared.is_repeated and target.first(field.name) is not None):
            return False
    return len({field.name for field in fields}) == len(fields) or all(
        (declared := view.schema.field(message, field.name)) is not None and declared.is_repeated for field in fields
    )
