"""A field that Caffe does not know.

The parser stops at the first field that the message has none of: `Message type "caffe.LayerParameter" has no field
named "..."`, and the run does not start. It is the failure that users report most: a file written for one fork does not
load in another's Caffe, since each fork adds fields of its own; else the name is misspelt.

Where another dialect has the field, the message says which: build that Caffe, or change the setting `dialect` when the
file is meant for it. Else the nearest names are offered.

Where the dialect is only guessed, a field that looks like no other is information if the file shows in other ways that
it may be for a fork that nobody here knows: the field stands in a layer of a type, or in a block, that BVLC Caffe has
not, it is written three times or more, or there are layer types or fields beside it that no known Caffe has. A
`caffe.proto` beside the files, or the setting `dialect`, makes it certain.

Source: protobuf, text_format.cc (TextFormat::Parser::ParserImpl::ConsumeField); the fields are those of caffe.proto.

Bad:
    layer {
      name: "ip1"
      type: "InnerProduct"
      inner_product_param { num_outputs: 10 }
      #                     ^^^^^^^^^^^
    }

Good:
    layer {
      name: "ip1"
      type: "InnerProduct"
      inner_product_param { num_output: 10 }
    }

Bad (settings {"dialect": "bvlc"}):
    layer {
      name: "perm"
      type: "Reshape"
      permute_param { order: 0 order: 2 }
    # ^^^^^^^^^^^^^
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Category, Finding, Severity, fix
from caffe_ls.rules.forks import belongs_to, dialect_fixes
from caffe_ls.rules.nearest import is_same_but_for_case, or_list
from caffe_ls.rules.placement import LAYER_MESSAGES, Surroundings, homes, layer_type_around, surroundings
from caffe_ls.rules.rule import EntryView, problem_rule
from caffe_ls.rules.unknown_words import fields_meant
from caffe_ls.schema import catalog
from caffe_ls.schema.model import SOLVER_MESSAGE
from caffe_ls.schema.validation import ProblemKind, SchemaProblem
from caffe_ls.text.edit import Edit


@problem_rule(ProblemKind.UNKNOWN_FIELD, category=Category.FORMAT, severity=Severity.ERROR, stage="parse", fixable=True)
def check(view: EntryView, problem: SchemaProblem) -> Iterator[Finding]:
    name = problem.node.name
    if homes(view, problem):
        return
    forks = catalog.dialects_with_field(problem.message, name)
    is_foreign = (problem.message, name) in view.foreign
    if forks:
        message = f"`{name}` {belongs_to(forks, view.schema)}"
        severity = Severity.INFORMATION if is_foreign else None
        yield Finding(problem.span, message, dialect_fixes(forks), severity=severity)
        return
    if problem.message == "V1LayerParameter" and view.schema.field("LayerParameter", name) is not None:
        yield Finding(problem.span, f"`layers`, the older form, has no field `{name}`: only `layer` has it")
        return
    near, is_synonym = fields_meant(problem, view.schema)
    hint = f"; did you mean {or_list(near.names)}?" if near.names else ""
    around = surroundings(view, problem.node)
    taken = _taken(view, problem, around)
    fixes = (
        fix(f"Replace by `{other}`", Edit(problem.span, other), safe=near.clear and index == 0)
        for index, other in enumerate(near.names)
        if other not in taken
    )
    owner = _owner(problem, view, around)
    if is_foreign or (
        view.is_guessed and not is_synonym and _is_of_a_fork(problem, layer_type_around(around), near.clear)
    ):
        # A name of the fork's own is no slip of one that it resembles.
        message = (
            f"no field `{name}` of {owner} is known; whether there is one depends on the caffe.proto of your Caffe"
        )
        yield Finding(problem.span, message, severity=Severity.INFORMATION)
    else:
        yield Finding(problem.span, f"{owner} has no field `{name}`{hint}", tuple(fixes))


def _is_of_a_fork(problem: SchemaProblem, layer_type: str | None, is_slip: bool) -> bool:
    """Whether the field stands in a layer, or in a block, that BVLC Caffe has not, and is no slip of a known name.

    What is named after the layer's type, `pooling_nd_param` of PoolingND, is none.
    """
    known = catalog.load(catalog.BVLC)
    if layer_type is None:
        return False
    if layer_type in known.layer_types:
        return not is_slip and known.message(problem.message) is None
    return not is_slip or is_same_but_for_case(problem.node.name, f"{layer_type}param")


def _taken(view: EntryView, problem: SchemaProblem, around: Surroundings) -> frozenset[str]:
    """The singular fields that the message has been given already."""
    key = (_taken, view.schema, around.parent)
    known = view.entry.cache.get(key)
    if known is None:
        fields = around.parent.fields if around.parent is not None else ()
        declared = ((field.name, view.schema.field(problem.message, field.name)) for field in fields)
        singular = frozenset(name for name, found in declared if found is not None and not found.is_repeated)
        known = view.entry.cache[key] = singular
    return known  # type: ignore[return-value]


def _owner(problem: SchemaProblem, view: EntryView, around: Surroundings) -> str:
    """The message that lacks the field, in the words of the file."""
    if problem.message == view.root:
        return "a solver" if view.root == SOLVER_MESSAGE else "a net"
    if problem.message in (*LAYER_MESSAGES, "V0LayerParameter") or not around.blocks:
        return "a layer"
    return f"`{around.blocks[-1][0].name}`"
