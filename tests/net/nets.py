"""Small nets for tests: layers in few words, and what Caffe makes of them."""

from __future__ import annotations

from caffe_ls.net.graph import build
from caffe_ls.net.lower import lower_file
from caffe_ls.net.model import AnyShape, DataSource, Layer, Net, Phase, State
from caffe_ls.syntax.parser import parse

_CODE = 'python_param { module: "m" layer: "L" }'


def net_of(
    text: str,
    phase: Phase = "TRAIN",
    *,
    level: int = 0,
    stages: tuple[str, ...] = (),
    data: DataSource | None = None,
    dialect: str = "bvlc",
) -> Net:
    """The net of a text in a state."""
    return build(lower_file(parse(text), dialect), State(phase, level, frozenset(stages)), data)


def names(net: Net) -> list[str]:
    """The names of a net's layers."""
    return [layer.name for layer in net.layers]


def inputs(*shapes: AnyShape) -> str:
    """Input layers `x0`, `x1`, ...; None makes a blob of which nothing is known."""
    text = ""
    for index, shape in enumerate(shapes):
        if shape is None:
            text += f'layer {{ name: "x{index}" type: "Python" top: "x{index}" {_CODE} }}\n'
        else:
            dims = " ".join(f"dim: {dim}" for dim in shape)
            text += f'layer {{ name: "x{index}" type: "Input" top: "x{index}" input_param {{ shape {{ {dims} }} }} }}\n'
    return text


def layer(kind: str, fields: str = "", bottoms: int = 1, tops: int = 1) -> str:
    """A layer named `y` that reads `x0`, `x1`, ... and makes `y0`, `y1`, ..."""
    reads = " ".join(f'bottom: "x{index}"' for index in range(bottoms))
    makes = " ".join(f'top: "y{index}"' for index in range(tops))
    return f'layer {{ name: "y" type: "{kind}" {reads} {makes} {fields} }}\n'


def made(
    kind: str,
    fields: str = "",
    *shapes: AnyShape,
    tops: int = 1,
    data: DataSource | None = None,
    dialect: str = "bvlc",
) -> Layer:
    """What Caffe makes of one layer above inputs of these shapes; it must not refuse it."""
    net = net_of(inputs(*shapes) + layer(kind, fields, len(shapes), tops), data=data, dialect=dialect)
    assert net.refusals == ()
    return net.layers[-1]


def refused(kind: str, fields: str = "", *shapes: AnyShape, tops: int = 1, dialect: str = "bvlc") -> tuple[str, str]:
    """Where Caffe refuses a layer: the name of its CHECK, and the text that is to blame."""
    text = inputs(*shapes) + layer(kind, fields, len(shapes), tops)
    net = net_of(text, dialect=dialect)
    (refusal,) = net.refusals
    return refusal.check, text[slice(*net.place_of(refusal))]
