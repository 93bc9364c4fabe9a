"""The window that a convolution moves over its input: what the text says of it, and what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, Dim, Refusal, Stage
from caffe_ls.net.shapes.step import Given, as_int
from caffe_ls.net.values import Group
from caffe_ls.text.span import Span

MESSAGE = "convolution_param"


class Window(NamedTuple):
    """Kernel, stride, pad and dilation along one axis; None for what the text does not say in a way that holds."""

    kernel: Dim
    stride: Dim
    pad: Dim
    dilation: Dim

    @property
    def extent(self) -> Dim:
        """How many places the kernel spans."""
        if self.kernel is None or self.dilation is None:
            return None
        return as_int(self.dilation * (self.kernel - 1) + 1)

    def padded(self, size: int) -> Dim:
        """The input's size with its padding."""
        return None if self.pad is None else as_int(size + 2 * self.pad)


class _Field(NamedTuple):
    name: str
    pair: tuple[str, str]
    default: int | None
    checks: tuple[int, int, int]
    """Lines in base_conv_layer.cpp: two axes, both forms, count."""


_FIELDS = (
    _Field("kernel_size", ("kernel_h", "kernel_w"), None, (27, 29, 35)),
    _Field("stride", ("stride_h", "stride_w"), 1, (51, 53, 59)),
    _Field("pad", ("pad_h", "pad_w"), 0, (75, 77, 83)),
    _Field("dilation", ("", ""), 1, (98, 98, 98)),
)
_HALVES = frozenset(half for field in _FIELDS for half in field.pair if half)


def windows_of(given: Given, axes: int, *, transposed: bool = False) -> tuple[Sequence[Window], list[Refusal]]:
    """A window for each spatial axis, and what is wrong with them (BaseConvolutionLayer::LayerSetUp)."""
    likeness, key = given.spec.likeness, (windows_of, axes, transposed)
    known = likeness.said.get(key) if likeness is not None else None
    if known is not None:
        return known, []  # type: ignore[return-value]
    windows, refusals = _windows(given, axes, transposed)
    # What is wrong has a place, in this layer alone.
    if likeness is not None and not refusals:
        likeness.said[key] = windows
    return windows, refusals


def _windows(given: Given, axes: int, transposed: bool) -> tuple[Sequence[Window], list[Refusal]]:
    param = given.group(MESSAGE)
    refusals: list[Refusal] = []
    columns: list[list[Dim]] = []
    has_halves = not _HALVES.isdisjoint(param.fields)
    for field in _FIELDS:
        if not has_halves and field.default is not None and field.name not in param.fields:
            columns.append([field.default] * axes)
            continue
        halves = [half for half in field.pair if half and param.has(half)] if has_halves else []
        told = [*_refusals_of_form(given, param, field, halves, axes)] if halves or param.count(field.name) != 1 else []
        refusals += told
        columns.append([None] * axes if told else _values(param, field, halves, axes))
    kernels, strides, *_ = columns
    if [kernel for kernel in kernels if kernel is None or kernel <= 0]:
        refusals += _refusals_of_kernel(given, param, kernels)
        columns[0] = [kernel if kernel is not None and kernel > 0 else None for kernel in kernels]
    if [stride for stride in strides if stride is None or stride <= 0]:
        wrong_strides = [*_refusals_of_stride(given, param, strides, transposed)]
        refusals += wrong_strides
        if any(refusal.stage == "init" for refusal in wrong_strides):
            columns[1] = [None] * axes
    return [Window(*row) for row in zip(*columns, strict=True)], refusals


def _refusals_of_form(given: Given, param: Group, field: _Field, halves: Sequence[str], axes: int) -> Iterator[Refusal]:
    name, _, default, (line_axes, line_both, line_count) = field
    times = param.count(name)
    if halves:
        if axes != 2:
            message = f"`{halves[0]}` is for 2 spatial axes; the input has {axes}"
            yield Refusal(
                Fault.WRONG_NUMBER_OF_AXES, message, param.place(halves[0]), _line(given, line_axes), about=(About(0),)
            )
        if times:
            message = f"`{name}` and `{halves[0]}`: give one of them"
            yield Refusal(Fault.CONFLICTING_LAYER_PARAMETERS, message, param.place(halves[0]), _line(given, line_both))
    elif times not in (1, axes) and (times or default is None):
        if not times:
            yield Refusal(
                Fault.MISSING_LAYER_PARAMETER, f"`{name}` is missing", given.place(MESSAGE), _line(given, line_count)
            )
            return
        message = f"`{name}` is given {times} times: it is given once, or once for each of the {axes} spatial axes"
        place = param.place(name, min(times - 1, max(axes, 1)))
        yield Refusal(Fault.VALUES_PER_AXIS, message, place, _line(given, line_count), about=(About(0),))


def _values(param: Group, field: _Field, halves: Sequence[str], axes: int) -> list[Dim]:
    if halves:
        return [as_int(param.integer(half)) for half in field.pair]
    values: list[Dim] = [as_int(number) for number in param.integers(field.name)]
    if not values:
        return [field.default] * axes
    return values * axes if len(values) == 1 else values[:axes]


def _refusals_of_kernel(given: Given, param: Group, kernels: Sequence[Dim]) -> Iterator[Refusal]:
    for axis, kernel in enumerate(kernels):
        if kernel is not None and kernel <= 0:
            yield _refusal_of_size(param, "kernel", "kernel_size", axis, kernel, _line(given, 45))
            return


def _refusals_of_stride(given: Given, param: Group, strides: Sequence[Dim], transposed: bool) -> Iterator[Refusal]:
    """`stride` is checked; of `stride_h` and `stride_w` a 0 is a division by it, and less than 0 passes."""
    pair = param.has("stride_h") or param.has("stride_w")
    for axis, stride in enumerate(strides):
        if stride is None or stride > 0 or (pair and stride < 0):
            continue
        # Im2col's inverse divides too, but only when it runs.
        stage: Stage = "first-iteration" if pair and transposed else "init"
        yield _refusal_of_size(param, "stride", "stride", axis, stride, "SIGFPE" if pair else _line(given, 68), stage)
        return


def _refusal_of_size(
    param: Group, half: str, name: str, axis: int, size: int, check: str, stage: Stage = "init"
) -> Refusal:
    mine, other = (f"{half}_h", f"{half}_w") if axis == 0 else (f"{half}_w", f"{half}_h")
    if param.has(other) and not param.has(mine):
        crash = ": Caffe divides by 0 and crashes" if check == "SIGFPE" else ""
        message = f"`{other}` without `{mine}`, which is 0 then{crash}"
        return Refusal(Fault.MISSING_LAYER_PARAMETER, message, param.place(other), check, stage=stage)
    field, index = (mine, 0) if param.has(mine) else (name, axis)
    written = param.scalars(field)[min(index, param.count(field) - 1)].text
    message = f"`{field}: {written}` must be above 0"
    if size < 0:
        message += f", and Caffe reads it as {size:,}"
    elif check == "SIGFPE":
        message += ": Caffe divides by it and crashes"
    return Refusal(Fault.INVALID_LAYER_PARAMETER, message, param.place(field, index), check, stage=stage)


def _line(given: Given, number: int) -> str:
    """Im2colLayer has the same checks, four lines further up."""
    return f"im2col_layer.cpp:{number - 4}" if given.spec.type == "Im2col" else f"base_conv_layer.cpp:{number}"


def truncated(numerator: int, divisor: int) -> int:
    """Division as in C++: towards 0."""
    found = abs(numerator) // abs(divisor)
    return found if (numerator < 0) == (divisor < 0) else -found


def convolved(size: Dim, window: Window) -> Dim:
    """The output's size along one axis (ConvolutionLayer::compute_output_shape)."""
    extent = window.extent
    if size is None or extent is None or window.stride is None:
        return None
    padded = window.padded(size)
    return None if padded is None else as_int(truncated(as_int(padded - extent), window.stride) + 1)


def deconvolved(size: Dim, window: Window) -> Dim:
    """The output's size along one axis (DeconvolutionLayer::compute_output_shape)."""
    if size is None or window.extent is None or window.stride is None or window.pad is None:
        return None
    return as_int(window.stride * (size - 1) + window.extent - 2 * window.pad)


def sizes_in_words(sizes: Sequence[Dim]) -> str:
    """Sizes of some axes: `8 x 8`."""
    return " x ".join("?" if size is None else f"{size:,}" for size in sizes)


def refusals_of_output(
    given: Given,
    windows: Sequence[Window],
    sizes: Sequence[Dim],
    out: Sequence[Dim],
    *,
    transposed: bool = False,
    stage_of_empty: Stage = "first-iteration",
) -> Iterator[Refusal]:
    """An output of no size, or of less: the kernel spans more than the padded input."""
    worst = min([size for size in out if size is not None], default=1)
    if worst > 0:
        return
    axis = next(index for index, size in enumerate(out) if size == worst)
    if transposed:
        pads = sizes_in_words([window.pad for window in windows])
        reason = f"a padding of {pads} on each side takes away all that comes out"
    else:
        extents = sizes_in_words([window.extent for window in windows])
        padded = [None if size is None else window.padded(size) for size, window in zip(sizes, windows, strict=True)]
        with_padding = " with its padding" if any(window.pad for window in windows) else ""
        reason = f"the kernel spans {extents}, the input{with_padding} {sizes_in_words(padded)}"
    message = f"{reason}: the output would be {sizes_in_words(out)}"
    about = (About(0, len(given.shape()) - len(sizes) + axis),)
    place = _blamed(given.group(MESSAGE), windows[axis], sizes[axis], axis, transposed)
    if worst < 0:
        yield Refusal(Fault.NEGATIVE_OUTPUT_SIZE, message, place, "blob.cpp:32", about=about)
    else:
        yield Refusal(Fault.EMPTY_BLOB, message, place, "blob.cpp:133", stage=stage_of_empty, about=about)


def _blamed(param: Group, window: Window, size: Dim, axis: int, transposed: bool) -> Span:
    """The field that makes the window too large."""
    if transposed:
        halves, name = ("pad_h", "pad_w"), "pad"
    elif param.has("dilation") and _fits_undilated(window, size):
        return param.place("dilation", axis)
    else:
        halves, name = ("kernel_h", "kernel_w"), "kernel_size"
    half = halves[axis] if axis < len(halves) else ""
    return param.place(half) if half and param.has(half) else param.place(name, axis)


def _fits_undilated(window: Window, size: Dim) -> bool:
    padded = None if size is None else window.padded(size)
    return window.kernel is not None and padded is not None and window.kernel <= padded
