"""The outline of a net or a solver: layers with their types, a solver's fields by what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple, cast

from lsprotocol import types

from caffe_ls.features import positions
from caffe_ls.features.view import View
from caffe_ls.schema.legacy_types import V0_LAYER_TYPES, V1_LAYER_TYPES
from caffe_ls.syntax.tree import Entry, Field, Message, Scalar
from caffe_ls.syntax.values import string_value
from caffe_ls.text.span import Span

_LONGEST = 80
_MOST_ENTRIES = 20_000  # Nobody looks through more of them.

_ABOUT = {
    "nets": (
        "net", "net_param", "train_net", "train_net_param", "test_net", "test_net_param", "train_state", "test_state",
        "weights",
    ),
    "learning": (
        "type", "solver_type", "base_lr", "lr_policy", "gamma", "power", "stepsize", "stepvalue", "momentum",
        "momentum2", "rms_decay", "delta", "weight_decay", "regularization_type", "clip_gradients", "iter_size",
        "plateau_winsize", "min_lr", "rampup_interval", "rampup_lr",
    ),
    "tests": (
        "test_iter", "test_interval", "test_initialization", "test_compute_loss", "eval_type", "ap_version",
        "show_per_class_result",
    ),
    "run": (
        "max_iter", "display", "average_loss", "solver_mode", "device_id", "random_seed", "debug_info",
        "layer_wise_reduce",
    ),
    "snapshots": ("snapshot", "snapshot_prefix", "snapshot_diff", "snapshot_format", "snapshot_after_train"),
}  # fmt: skip
_SUBJECTS = {field: subject for subject, fields in _ABOUT.items() for field in fields}


class _Symbol(NamedTuple):
    """A symbol with the offsets of its entry; `span` holds `selected`."""

    name: str
    detail: str
    kind: types.SymbolKind
    span: Span
    selected: Span
    children: tuple[_Symbol, ...] = ()


_Told = tuple[tuple[int, int, str], Sequence[types.DocumentSymbol]]


def document_symbols(view: View) -> list[types.DocumentSymbol]:
    """The symbols of a document, in its order; those of files that are not Caffe's are not known."""
    document = view.document
    if document.kind == "other":
        return []
    entries = islice(document.file, _MOST_ENTRIES)
    symbols = [symbol for base, entry in entries for symbol in _told_of(view, base, entry)]
    if document.kind != "solver":
        return symbols
    found = []
    for subject, group in groupby(symbols, key=lambda symbol: _SUBJECTS.get(symbol.name, "")):
        told = list(group)
        found += told if len(told) == 1 or not subject else [_grouped(subject, told)]
    return found


def _told_of(view: View, base: int, entry: Entry) -> Sequence[types.DocumentSymbol]:
    """The symbols of an entry; kept as long as it begins at the same place, for they are many."""
    start = positions.position_at(view.document.source, base, view.client.encoding)
    key = (start.line, start.character, view.client.encoding)
    known = entry.cache.get(_told_of)
    if known is None or cast("_Told", known)[0] != key:
        known = entry.cache[_told_of] = (key, [_told(view, base, symbol) for symbol in _symbols(entry)])
    return cast("_Told", known)[1]


def _grouped(subject: str, told: list[types.DocumentSymbol]) -> types.DocumentSymbol:
    """Fields that follow each other and are about one thing."""
    whole = types.Range(told[0].range.start, told[-1].range.end)
    detail = ", ".join(dict.fromkeys(one.name for one in told))
    return types.DocumentSymbol(
        subject, types.SymbolKind.Namespace, whole, told[0].selection_range, detail, children=told
    )


def _told(view: View, base: int, symbol: _Symbol) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        symbol.name,
        symbol.kind,
        view.range(symbol.span.shift(base)),
        view.range(symbol.selected.shift(base)),
        symbol.detail or None,
        children=[_told(view, base, child) for child in symbol.children] or None,
    )


def _symbols(entry: Entry) -> tuple[_Symbol, ...]:
    known = entry.cache.get(_symbols)
    if known is None:
        known = entry.cache[_symbols] = () if entry.field is None else tuple(_of_field(entry.field))
    return cast("tuple[_Symbol, ...]", known)


def _of_field(field: Field) -> Iterator[_Symbol]:
    if field.name in ("layer", "layers") and isinstance(field.value, Message):
        yield _layer(field, field.value)
    elif isinstance(field.value, Message):
        inner = (one for one in field.value.fields if one.name in ("layer", "layers"))
        children = tuple(symbol for one in inner for symbol in _of_field(one))
        detail = _text(field.value.first("name")) if children else ""
        kind = types.SymbolKind.Module if children else types.SymbolKind.Object
        yield _Symbol(field.name, detail, kind, field.span, field.name_span, children)
    else:
        shown = ", ".join(value.text for value in field.values if isinstance(value, Scalar))
        yield _Symbol(field.name, _short(shown), types.SymbolKind.Property, field.span, field.name_span)


def _layer(field: Field, message: Message) -> _Symbol:
    inner = message.first("layer") if field.name == "layers" else None
    # V0 has a layer's own settings in a message of their own.
    own = inner.value if inner is not None and isinstance(inner.value, Message) else message
    name, kind = own.first("name"), own.first("type")
    written = _text(kind)
    if own is not message:
        written = V0_LAYER_TYPES.get(written, written)
    shown = V1_LAYER_TYPES.get(written, written) if field.name == "layers" else written
    detail = " ".join(filter(None, (shown, _rules(message))))
    selected = next((one.value.span for one in (name, kind) if one is not None and one.value is not None), None)
    title = _text(name) or shown or field.name
    return _Symbol(_short(title), _short(detail), types.SymbolKind.Function, field.span, selected or field.name_span)


def _rules(layer: Message) -> str:
    """The phases and stages that a layer's rules name, for telling layers of one name apart."""
    told = [
        ("not " if rule == "exclude" else "") + _text(field)
        for rule in ("include", "exclude")
        for value in _messages(layer.named(rule))
        for field in value.fields
        if field.name in ("phase", "stage")
    ]
    return f"({', '.join(told)})" if told else ""


def _messages(fields: Iterator[Field]) -> Sequence[Message]:
    return [value for field in fields for value in field.values if isinstance(value, Message)]


def _text(field: Field | None) -> str:
    if field is None or not isinstance(field.value, Scalar):
        return ""
    return string_value(field.value) or field.value.text.strip("\"'")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
