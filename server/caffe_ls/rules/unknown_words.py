"""Words that no known Caffe has, and what they tell of the Caffe that a file is for.

Where the dialect is only guessed, a file may be for a Caffe that nobody here knows. What it shows of that: layer types
of its own, fields that resemble no known one, a word that is written again and again. Then it is not certain that a
further field is refused. One such word alone is a mistake sooner than a fork, and so is what resembles a known name.
"""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.layers import WrittenLayer, layers_in_solver, layers_of
from caffe_ls.rules.nearest import Nearest, is_same_but_for_case, nearest_names
from caffe_ls.rules.placement import homes
from caffe_ls.rules.rows import found_in_entries
from caffe_ls.rules.rule import EntryView
from caffe_ls.schema import catalog
from caffe_ls.schema.legacy_types import V1_LAYER_TYPES
from caffe_ls.schema.model import Schema
from caffe_ls.schema.validation import ProblemKind, SchemaProblem, entry_problems, takes_value_of
from caffe_ls.syntax.tree import Scalar

Word: TypeAlias = tuple[str, str]
"""A field by its message's full name and its own."""

OLDER_TYPES = "V1LayerParameter.LayerType"
"""The enum of V1's layer types."""

# What stands in a file more often than this is meant so.
_MOST_SLIPS = 2

# Words of other frameworks and of papers, and fields that mean the same.
_SYNONYMS = {
    "learning_rate": ("base_lr",),
    "lr": ("base_lr", "lr_mult"),
    "epsilon": ("eps",),
    "padding": ("pad",),
    "filters": ("num_output",),
    "units": ("num_output",),
    "kernel": ("kernel_size",),
    "ratio": ("dropout_ratio",),
    "max_epoch": ("max_iter",),
    "max_iterations": ("max_iter",),
    "regularization": ("regularization_type",),
}


def fields_meant(problem: SchemaProblem, schema: Schema) -> tuple[Nearest, bool]:
    """The known fields that an unknown one may stand for, and whether they mean the same under another name."""
    name, declared = problem.node.name, schema.message(problem.message)
    fields = declared.fields if declared is not None else {}
    synonyms = tuple(other for other in _SYNONYMS.get(name.lower(), ()) if other in fields)
    if synonyms:
        return Nearest(synonyms, clear=False), True
    return nearest_names(name, fields).only(
        lambda other: takes_value_of(problem.node, other, problem.message, schema)
    ), False


def may_be_slip(document: PrototxtDocument, layer: WrittenLayer) -> bool:
    """Whether a layer type that is not known may be a misspelling: it is written once or twice, without own block."""
    field = layer.type_field
    text = field.value.text if field is not None and isinstance(field.value, Scalar) else ""
    return document.text.count(text) <= _MOST_SLIPS and not has_own_block(layer, document.schema)


def has_own_block(layer: WrittenLayer, schema: Schema) -> bool:
    """Whether an unknown block of the layer is named after its type: `rrelu_param` of RReLU."""
    own = (field.name for field in layer.message.fields if is_same_but_for_case(field.name, f"{layer.type_text}param"))
    return any(schema.field("LayerParameter", name) is None for name in own)


def words_of_unknown_fork(document: PrototxtDocument) -> frozenset[Word]:
    """The unknown fields of which it is not certain that the Caffe in use refuses them."""
    if not document.dialect_is_guessed:
        return frozenset()
    schema, root = document.schema, document.root
    numbers: Counter[Word] = Counter()
    first: dict[Word, tuple[EntryView, SchemaProblem]] = {}
    has_own_types = False
    for _, entry, problems in found_in_entries(document, entry_problems, schema, root):
        if entry.problems:
            continue
        for problem in problems:
            if problem.kind is ProblemKind.UNKNOWN_FIELD:
                word = (problem.message, problem.node.name)
                numbers[word] += 1
                first.setdefault(word, (EntryView(entry, schema, root), problem))
            has_own_types = has_own_types or _is_own_older_type(problem, schema)
    if not first:
        return frozenset()
    strange: set[Word] = set()
    has_mark = False
    borrowed: set[Word] = set()
    for word, (view, problem) in first.items():
        if homes(view, problem):
            continue
        if catalog.dialects_with_field(*word):
            borrowed.add(word)
            continue
        near, is_synonym = fields_meant(problem, schema)
        if not near.clear and not is_synonym:
            strange.add(word)
            has_mark = has_mark or not near.names
    is_fork = (len(strange) > 1 and has_mark) or has_own_types or _has_own_types(document)
    if is_fork:
        return frozenset(strange | borrowed)
    often = {word for word in strange if numbers[word] > _MOST_SLIPS}
    return frozenset(often | borrowed if often else often)


def _is_own_older_type(problem: SchemaProblem, schema: Schema) -> bool:
    if problem.kind is not ProblemKind.UNKNOWN_ENUM_VALUE or not isinstance(problem.value, Scalar):
        return False
    enum = schema.enum(OLDER_TYPES)
    if enum is None or problem.field is None or problem.field.type_name != OLDER_TYPES:
        return False
    written = problem.value.text
    is_today = any(is_same_but_for_case(today, written) for today in V1_LAYER_TYPES.values())
    known = catalog.dialects_with_enum_value(OLDER_TYPES, written)
    return not known and not is_today and not nearest_names(written, enum.values).clear


def _has_own_types(document: PrototxtDocument) -> bool:
    """Whether the file has a layer of a type that no known Caffe has and that is no misspelling of one."""
    schema = document.schema
    if not schema.layer_types_complete:
        return False
    layers = layers_in_solver(document) if document.kind == "solver" else layers_of(document)
    for _, _, layer in layers:
        written = layer.type_text
        if layer.form != "layer" or not written or written in schema.layer_types:
            continue
        if catalog.dialects_with_layer_type(written) or written in V1_LAYER_TYPES:
            continue
        if not nearest_names(written, schema.layer_types).clear or not may_be_slip(document, layer):
            return True
    return False
