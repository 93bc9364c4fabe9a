"""Layers that multiply by a matrix (inner_product_layer.cpp, embed_layer.cpp)."""

from __future__ import annotations

from caffe_ls.net.faults import Fault
from caffe_ls.net.shapes.step import Family, Given, Step, axis_of, product, refuse, refuse_empty

FAMILY = Family()


@FAMILY.layer("InnerProduct", reads_ranks=False)
def inner_product(given: Given) -> Step:
    """InnerProductLayer::LayerSetUp and Reshape."""
    param = given.group("inner_product_param")
    outputs = param.integer("num_output")
    has_bias = param.flag("bias_term", True)
    if given.bottoms[0] is None:
        return Step((None,), (None, (outputs,)) if has_bias else (None,), None)
    bottom = given.shape()
    axis = axis_of(bottom, param.integer("axis", 1), param.place("axis"))
    if outputs <= 0:
        # No CHECK of its own: the filler finds an empty blob.
        refuse(Fault.MISSING_LAYER_PARAMETER, "blob.cpp:133", "`num_output` is missing or 0", param.place("num_output"))
    inputs = product(bottom[axis:])
    if has_bias:
        refuse_empty(bottom[:axis], "the batch", given.fields.place("bottom"))
    weights = (inputs, outputs) if param.flag("transpose") else (outputs, inputs)
    top = (*bottom[:axis], outputs)
    return Step((top,), (weights, (outputs,)) if has_bias else (weights,), product((*top, inputs)))


@FAMILY.layer("Embed", reads_ranks=False)
def embed(given: Given) -> Step:
    """EmbedLayer::LayerSetUp and Reshape."""
    param = given.group("embed_param")
    outputs, inputs = param.integer("num_output"), param.integer("input_dim")
    if outputs <= 0:
        refuse(
            Fault.MISSING_LAYER_PARAMETER,
            "embed_layer.cpp:13",
            "`num_output` is missing or 0",
            param.place("num_output"),
        )
    if inputs <= 0:
        refuse(
            Fault.MISSING_LAYER_PARAMETER, "embed_layer.cpp:15", "`input_dim` is missing or 0", param.place("input_dim")
        )
    bottom = given.bottoms[0]
    weights = (inputs, outputs)
    top = None if bottom is None else (*bottom, outputs)
    return Step((top,), (weights, (outputs,)) if param.flag("bias_term", True) else (weights,))
