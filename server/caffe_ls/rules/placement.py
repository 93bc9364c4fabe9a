"""Where a field belongs that stands in a message which has none of its name."""

from __future__ import annotations

from bisect import bisect_right
from typing import Literal, NamedTuple

from caffe_ls.rules.nearest import is_same_but_for_case
from caffe_ls.rules.rule import EntryView
from caffe_ls.schema import catalog, model
from caffe_ls.schema.legacy_types import V0_LAYER_TYPES, V1_LAYER_TYPES
from caffe_ls.schema.model import NET_MESSAGE, SOLVER_MESSAGE, Schema
from caffe_ls.schema.validation import SchemaProblem
from caffe_ls.syntax.tree import Field, Message, Scalar
from caffe_ls.syntax.values import string_value

LAYER_MESSAGES = frozenset({"LayerParameter", "V1LayerParameter"})

# Blocks whose names do not follow from the type's: `inner_product_param` for InnerProduct does.
_OTHER_BLOCKS = {
    "Deconvolution": ("convolution_param",),
    "Im2col": ("convolution_param",),
    "LSTM": ("recurrent_param",),
    "RNN": ("recurrent_param",),
    "SoftmaxWithLoss": ("softmax_param", "loss_param"),
    "SigmoidCrossEntropyLoss": ("loss_param",),
    "MultinomialLogisticLoss": ("loss_param",),
    "InfogainLoss": ("infogain_loss_param", "loss_param"),
    "HingeLoss": ("hinge_loss_param", "loss_param"),
    "Data": ("data_param", "transform_param"),
    "ImageData": ("image_data_param", "transform_param"),
    "WindowData": ("window_data_param", "transform_param"),
    "MemoryData": ("memory_data_param", "transform_param"),
    "AnnotatedData": ("data_param", "annotated_data_param", "transform_param"),
    "VideoData": ("data_param", "video_data_param", "transform_param"),
    "Dropout": ("dropout_param",),
}
# Programs and libraries that read nets but train none; their extra fields are hardly what anyone has in mind.
_CONVERTERS = frozenset({"cambricon", "ncnn", "openvino", "synopsys"})

# What every layer may have.
_COMMON_BLOCKS = ("param", "include")

# More blocks than this tell nothing.
_TOO_VAGUE = 3

Relation = Literal["inner", "outer", "beside", "solver file", "net file"]


class Home(NamedTuple):
    """A message that has the field: in a block within the message at hand, around it, beside it, or in another file."""

    relation: Relation
    block: str


class Surroundings(NamedTuple):
    """A field with the blocks around it, outermost first, each with the name of the message that its value is."""

    blocks: tuple[tuple[Field, str], ...]
    parent: Message | None


def surroundings(view: EntryView, node: Field) -> Surroundings:
    """The blocks around a field of the entry."""
    blocks: list[tuple[Field, str]] = []
    parent: Message | None = None
    field = view.entry.field
    message_name = view.root
    while field is not None and field is not node:
        declared = view.schema.field(message_name, field.name)
        if declared is None:
            break
        message_name = declared.type_name
        blocks.append((field, message_name))
        inside = (value for value in field.values if isinstance(value, Message))
        parent = next((value for value in inside if value.start <= node.start < value.end), None)
        if parent is None:
            break
        # Fields stand in the order of the text: a search of its halves keeps a message of many faults linear.
        index = bisect_right(parent.fields, node.start, key=_start_of) - 1
        field = parent.fields[index] if index >= 0 and node.start < parent.fields[index].end else None
    return Surroundings(tuple(blocks), parent)


def _start_of(field: Field) -> int:
    return field.start


def homes(view: EntryView, problem: SchemaProblem) -> tuple[Home, ...]:
    """Where the unknown field of a problem belongs, as far as the blocks around it show; empty for a mere misspelling.

    A name that another fork has in this very place, or that differs from a known one in upper and lower case only,
    stands in the right place.
    """
    key = (homes, view.schema, view.root, problem.node)
    known = view.entry.cache.get(key)
    if known is None:
        known = view.entry.cache[key] = _homes(view, problem)
    return known  # type: ignore[return-value]


def _homes(view: EntryView, problem: SchemaProblem) -> tuple[Home, ...]:
    schema, name = view.schema, problem.node.name
    declared = schema.message(problem.message)
    if declared is None or _is_in_place_elsewhere(problem.message, name):
        return ()
    if any(is_same_but_for_case(name, known) for known in declared.fields):
        return ()
    if problem.message == view.root:
        return _homes_of_top_level(view, name)
    around = surroundings(view, problem.node)
    layer_type = layer_type_around(around)
    inner = _blocks_with(schema, declared, name)
    if problem.message in LAYER_MESSAGES:
        inner = _for_type(inner, layer_type)
    if 0 < len(inner) <= _TOO_VAGUE:
        return tuple(Home("inner", block) for block in inner)
    outer = _outer(schema, view.root, around, name)
    return outer or _beside(schema, around, name, layer_type)


def _is_in_place_elsewhere(message: str, name: str) -> bool:
    """Whether a Caffe for training has the field in this very message; a layer in a layer lacks a bracket instead."""
    if message in LAYER_MESSAGES and name in ("layer", "layers"):
        return False
    return not _CONVERTERS.issuperset(catalog.dialects_with_field(message, name))


def _homes_of_top_level(view: EntryView, name: str) -> tuple[Home, ...]:
    if view.root == SOLVER_MESSAGE:
        return (Home("net file", ""),) if view.schema.field(NET_MESSAGE, name) else ()
    if view.schema.field(SOLVER_MESSAGE, name):
        return (Home("solver file", ""),)
    return (Home("inner", "layer"),) if view.schema.field("LayerParameter", name) else ()


def _outer(schema: Schema, root: str, around: Surroundings, name: str) -> tuple[Home, ...]:
    for field, message in reversed(around.blocks[:-1]):
        if schema.field(message, name):
            return (Home("outer", field.name),)
    return (Home("outer", ""),) if schema.field(root, name) else ()


def _beside(schema: Schema, around: Surroundings, name: str, layer_type: str | None) -> tuple[Home, ...]:
    if len(around.blocks) < 2:
        return ()
    owner = schema.message(around.blocks[-2][1])
    if owner is None:
        return ()
    blocks = _blocks_with(schema, owner, name)
    if owner.name in LAYER_MESSAGES:
        blocks = _for_type(blocks, layer_type)
    # Names like `prob` and `width` are common: only where one block alone has the name it is plainly meant.
    return (Home("beside", blocks[0]),) if len(blocks) == 1 else ()


def _blocks_with(schema: Schema, message: model.Message, name: str) -> list[str]:
    return [
        field.name
        for field in message.fields.values()
        if field.is_message and field.type_name != "V0LayerParameter" and schema.field(field.type_name, name)
    ]


def _for_type(blocks: list[str], layer_type: str | None) -> list[str]:
    """Of the blocks of a layer that have a field, those that a layer of this type reads; all where none does."""
    if layer_type is None:
        return blocks
    own = _blocks_of_type(layer_type, blocks)
    if "transform_param" in own:  # The same fields in the blocks of data layers are superseded.
        return ["transform_param"]
    return own or [block for block in blocks if block in _COMMON_BLOCKS] or blocks


def _blocks_of_type(layer_type: str, blocks: list[str]) -> list[str]:
    wanted = _OTHER_BLOCKS.get(layer_type)
    if wanted is not None:
        return [block for block in blocks if block in wanted]
    return [block for block in blocks if is_same_but_for_case(block, layer_type + "param")]


def layer_type_around(around: Surroundings) -> str | None:
    """The type, in today's words, of the layer that the blocks are in."""
    for field, message in around.blocks:
        if message in LAYER_MESSAGES and isinstance(field.value, Message):
            written = field.value.first("type")
            value = None if written is None else written.value
            if isinstance(value, Scalar):
                return _todays_type(value)
    return None


def _todays_type(value: Scalar) -> str | None:
    text = string_value(value) if value.kind == "string" else value.text
    if text is None:
        return None
    return V1_LAYER_TYPES.get(V0_LAYER_TYPES.get(text, text), text)
