"""Layers that multiply by a matrix (inner_product_layer.cpp, embed_layer.cpp)."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AnyShape, Dim, Refusal, Shape
from caffe_ls.net.shapes.fillers import refusals_of_fillers
from caffe_ls.net.shapes.given_blobs import params_of
from caffe_ls.net.shapes.step import Family, Given, Step, about_empty, as_int, product, shown

FAMILY = Family()

_FILLERS = ("weight_filler", "bias_filler")


@FAMILY.layer("InnerProduct", reads_ranks=False)
def inner_product(given: Given) -> Step:
    """InnerProductLayer::LayerSetUp and Reshape."""
    message = "inner_product_param"
    param = given.group(message)
    # There is no CHECK: the filler finds an empty blob, or the blob a negative size.
    outputs, refusals = _positive(given, message, "num_output", "blob.cpp:133")
    has_bias = param.flag("bias_term", True)
    bottom = given.bottoms[0]
    if bottom is None:
        unknown: tuple[AnyShape, ...] = (None, (outputs,)) if has_bias else (None,)
        return Step((None,), params_of(given, unknown), None, refusals=tuple(refusals))
    axis = given.axis(message)
    inputs = product(bottom[axis:])
    if has_bias and 0 in bottom[:axis]:
        refusals.append(_empty_batch(given, bottom))
    shape = (inputs, outputs) if param.flag("transpose") else (outputs, inputs)
    params: tuple[Shape, ...] = (shape, (outputs,)) if has_bias else (shape,)
    top = (*(None if dim == 0 and has_bias else dim for dim in bottom[:axis]), outputs)
    refusals += refusals_of_fillers(given, message, _FILLERS, params)
    refusals += _refusals_of_missing_blob(given, len(params))
    return Step((top,), params_of(given, params), product((*top, inputs)), refusals=tuple(refusals))


@FAMILY.layer("Embed", reads_ranks=False)
def embed(given: Given) -> Step:
    """EmbedLayer::LayerSetUp and Reshape."""
    message = "embed_param"
    param = given.group(message)
    outputs, refusals = _positive(given, message, "num_output", "embed_layer.cpp:13")
    inputs, wrong_inputs = _positive(given, message, "input_dim", "embed_layer.cpp:15")
    refusals += wrong_inputs
    has_bias = param.flag("bias_term", True)
    params: tuple[Shape, ...] = ((inputs, outputs), (outputs,)) if has_bias else ((inputs, outputs),)
    refusals += refusals_of_fillers(given, message, _FILLERS, params)
    refusals += _refusals_of_missing_blob(given, len(params))
    bottom = given.bottoms[0]
    if has_bias and bottom is not None and 0 in bottom:
        refusals.append(_empty_batch(given, bottom))
    top = None if bottom is None else (*bottom, outputs)
    return Step((top,), params_of(given, params), refusals=tuple(refusals))


def _positive(given: Given, message: str, field: str, check: str) -> tuple[Dim, list[Refusal]]:
    param = given.group(message)
    number = as_int(param.integer(field))
    if number > 0:
        return number, []
    place = given.place(message, field)
    if not param.has(field):
        return None, [Refusal(Fault.MISSING_LAYER_PARAMETER, f"`{field}` is missing", place, check)]
    words = f"`{field}: {param.integer(field)}` must be above 0"
    words += f", and Caffe reads it as {number:,}" if number else ""
    return None, [Refusal(Fault.INVALID_LAYER_PARAMETER, words, place, check)]


def _empty_batch(given: Given, bottom: Shape) -> Refusal:
    """The bias is added by a blob of as many ones as there are items, which is filled at once."""
    message, place = f"the batch is empty ({shown(bottom)})", given.fields.place("bottom")
    return Refusal(Fault.EMPTY_BLOB, message, place, "blob.cpp:133", about=about_empty((bottom,)))


def _refusals_of_missing_blob(given: Given, wanted: int) -> Iterator[Refusal]:
    """The number of blobs in the text is not checked; the pass reads behind the last."""
    blobs = given.fields.count("blobs")
    if 0 < blobs < wanted:
        message = f"{blobs} `blobs` for a layer that has {wanted}: the first pass reads one that is not there"
        place = given.fields.place("blobs")
        yield Refusal(Fault.GIVEN_BLOBS_DO_NOT_FIT, message, place, "SIGSEGV", stage="first-iteration")
