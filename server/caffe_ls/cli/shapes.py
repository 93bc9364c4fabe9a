"""`caffe-ls shapes`: a net's layers as Caffe builds them, with shapes, parameters, multiply-adds and memory."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from typing import Literal

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import nets_of
from caffe_ls.cli.errors import FINDINGS, NOTHING_FOUND, CommandError
from caffe_ls.cli.files import InputFile, Unreadable, read_bytes
from caffe_ls.cli.opening import Opener
from caffe_ls.cli.options import STANDARD_INPUT, CheckOptions, CommonOptions
from caffe_ls.cli.output import tell, write
from caffe_ls.net.model import AnyShape, Layer, Net, State
from caffe_ls.net.states import PHASES
from caffe_ls.text.source import decode

ShapesFormat = Literal["table", "json", "csv"]


def shapes(path: str, common: CommonOptions, shapes_format: ShapesFormat) -> int:
    """Print the net in each phase asked; where Caffe would stop goes to standard error, and gives exit status 1."""
    document = _document(path, common)
    states = [
        State(phase, common.level, frozenset(common.stages))
        for phase in PHASES
        if common.phase is None or phase == common.phase
    ]
    nets = nets_of(document, states)
    if shapes_format == "json":
        write(json.dumps([_as_json(net) for net in nets], indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    elif shapes_format == "csv":
        write(_as_csv(nets))
    else:
        from rich.console import Console

        from caffe_ls.cli.formats.shapes_table import show

        wide = None if sys.stdout.isatty() else 200
        show(nets, Console(file=sys.stdout, highlight=False, width=wide))
    return _tell_problems(document, nets)


def _document(path: str, common: CommonOptions) -> PrototxtDocument:
    from_standard_input = path == STANDARD_INPUT
    shown = (common.stdin_path or path) if from_standard_input else path
    data = read_bytes(InputFile(shown, from_standard_input=from_standard_input))
    if isinstance(data, Unreadable):
        raise CommandError(f"{data.path}: {data.reason}")
    document = Opener(CheckOptions((path,), common)).document(shown, decode(data))
    if document.kind == "solver":
        raise CommandError(f"{shown}: a solver has no shapes; name its net")
    if document.kind != "net":
        raise CommandError(f"{shown}: not a net of Caffe's (--kind net takes it as one)")
    return document


def _tell_problems(document: PrototxtDocument, nets: list[Net]) -> int:
    """Tell what stops Caffe, once for all phases in which it does."""
    phases: dict[tuple[int, str], list[str]] = {}
    for base, entry in document.file:
        for problem in entry.problems:
            phases.setdefault((base + problem.span.start, problem.message), [])
    for net in nets:
        for refusal in net.refusals:
            phases.setdefault((net.place_of(refusal).start, refusal.message), []).append(net.state.phase)
    for (offset, message), found in sorted(phases.items()):
        line, column = document.source.line_column(offset)
        only = f" ({found[0]})" if len(nets) > 1 and len(found) == 1 else ""
        tell(f"{document.path}:{line}:{column}: {message}{only}")
    return FINDINGS if phases else NOTHING_FOUND


def _as_json(net: Net) -> dict[str, object]:
    return {
        "phase": net.state.phase,
        "layers": [
            {
                "name": layer.name,
                "type": layer.type,
                "bottoms": layer.bottoms,
                "tops": layer.tops,
                "top_shapes": layer.top_shapes,
                "param_shapes": layer.param_shapes,
                "macs": layer.macs,
                "needs_backward": layer.needs_backward,
                "loss_weights": [_finite(weight) for weight in layer.loss_weights],
            }
            for layer in net.layers
        ],
        "blobs": net.blobs,
        "params": net.param_count,
        "data_memory_bytes": net.data_memory_bytes,
    }


def _finite(number: float) -> float | str:
    return number if math.isfinite(number) else str(number)


def _as_csv(nets: list[Net]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(
        ("phase", "name", "type", "bottoms", "tops", "top_shapes", "param_shapes", "macs", "needs_backward",
         "loss_weights")
    )  # fmt: skip
    for net in nets:
        rows.writerows((net.state.phase, *_row(layer)) for layer in net.layers)
    return text.getvalue()


def _row(layer: Layer) -> tuple[object, ...]:
    params = "?" if layer.param_shapes is None else _joined(layer.param_shapes)
    return (
        layer.name,
        layer.type,
        " ".join(layer.bottoms),
        " ".join(layer.tops),
        _joined(layer.top_shapes),
        params,
        "" if layer.macs is None else layer.macs,
        str(layer.needs_backward).lower(),
        " ".join(f"{weight:g}" for weight in layer.loss_weights),
    )


def _joined(shapes: tuple[AnyShape, ...]) -> str:
    """Shapes as `1x3x227x227`, `?` for what is not known, `()` for a single number."""
    return " ".join(
        "?" if shape is None else "x".join("?" if dim is None else str(dim) for dim in shape) or "()"
        for shape in shapes
    )
