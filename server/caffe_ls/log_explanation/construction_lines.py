"""Lines of a net's construction: layers, edges, shapes, memory, what learns (net.cpp, Net::Init)."""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.log_document import LogDocument, LogLine
from caffe_ls.log_explanation.around import Around
from caffe_ls.log_explanation.figures import whole
from caffe_ls.log_explanation.layer_of_run import LayerOfRun, file_name, shape_and_size, size_of
from caffe_ls.training_log.patterns import number

_FLOAT_BYTES = 4


def layer_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """`Creating Layer X` and `Setting up X`."""
    layer = _layer(document, line, line.group(1))
    kind = f" ({layer.type})" if layer.type else ""
    verb = "is created" if line.kind == "creating" else "is set up: it checks its settings and shapes its tops"
    yield f"**Layer `{layer.name}`**{kind} {verb}, for the {_net_words(document, line)}"
    yield from _about(layer, around)


def edge_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """`layer <- bottom` and `layer -> top` (net.cpp, Net::AppendBottom and Net::AppendTop)."""
    layer = _layer(document, line, line.group(1))
    blob = line.group(2)
    if line.kind == "input-edge":
        above = layer.above(blob)
        origin = f", made by layer `{above.name}`" if above is not None else ""
        yield f"**Layer `{layer.name}` reads the blob `{blob}`**{origin}"
    elif line.group(3):
        yield f"**Layer `{layer.name}` writes over its own input `{blob}`** (in place): one blob, several values"
    else:
        yield f"**Layer `{layer.name}` makes the blob `{blob}`**"
        shape = layer.top_shape(blob)
        if shape is not None:
            yield f"Shape {shape_and_size(shape)}"
    yield from _about(layer, around)


def shape_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """`Top shape: ...`."""
    named = line.kind == "top-shape-named"
    sizes = [int(size) for size in line.group(2 if named else 1).split() if size.isdigit()]
    built = document.net_in_construction(line)
    name = line.group(1) if named else built[0].layers[built[1]] if built is not None and built[1] is not None else ""
    layer = _layer(document, line, name)
    yield f"**The shape of a top of layer `{name}`**: {shape_and_size(sizes)}"
    count = size_of(sizes)
    if count is not None:
        yield f"{_size(count * _FLOAT_BYTES)} of values, and as much again for gradients where they are needed"
    if 0 in sizes:
        yield "**Now**: a size of 0: whoever reads this blob stops with `Check failed: data_`"
    if name:
        yield from _about(layer, around)


def memory_line(document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """`Memory required for data: N`."""
    told = int(line.group(1))
    built = document.net_in_construction(line)
    at_end = built is not None and line.body.startswith("Memory required for data") and _is_last(document, line)
    yield f"**Memory for the values of all tops {'of the net' if at_end else 'so far'}**: {_size(told)}"
    yield (
        "4 bytes a number; gradients (as much again in training), parameters, the solver's history and the "
        "workspace of convolutions come on top. In-place tops and splits are counted again although they share memory"
    )
    if built is not None and built[1] is not None and not at_end:
        shapes = built[0].top_shapes[built[1]]
        own = sum(size_of(shape) or 0 for shape in shapes) * _FLOAT_BYTES
        if own and told:
            yield f"Layer `{built[0].layers[built[1]]}` adds {_size(own)}, {100 * own / told:.0f} % of it"


def backward_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """`X needs backward computation.`"""
    layer = _layer(document, line, line.group(1))
    kind = f" ({layer.type})" if layer.type else ""
    if line.group(2) == "needs":
        yield f"**Layer `{layer.name}`**{kind} takes part in the backward pass: it, or a layer below it, learns"
    else:
        yield (
            f"**Layer `{layer.name}`**{kind} takes no part in the backward pass: nothing in or below it learns, "
            "or no loss depends on it"
        )
    yield from _about(layer, around)


def loss_weight_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """`with loss weight W`."""
    assert line.match is not None
    built = document.net_in_construction(line)
    name = built[0].layers[built[1]] if built is not None and built[1] is not None else ""
    yield f"**A top of layer `{name}` is a loss of weight {number(line.match[1]):g}**: so much it counts in the sum"
    if name:
        yield from _about(_layer(document, line, name), around)


def net_output_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """`This network produces output X`."""
    blob = line.group(1)
    yield f"**Nothing reads the blob `{blob}`**: it is an output of the net, printed at each display or test"
    built = document.net_in_construction(line)
    makers = [] if built is None else [
        name for name, tops in zip(built[0].layers, built[0].tops, strict=True) if blob in tops
    ]  # fmt: skip
    if makers:
        yield from _about(_layer(document, line, makers[-1]), around)
    yield "Where no one wants it, the layer is needless; an output that is no loss learns nothing"


def net_text_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """Where a solver or a net is printed, made or done."""
    words = {
        "solver-text": "**The solver, as Caffe read it**: defaults that were not given are not printed",
        "net-text": "**The net of this phase, as Caffe filtered and upgraded it**, before splits are inserted",
        "training-net": "**The train net is made**",
        "test-net": "**A test net is made**",
        "net-done": "**The net is built**: every layer has its shapes; nothing has been computed yet",
    }
    yield words[line.kind]
    files = around.files(line.run)
    documents = [files.solver] if line.kind == "solver-text" else list(files.nets())
    links = [around.pointer(found.path, 1, file_name(found.path)) for found in documents if found is not None]
    if links:
        yield "In the workspace: " + " · ".join(links)


def _about(layer: LayerOfRun, around: Around) -> Iterator[str]:
    if layer.is_split:
        blob = layer.bottoms[0] if layer.bottoms else ""
        yield (
            f"Caffe inserted this split (insert_splits.cpp) because several layers read `{blob}`: each reads a "
            "top of its own, which shares the values, and the gradients are summed"
        )
    yield from layer.definitions(around)


def _layer(document: LogDocument, line: LogLine, name: str) -> LayerOfRun:
    built = document.net_in_construction(line)
    phase, net = ("TRAIN", 0) if built is None else (built[0].phase, built[0].net)
    return LayerOfRun(document, line.run, phase, net, name)


def _net_words(document: LogDocument, line: LogLine) -> str:
    built = document.net_in_construction(line)
    return "train net" if built is None or built[0].phase == "TRAIN" else f"test net #{built[0].net}"


def _is_last(document: LogDocument, line: LogLine) -> bool:
    """Whether the memory is that of the whole net: the line stands behind `Network initialization done.`"""
    before = next(iter(document.outline.before(line.number, line.run)), None)
    return before is not None and before.kind == "net-done"


def _size(count: int) -> str:
    for power, unit in ((3, "GiB"), (2, "MiB"), (1, "KiB")):
        if count >= 1024**power:
            return f"{count / 1024**power:,.1f} {unit} ({whole(count)} bytes)"
    return f"{whole(count)} bytes"
