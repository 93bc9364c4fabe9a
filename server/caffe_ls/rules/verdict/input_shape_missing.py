"""There are more inputs than shapes for them.

Each `input` of a net needs one `input_shape`, or four `input_dim`: number, channels, height and width. Caffe does not
count them. It reads past the end of the list: where `input_shape` is missing it crashes; where `input_dim` is missing
the blob gets whatever size stands in memory there, and Caffe stops, as at `blob size exceeds INT_MAX`. A net without
any weights may be built by chance, and dies when it is run.

Today's form, a layer of type `Input` with an `input_param`, leaves no room for this.

Source: upgrade_proto.cpp (UpgradeNetInput).

Bad:
    input: "data" input_dim: 3 input_dim: 227 input_dim: 227
    #      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    layer { name: "relu" type: "ReLU" bottom: "data" top: "data" }

Good:
    input: "data" input_dim: 1 input_dim: 3 input_dim: 227 input_dim: 227
    layer { name: "relu" type: "ReLU" bottom: "data" top: "data" }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import fix
from caffe_ls.rules.rule import Advice, DiesAt, RefusalView, refusal_rule
from caffe_ls.syntax.tree import Scalar
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


@refusal_rule(Fault.INPUT_SHAPE_MISSING, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    if view.refusal.check.endswith("past input_dim") and not any(layer.param_shapes != () for layer in view.net.layers):
        yield DiesAt("first-iteration")
    values = [
        (entry.field.name, value.span.shift(base), entry.field.span.shift(base))
        for base, entry in view.document.file
        if entry.field is not None
        for value in entry.field.values
        if isinstance(value, Scalar)
    ]
    names = [value for name, value, _ in values if name == "input"]
    dims = [field for name, _, field in values if name == "input_dim"]
    if len(names) == 1 and len(dims) == 3:
        start = dims[0].start
        yield fix("Add the number of images, 1", Edit(Span(start, start), "input_dim: 1" + _gap(view, dims)))


def _gap(view: RefusalView, dims: list[Span]) -> str:
    """What stands between the dimensions: a space, or a line end and white space."""
    between = view.document.text[dims[0].end : dims[1].start]
    return between if between and not between.strip() else " "
