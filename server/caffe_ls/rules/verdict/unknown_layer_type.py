"""No layer is registered under this type.

Caffe creates a layer by its type's name, exactly as written: `Relu` is not `ReLU`. A name that the binary has not
registered ends the run when the net is built: `Unknown layer type: Relu (known types: AbsVal, Accuracy, ...)`. The type
of a fork needs that fork's Caffe. A layer that the phase rules leave out is never created, and may be of any type.

Where the types of a fork are not known, since its layers are registered in C++ that is not read, only a type that looks
like a known one is told, as information. Where the dialect is only guessed, a type that is not plainly a slip of a
known one, or that stands in the file time and again, is information too: your Caffe may be built with layers of its
own. The setting `dialect` makes it certain.

Source: layer_factory.hpp (LayerRegistry::CreateLayer), net.cpp (Net::Init); for V0 nets upgrade_proto.cpp
(UpgradeV0LayerType).

Bad (settings {"dialect": "bvlc"}):
    layer { name: "relu1" type: "Relu" bottom: "conv1" top: "conv1" }
    #                           ^^^^^^
    layer { name: "conv2" type: "CONVOLUTION" bottom: "conv1" top: "conv2" }
    #                           ^^^^^^^^^^^^^

Good (settings {"dialect": "bvlc"}):
    layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
    layer { name: "conv2" type: "Convolution" bottom: "conv1" top: "conv2" }

Bad (settings {"dialect": "bvlc"}):
    layer { name: "perm" type: "Permute" bottom: "conv1" top: "perm" }
    #                          ^^^^^^^^^
    layer { name: "forgotten" bottom: "conv1" top: "relu2" }
    #<^^^
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import net_text
from caffe_ls.net.shapes.registry import layer_type
from caffe_ls.rules.finding import Category, Finding, Fix, Severity, Stage, fix
from caffe_ls.rules.forks import belongs_to, dialect_fixes
from caffe_ls.rules.layers import WrittenLayer, layer_of, layers_in_solver, phases_of, stages_wanted
from caffe_ls.rules.nearest import Nearest, nearest_names, or_list
from caffe_ls.rules.rows import found_in_entries
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.unknown_words import has_own_block, may_be_slip
from caffe_ls.rules.values import quoted
from caffe_ls.schema import catalog
from caffe_ls.schema.legacy_types import V0_LAYER_TYPES, V0_PADDING, V1_LAYER_TYPES
from caffe_ls.schema.model import Schema
from caffe_ls.schema.string_values import is_exhaustive
from caffe_ls.schema.validation import entry_problems
from caffe_ls.syntax.tree import Entry, Message, Scalar
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


class _Fault(NamedTuple):
    """What is wrong with a type; offsets are the entry's."""

    span: Span
    message: str
    fixes: tuple[Fix, ...] = ()
    severity: Severity = Severity.ERROR
    stage: Stage = "init"


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    types = document.schema.layer_types
    if document.kind == "solver":
        layers = [one for one in layers_in_solver(document) if _is_unknown(one[2], types)]
    else:
        layers = list(found_in_entries(document, _unknown_layer, types))
    for base, entry, layer in layers:
        fault = _fault(base, entry, layer, document)
        finding = None if fault is None else _where_it_is_built(fault, document, base, layer)
        if finding is not None:
            yield finding.shift(base)


def _unknown_layer(entry: Entry, types: frozenset[str]) -> WrittenLayer | None:
    layer = layer_of(entry)
    return layer if layer is not None and _is_unknown(layer, types) else None


def _is_unknown(layer: WrittenLayer, types: frozenset[str]) -> bool:
    """Whether the layer's type is none of these, or of another time."""
    return layer.form != "layer" or layer.type_text not in types


def _where_it_is_built(fault: _Fault, document: PrototxtDocument, base: int, layer: WrittenLayer) -> Finding | None:
    """The finding, for the phases in which the layer is built; None when it never is."""
    phases = phases_of(document, base, layer)
    message, severity = fault.message, fault.severity
    if phases is None:
        stages = stages_wanted(layer)
        if not stages:
            return None
        message, severity = f"{message} (only where stage {or_list(stages)} is set)", Severity.INFORMATION
    stage = fault.stage if severity is Severity.ERROR else None
    return Finding(
        fault.span, message, fault.fixes, severity=severity, stage=stage, layer=layer.name, phases=phases or ()
    )


def _fault(base: int, entry: Entry, layer: WrittenLayer, document: PrototxtDocument) -> _Fault | None:
    schema = document.schema
    field = layer.type_field
    if field is None:
        if entry.problems or entry_problems(entry, schema, document.root):
            return None
        return _Fault(layer.field.name_span, "a layer without `type`: Caffe stops at `Unknown layer type:`")
    written, value = layer.type_text, field.value
    if written is None or not isinstance(value, Scalar):
        return None
    if layer.form == "v0":
        return _fault_of_v0(written, value.span, schema)
    if layer.form == "layers":
        if V1_LAYER_TYPES.get(written) != "":
            return None
        return _Fault(value.span, "`NONE` is no layer type: Caffe stops at `Unknown layer type:`")
    complete = schema.layer_types_complete and bool(schema.layer_types)
    certain = complete and not document.dialect_is_guessed
    is_slip = complete and may_be_slip(document, layer)
    # A type with a block of its own, of a Caffe that nobody knows, is no slip of one that it resembles.
    is_own = document.dialect_is_guessed and has_own_block(layer, schema)
    return _fault_of_name(
        written,
        value.span,
        schema,
        certain,
        is_slip,
        lambda name: not is_own and _fits(document, base, layer, name),
    )


def _fits(document: PrototxtDocument, base: int, layer: WrittenLayer, name: str) -> bool:
    """Whether a layer of this type takes as many bottoms and tops as are given."""
    declared = layer_type(name, document.dialect)
    assert isinstance(layer.field.value, Message)
    at = base + layer.field.value.start
    spec = next((one.spec for one in net_text(document).layers if one.base + one.spec.fields.span.start == at), None)
    if declared is None or spec is None:
        return True
    bottoms, tops = declared.bottoms(spec), declared.tops(spec)
    # Of one that has none yet nothing can be told.
    few = not spec.bottoms or bottoms.least <= len(spec.bottoms)
    return few and len(spec.bottoms) <= bottoms.most and len(spec.tops) <= tops.most


def _fault_of_name(
    written: str, span: Span, schema: Schema, certain: bool, is_slip: bool, fits: Callable[[str], bool]
) -> _Fault | None:
    """`certain`: whether the schema's layer types are all that the Caffe in use has."""
    known = schema.layer_types or catalog.load(catalog.BVLC).layer_types
    if written in known:
        return None
    today = V1_LAYER_TYPES.get(V0_LAYER_TYPES.get(written, written))
    severity = Severity.ERROR if certain else Severity.INFORMATION
    if today and today in known:
        replace = fix(f"Replace by `{today}`", Edit(span, quoted(today)), safe=True)
        return _Fault(span, f"`{written}` is the old name of the layer type `{today}`", (replace,), severity)
    forks = catalog.dialects_with_layer_type(written)
    if forks:
        if not schema.layer_types_complete:
            return None
        message = f"the layer type `{written}` {belongs_to(forks, schema)}"
        return _Fault(span, message, dialect_fixes(forks), severity)
    near = nearest_names(written, known).only(fits)
    if schema.layer_types_complete and not (certain or near.clear or is_slip):
        near = Nearest((), clear=False)  # What is written again and again is meant so.
    if not schema.layer_types_complete and not near.names:
        return None
    hint = f"; did you mean {or_list(near.names)}?" if near.names else ""
    fixes = tuple(
        fix(f"Replace by `{name}`", Edit(span, quoted(name)), safe=near.clear and index == 0)
        for index, name in enumerate(near.names)
    )
    if certain or (near.clear and is_slip):
        return _Fault(span, f"`{written}` is no layer type of {catalog.title_of(schema.dialect)}{hint}", fixes)
    message = f"no layer type `{written}` is known{hint}; whether it is registered depends on the code of your Caffe"
    return _Fault(span, message, fixes, severity)


def _fault_of_v0(written: str, span: Span, schema: Schema) -> _Fault | None:
    if written in V0_LAYER_TYPES or written == V0_PADDING:
        return None
    near = nearest_names(written, V0_LAYER_TYPES)
    hint = f"; did you mean {or_list(near.names)}?" if near.names else ""
    severity = Severity.ERROR if is_exhaustive(schema) else Severity.INFORMATION
    fixes = tuple(fix(f"Replace by `{name}`", Edit(span, quoted(name))) for name in near.names)
    return _Fault(span, f"the oldest form has no layer type `{written}`{hint}", fixes, severity, "upgrade")
