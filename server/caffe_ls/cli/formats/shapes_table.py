"""A net as a table for people."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from caffe_ls.net.model import AnyShape, Layer, Net, count


def show(nets: Iterable[Net], console: Console) -> None:
    """Print each net with its sums."""
    for net in nets:
        console.print(_table(net))
        console.print(_sums(net))
        for layer in net.layers:
            if layer.assumes:
                console.print(f"{escape(layer.name)}: assuming {escape(layer.assumes)}")
        console.print()


def _table(net: Net) -> Table:
    title = " ".join(part for part in (net.name, f"({net.state.phase})") if part)
    table = Table(title=escape(title), title_justify="left", box=None, pad_edge=False)
    for name in ("layer", "type", "bottoms", "tops"):
        table.add_column(name, overflow="fold")
    for name in ("shape", "parameters", "multiply-adds"):
        table.add_column(name, justify="right")
    table.add_column("backward")
    for layer in net.layers:
        table.add_row(
            escape(layer.name),
            escape(layer.type),
            escape(" ".join(layer.bottoms)),
            escape(" ".join(layer.tops)),
            "\n".join(_shape(shape) for shape in layer.top_shapes),
            _number(_params(layer)),
            _number(layer.macs),
            "yes" if layer.needs_backward else "",
        )
    return table


def _sums(net: Net) -> str:
    memory = net.data_memory_bytes
    shown = "?" if memory is None else f"{memory:,} bytes ({memory / 2**20:,.1f} MiB)"
    macs = [layer.macs for layer in net.layers]
    known = [number for number in macs if number is not None]
    work = "?" if len(known) < len(macs) else f"{sum(known):,}"
    params = "?" if net.param_count is None else f"{net.param_count:,}"
    return f"parameters {params} · multiply-adds {work} · memory for data {shown}"


def _params(layer: Layer) -> int | None:
    if layer.param_shapes is None:
        return None
    counts = [count(shape) for shape in layer.param_shapes]
    return None if None in counts else sum(number for number in counts if number is not None)


def _number(number: int | None) -> str:
    return "?" if number is None else f"{number:,}" if number else ""


def _shape(shape: AnyShape) -> str:
    if shape is None:
        return "?"
    return " x ".join("?" if dim is None else str(dim) for dim in shape) or "()"
