"""What a shape rule is given and gives, and what Caffe demands of a layer type before any rule is asked."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn, TypeAlias

from caffe_ls.immutable import dataclass
from caffe_ls.net.faults import Fault
from caffe_ls.net.model import NO_DATA, About, AnyShape, DataSource, Dim, LayerSpec, Phase, Refusal, Shape, Stage
from caffe_ls.net.values import Group
from caffe_ls.text.span import Span


class Step(NamedTuple):
    """What a layer makes: shapes of tops and parameter blobs, None for unknown ones, and multiply-adds per pass.

    `assumes` says in words what the shapes rest on where that is a guess. `refusals` are faults that do not hide the
    shapes: the rule went on as if they were mended.
    """

    tops: tuple[AnyShape, ...]
    params: tuple[AnyShape, ...] | None = ()
    macs: int | None = 0
    assumes: str = ""
    refusals: tuple[Refusal, ...] = ()


class Given(NamedTuple):
    """What a rule is asked about: a layer in today's form, and how many tops it has, the automatic ones included.

    `names` are those of its bottoms as splits give them, `bottoms` their shapes. What is known of the data is told to
    layers without bottoms, the phase to types that say that they read it; so what is made of all others holds whatever
    these are.
    """

    spec: LayerSpec
    names: tuple[str, ...]
    top_count: int
    bottoms: tuple[AnyShape, ...]
    dialect: str = "bvlc"
    phase: Phase | None = None
    data: DataSource = NO_DATA

    @property
    def fields(self) -> Group:
        """The layer's fields."""
        return self.spec.fields

    def group(self, name: str) -> Group:
        """One of the layer's parameter messages."""
        return self.spec.fields.group(name)

    def shape(self, index: int = 0) -> Shape:
        """A bottom's shape; rules are asked only when the number of axes of every bottom is known."""
        shape = self.bottoms[index]
        assert shape is not None
        return shape

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """All bottoms' shapes."""
        return tuple(self.shape(index) for index in range(len(self.bottoms)))

    def place(self, message: str, field: str = "", index: int = 0) -> Span:
        """Where a field of a parameter message stands; else the message; else the layer's type."""
        group = self.spec.fields.group(message)
        if field and group.has(field):
            return group.place(field, index)
        return group.span if self.spec.fields.has(message) else self.spec.fields.place("type")

    def axis(self, message: str, default: int = 1, field: str = "axis") -> int:
        """The axis of the first bottom that a field asks for, counted from the front; Caffe stops at one too many."""
        shape, axis = self.shape(), self.group(message).integer(field, default)
        if -len(shape) <= axis < len(shape):
            return axis % len(shape)
        return axis_of(shape, axis, self.axis_place(message, field))

    def axis_place(self, message: str, field: str = "axis") -> Span:
        """Where an axis is asked for: the field where it is given, else the bottom that has to have it."""
        group = self.spec.fields.group(message)
        return group.place(field) if group.has(field) else self.spec.fields.place("bottom")

    def is_in_place(self, index: int = 0) -> bool:
        """Whether a top is the bottom of the same index (net.cpp, Net::AppendTop)."""
        bottoms, tops = self.names, self.spec.tops
        return index < min(len(bottoms), len(tops)) and bottoms[index] == tops[index]


Rule: TypeAlias = Callable[[Given], Step]

ANY_NUMBER = 1 << 30


@dataclass(frozen=True, slots=True)
class Count:
    """How many bottoms or tops a layer takes; `exact` tells which of Caffe's messages is printed."""

    least: int = 0
    most: int = ANY_NUMBER


@dataclass(frozen=True, slots=True)
class LayerType:
    """What Caffe's class of a layer type declares. `unforced` are bottoms that force_backward leaves alone.

    `reads_ranks`: whether the rule is asked only where the number of axes of every bottom is known; `reads_phase`:
    whether it is told the phase.
    """

    rule: Rule
    bottoms: Callable[[LayerSpec], Count]
    tops: Callable[[LayerSpec], Count]
    equal_counts: bool = False
    is_loss: bool = False
    in_place: bool = True
    unforced: frozenset[int] = frozenset()
    reads_ranks: bool = True
    reads_phase: bool = False


class StoppedError(Exception):
    """A rule cannot go on; `registry.step` turns it into the Refusal that it carries."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def refuse(
    fault: Fault, check: str, message: str, span: Span, *, about: Sequence[About] = (), stage: Stage = "init"
) -> NoReturn:
    """Stop where Caffe stops; `about` names the bottoms that are one side of the contradiction."""
    raise StoppedError(Refusal(fault, message, span, check, about=tuple(about), stage=stage))


class Family:
    """The layer types of one file: what they mean, by name and dialect; by "" where all others agree."""

    def __init__(self) -> None:
        self.types: dict[str, dict[str, LayerType]] = {}

    def layer(
        self,
        *names: str,
        bottoms: int | tuple[int, int] | Callable[[LayerSpec], Count] = 1,
        tops: int | tuple[int, int] | Callable[[LayerSpec], Count] = 1,
        equal_counts: bool = False,
        is_loss: bool = False,
        in_place: bool = True,
        unforced: Sequence[int] = (),
        reads_ranks: bool = True,
        reads_phase: bool = False,
        dialect: str = "",
    ) -> Callable[[Rule], Rule]:
        """Register a rule for layer types, of the dialects named, or of all that have no rule of their own.

        Counts are exact, a range, or depend on the layer's fields.
        """

        def register(rule: Rule) -> Rule:
            declared = LayerType(
                rule,
                _count(bottoms),
                _count(tops),
                equal_counts,
                is_loss,
                in_place,
                frozenset(unforced),
                reads_ranks,
                reads_phase,
            )
            for name in names:
                for one in dialect.split() or [""]:
                    self.types.setdefault(name, {})[one] = declared
            return rule

        return register


def _count(given: int | tuple[int, int] | Callable[[LayerSpec], Count]) -> Callable[[LayerSpec], Count]:
    if isinstance(given, int):
        fixed = Count(given, given)
    elif isinstance(given, tuple):
        fixed = Count(*given)
    else:
        return given
    return lambda spec: fixed


def product(dims: Sequence[Dim]) -> Dim:
    """The product of dimensions; None where one is unknown, unless another is 0."""
    result = 1
    unknown = False
    for dim in dims:
        if dim is None:
            unknown = True
        else:
            result *= dim
    return None if unknown and result else result


def refuse_empty(shape: Shape, what: str, span: Span, first_axis: int = 0) -> None:
    """Stop at a blob without numbers that Caffe fills or reads while it builds the net (blob.cpp, mutable_cpu_data).

    The shape is that of the first bottom from `first_axis` on.
    """
    if 0 in shape:
        about = (About(0, first_axis + shape.index(0)),)
        refuse(Fault.EMPTY_BLOB, "blob.cpp:133", f"{what} is empty ({shown(shape)})", span, about=about)


def about_empty(bottoms: Sequence[AnyShape]) -> tuple[About, ...]:
    """The bottoms that hold nothing, and along which axis."""
    return tuple(About(index, shape.index(0)) for index, shape in enumerate(bottoms) if shape and 0 in shape)


def as_int(number: int) -> int:
    """An unsigned number of the text as Caffe keeps it, in an int: beyond 2,147,483,647 it turns negative."""
    return (number + 2**31) % 2**32 - 2**31


def float32(number: float) -> float:
    """A number of the text as Caffe keeps it, in a float; what is too large for one is infinite."""
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)


def differ(one: Dim, other: Dim) -> bool:
    """Whether two dimensions are certainly not the same."""
    return one is not None and other is not None and one != other


def shapes_differ(one: Shape, other: Shape) -> bool:
    """Whether two shapes are certainly not the same."""
    if one == other:
        return False
    return len(one) != len(other) or any(differ(a, b) for a, b in zip(one, other, strict=True))


def shown(shape: AnyShape) -> str:
    """A shape in words: `1 x 3 x ? x 8`."""
    if shape is None:
        return "of unknown shape"
    return " x ".join("?" if dim is None else f"{dim:,}" for dim in shape) or "a single number"


def axes_in_words(shape: Shape) -> str:
    """How many axes a shape has, and the shape: `2 axes (5 x 3)`."""
    return f"{len(shape)} ax{'i' if len(shape) == 1 else 'e'}s ({shown(shape)})"


def axis_of(shape: Shape, axis: int, span: Span, bottom: int = 0) -> int:
    """The axis counted from the front (blob.hpp, CanonicalAxisIndex); `bottom` is the one that has the shape."""
    if axis < -len(shape) or axis >= len(shape):
        message = f"axis {axis} of an input that has {axes_in_words(shape)}"
        check = "blob.hpp:119" if axis < 0 else "blob.hpp:122"
        refuse(Fault.AXIS_OUT_OF_RANGE, check, message, span, about=(About(bottom),))
    return axis % len(shape)


def legacy_dim(shape: Shape, index: int, span: Span, bottom: int = 0) -> Dim:
    """Num, channels, height or width as blob.hpp's LegacyShape gives them: 1 for axes that are not there."""
    if len(shape) > 4:
        message = f"the layer takes at most 4 axes, and its input has {axes_in_words(shape)}"
        refuse(Fault.WRONG_NUMBER_OF_AXES, "blob.hpp:140", message, span, about=(About(bottom),))
    return shape[index] if index < len(shape) else 1
