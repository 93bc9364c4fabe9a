"""No filler has this name.

The fillers that give a layer its first weights are chosen by name, exactly as written. An unknown one ends the run when
the layer is built: `Unknown filler name: xavierr`. It does no harm where the layer does not fill: weights given in
`blobs`, a bias with `bias_term: false`, or the block of another layer type.

Source: filler.hpp (GetFiller), called from the layers' LayerSetUp.

Bad (settings {"dialect": "bvlc"}):
    layer {
      name: "ip1"
      type: "InnerProduct"
      inner_product_param { num_output: 10 weight_filler { type: "Xavier" } }
      #                                                          ^^^^^^^^
    }

Good (settings {"dialect": "bvlc"}):
    layer {
      name: "ip1"
      type: "InnerProduct"
      inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
    }
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.immutable import replace
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.layers import WrittenLayer, layer_of, phases_of
from caffe_ls.rules.named_values import judge_name
from caffe_ls.rules.rows import found_in_entries
from caffe_ls.rules.rule import document_rule
from caffe_ls.schema.legacy_types import V0_LAYER_TYPES, V1_LAYER_TYPES
from caffe_ls.schema.model import Schema
from caffe_ls.syntax.tree import Entry, Message, Scalar
from caffe_ls.syntax.values import bool_value, string_value

_FILLER_MESSAGE = "FillerParameter"

# Which fillers a layer type uses, by the block they stand in; fillers in other blocks are never looked at.
_USED: dict[str, tuple[str, tuple[str, ...]]] = {
    "Convolution": ("convolution_param", ("weight_filler", "bias_filler")),
    "Deconvolution": ("convolution_param", ("weight_filler", "bias_filler")),
    "InnerProduct": ("inner_product_param", ("weight_filler", "bias_filler")),
    "Embed": ("embed_param", ("weight_filler", "bias_filler")),
    "PReLU": ("prelu_param", ("filler",)),
    "Scale": ("scale_param", ("filler", "bias_filler")),
    "Bias": ("bias_param", ("filler",)),
    "LSTM": ("recurrent_param", ("weight_filler", "bias_filler")),
    "RNN": ("recurrent_param", ("weight_filler", "bias_filler")),
    "DummyData": ("dummy_data_param", ("data_filler",)),
    "Normalize": ("norm_param", ("scale_filler",)),
}
_WITHOUT_FILLERS = frozenset({
    "AbsVal", "Accuracy", "ArgMax", "BNLL", "BatchReindex", "Clip", "Concat", "ContrastiveLoss", "Crop", "Data",
    "Dropout", "ELU", "Eltwise", "EuclideanLoss", "Exp", "Filter", "Flatten", "HDF5Data", "HDF5Output", "HingeLoss",
    "Im2col", "ImageData", "InfogainLoss", "Input", "LRN", "Log", "MVN", "MemoryData", "MultinomialLogisticLoss",
    "Parameter", "Pooling", "Power", "Python", "ReLU", "Reduction", "Reshape", "SPP", "Sigmoid",
    "SigmoidCrossEntropyLoss", "Silence", "Slice", "Softmax", "SoftmaxWithLoss", "Split", "Swish", "TanH",
    "Threshold", "Tile", "WindowData",
})  # fmt: skip
_BIAS_BY_DEFAULT = {"Scale": False}


class _WrittenFiller(NamedTuple):
    """A filler's type as written; `block` is the block around it, None for V0's, which stand in the layer itself."""

    field_name: str
    block_name: str | None
    block: Message
    value: Scalar


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="net", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    for base, entry, findings in found_in_entries(document, _findings, document.schema):
        layer = layer_of(entry)
        phases = None if layer is None else phases_of(document, base, layer)
        if phases is not None:
            for finding in findings:
                yield replace(finding, phases=phases).shift(base)


def _findings(entry: Entry, schema: Schema) -> tuple[Finding, ...]:
    layer = layer_of(entry) if "filler" in entry.text else None
    return () if layer is None else tuple(_find(layer, schema))


def _find(layer: WrittenLayer, schema: Schema) -> Iterator[Finding]:
    for filler in _fillers(layer, schema):
        written = string_value(filler.value)
        if written is None:
            continue
        judgement = judge_name(_FILLER_MESSAGE, "type", written, filler.value.span, "filler", schema)
        if judgement is None:
            continue
        used, why = _is_used(filler, layer)
        severity = judgement.severity(
            Severity.ERROR if used else Severity.INFORMATION if used is None else Severity.HINT
        )
        message = judgement.message if not why else f"{judgement.message} (not used: {why})"
        yield Finding(filler.value.span, message, judgement.fixes, severity=severity)


def _fillers(layer: WrittenLayer, schema: Schema) -> Iterator[_WrittenFiller]:
    name = {"layer": "LayerParameter", "layers": "V1LayerParameter", "v0": "V0LayerParameter"}[layer.form]
    waiting: list[tuple[Message, str, str | None]] = [(layer.message, name, None)]
    while waiting:
        message, message_name, block_name = waiting.pop()
        for field in message.fields:
            if isinstance(field.value, Scalar):
                continue
            inside = [value for value in field.values if isinstance(value, Message)]
            declared = schema.field(message_name, field.name) if inside else None
            if declared is None:
                continue
            if declared.type_name != _FILLER_MESSAGE:
                if block_name is None:
                    waiting += [(value, declared.type_name, field.name) for value in inside]
                continue
            for value in inside:
                written = value.first("type")
                if written is not None and isinstance(written.value, Scalar):
                    yield _WrittenFiller(field.name, block_name, message, written.value)


def _is_used(filler: _WrittenFiller, layer: WrittenLayer) -> tuple[bool | None, str]:
    """Whether the layer fills with it, None where that is not known; and why it does not."""
    layer_type = _todays_type(layer)
    outer = layer.field.value
    if layer_type is None or not isinstance(outer, Message):
        return None, ""
    if layer_type in _WITHOUT_FILLERS:
        return False, f"{layer_type} has nothing to fill"
    used = _USED.get(layer_type)
    if used is None:
        return None, ""
    block, names = used
    if filler.block_name not in (None, block) or filler.field_name not in names:
        return False, f"{layer_type} reads `{block}`"
    if outer.first("blobs") is not None and layer_type not in ("DummyData", "LSTM", "RNN"):
        return False, "the weights are given in `blobs`"
    if filler.field_name == "bias_filler" and not _has_bias(filler.block, layer_type):
        return False, "there is no bias"
    if layer_type in ("Scale", "Bias") and filler.field_name == "filler":
        bottoms = sum(len(field.values) for field in outer.named("bottom"))
        return (True, "") if bottoms == 1 else (False, "the second bottom gives the values")
    return True, ""


def _has_bias(block: Message, layer_type: str) -> bool:
    if layer_type in ("LSTM", "RNN"):
        return True
    field = block.first("bias_term") or block.first("biasterm")
    given = bool_value(field.value) if field is not None and isinstance(field.value, Scalar) else None
    return _BIAS_BY_DEFAULT.get(layer_type, True) if given is None else given


def _todays_type(layer: WrittenLayer) -> str | None:
    written = layer.type_text
    if written is None or layer.form == "layer":
        return written
    return V1_LAYER_TYPES.get(V0_LAYER_TYPES.get(written, written))
