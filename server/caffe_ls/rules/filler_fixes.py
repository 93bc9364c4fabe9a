"""Fillers as rules advise them, and the edits that write them."""

from __future__ import annotations

import math

from caffe_ls.net.activations import is_rectified
from caffe_ls.net.first_weights import first_weights, input_width, parameters
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Fix, fix
from caffe_ls.rules.layer_fields import in_file, is_block
from caffe_ls.rules.rewriting import into_end
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


def advised_type(net: Net, layer: int) -> str:
    """The filler that keeps activations as large as they are, for what stands behind the layer."""
    return "msra" if is_rectified(net, layer) else "xavier"


def advised_std(net: Net, layer: int) -> float | None:
    """The standard deviation that the advised filler gives weights for the layer's inputs; None where not known."""
    width = input_width(net.layers[layer])
    return math.sqrt((2 if is_rectified(net, layer) else 1) / width) if width else None


def write_filler(net: Net, layer: int, name: str, content: str) -> Edit | None:
    """Give a layer's `weight_filler` or `bias_filler` another content, or write one; None where no message is."""
    own = parameters(net.layers[layer])
    placed = net.text.layers[net.layers[layer].origin]
    if own.has(name):
        return Edit(own.place(name).shift(placed.base), f"{{ {content} }}")
    if own.span == placed.spec.fields.span or not is_block(placed.text, own.span):
        return None
    return in_file(into_end(placed.text, own.span, f"{name} {{ {content} }}"), placed.base)


def advise_filler(net: Net, layer: int) -> tuple[Fix, ...]:
    """The fix that gives a layer's weights the filler that fits its inputs and what stands behind it."""
    kind = advised_type(net, layer)
    edit = write_filler(net, layer, "weight_filler", f'type: "{kind}"')
    return (fix(f'Fill the weights by `type: "{kind}"`', edit),) if edit is not None else ()


def number(value: float) -> str:
    """A number of a filler as people write it."""
    return f"{value:.2g}" if value < 100 or value >= 1e6 else f"{value:,.0f}"


def times_advised(net: Net, layer: int) -> float | None:
    """How many times the advised size a layer's weights are; None where that is not known."""
    weights, advised = first_weights(net.layers[layer]), advised_std(net, layer)
    size = weights.root_mean_square if weights is not None else math.nan
    return size / advised if advised and not math.isnan(size) else None


def comparison(net: Net, layer: int) -> str:
    """A layer's weights and those that are advised in words."""
    weights, advised = first_weights(net.layers[layer]), advised_std(net, layer)
    assert weights is not None
    assert advised
    width = input_width(net.layers[layer])
    factor = weights.root_mean_square / advised
    times = f"{number(factor)} times" if factor >= 1 else f"1/{number(1 / factor)} of"
    return (
        f"weights of size {number(weights.root_mean_square)} are {times} the {number(advised)}"
        f" that `{advised_type(net, layer)}` gives for {width:,} inputs"
    )


def filler_place(net: Net, layer: int) -> Span:
    """Where the size of a layer's weights stands: `std`, `value` or `max` of its filler, else the filler."""
    own = parameters(net.layers[layer])
    filler = own.group("weight_filler")
    sized_by = {"gaussian": "std", "constant": "value", "uniform": "max"}.get(filler.text("type", "constant"), "type")
    place = own.place("weight_filler") if own.has("weight_filler") else net.layers[layer].spec.fields.place("type")
    return net.in_file(layer, filler.place(sized_by) if filler.has(sized_by) else place)


def rescale(net: Net, layer: int) -> tuple[Fix, ...]:
    """The fix that gives a gaussian filler the advised `std`."""
    filler, advised = parameters(net.layers[layer]).group("weight_filler"), advised_std(net, layer)
    if filler.text("type") != "gaussian" or not filler.has("std") or advised is None:
        return ()
    text = f"{advised:.2g}"
    return (fix(f"Set `std: {text}`", Edit(net.in_file(layer, filler.place("std")), text)),)
