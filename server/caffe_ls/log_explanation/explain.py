"""The explanation of a line: which function explains which kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from caffe_ls.analysis.log_document import LogDocument, LogLine
from caffe_ls.immutable import dataclass
from caffe_ls.log_explanation import (
    construction_lines,
    debug_lines,
    event_lines,
    fatal_lines,
    iteration_lines,
    message_lines,
    rate_lines,
)
from caffe_ls.log_explanation.around import Around

_Explain = Callable[[LogDocument, LogLine, Around], Iterator[str]]

_EXPLAINED_BY: dict[str, _Explain] = {
    "debug": debug_lines.debug_line,
    "update": debug_lines.update_line,
    "norm": debug_lines.norm_line,
    "loss": iteration_lines.loss_line,
    "output": iteration_lines.output_line,
    "rate": rate_lines.rate_line,
    "clipping": iteration_lines.clipping_line,
    "testing": iteration_lines.testing_line,
    "test-score": iteration_lines.score_line,
    "test-loss": iteration_lines.score_line,
    "batch": iteration_lines.score_line,
    "creating": construction_lines.layer_line,
    "setting-up": construction_lines.layer_line,
    "input-edge": construction_lines.edge_line,
    "output-edge": construction_lines.edge_line,
    "top-shape": construction_lines.shape_line,
    "top-shape-named": construction_lines.shape_line,
    "memory": construction_lines.memory_line,
    "backward": construction_lines.backward_line,
    "loss-weight": construction_lines.loss_weight_line,
    "net-output": construction_lines.net_output_line,
    "solver-text": construction_lines.net_text_line,
    "net-text": construction_lines.net_text_line,
    "training-net": construction_lines.net_text_line,
    "test-net": construction_lines.net_text_line,
    "net-done": construction_lines.net_text_line,
    "snapshot": event_lines.snapshot_line,
    "restore": event_lines.restore_line,
    "not-taken": message_lines.message_line,
    "signal": event_lines.signal_line,
    "aborted": event_lines.crash_line,
    "fatal": fatal_lines.fatal_line,
    "check-failed": fatal_lines.fatal_line,
    "fatal-words": fatal_lines.fatal_line,
    "protobuf": fatal_lines.protobuf_line,
    "refused-text": fatal_lines.protobuf_line,
    "message": message_lines.message_line,
    **dict.fromkeys(
        (
            *("start", "device", "done", "stopped", "history", "traceback", "exception"),
            *("stack-title", "frame", "killed", "missing", "no-items"),
        ),
        event_lines.event_line,
    ),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a line says, as Markdown, and the bytes of the log that it is about."""

    markdown: str
    start: int
    end: int


def explain(document: LogDocument, row: int, around: Around | None = None) -> Explanation | None:
    """The explanation of an editor's line; None where it is none of Caffe's, or nothing is to be said.

    Lines of a printed solver or net are explained by the prototxt that they are of, not here.
    """
    line = document.line(row)
    if line is None:
        return None
    explained_by = _EXPLAINED_BY.get(line.kind)
    if explained_by is None:
        return None
    parts = [part for part in explained_by(document, line, around or Around()) if part]
    if not parts:
        return None
    return Explanation("\n\n".join(parts), line.offset, document.text.line_bounds(row)[1])
