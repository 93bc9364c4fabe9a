"""What a feature may know of a training log: one version of it, its run's files, and whom the answer is for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types

from caffe_ls.analysis.log_document import LogDocument, LogLine
from caffe_ls.analysis.log_links import RunFiles
from caffe_ls.features import positions
from caffe_ls.features.client import Client
from caffe_ls.features.view import Elsewhere
from caffe_ls.immutable import dataclass, field
from caffe_ls.log_explanation.around import Around
from caffe_ls.text.span import Span
from caffe_ls.training_log.record import Run

if TYPE_CHECKING:
    from caffe_ls.diagnosis.cause import Cause
    from caffe_ls.rules.finding import LogFinding

_MOST_RUNS = 20
_NEAR = 0.5  # Of the likeliest cause's confidence.


class Verdict(NamedTuple):
    """What is to be said of a run: its causes, the likeliest first, and what the rules found, in the log's order."""

    run: Run
    causes: tuple[Cause, ...]
    findings: tuple[LogFinding, ...]

    @property
    def cause(self) -> Cause | None:
        """Why the run went wrong; None where it did not."""
        first = next(iter(self.causes), None)
        return None if first is None or first.cause == "healthy" else first

    @property
    def likely(self) -> tuple[Cause, ...]:
        """That cause, and others that come near it."""
        first = self.cause
        return (
            ()
            if first is None
            else tuple(cause for cause in self.causes if cause is first or cause.confidence >= _NEAR * first.confidence)
        )

    @property
    def line(self) -> int:
        """The line that shows the cause first."""
        lines = (reason.line for reason in self.causes[0].because if reason.line) if self.causes else iter(())
        return next(lines, self.run.start_line)


@dataclass(frozen=True)
class LogView:
    """An immutable snapshot; rows are an editor's lines from 0, places in the log are byte offsets."""

    uri: str
    version: int | None
    document: LogDocument
    client: Client
    elsewhere: Elsewhere = field(repr=False)
    files: Callable[[Run], RunFiles] = field(repr=False)
    find_file: Callable[[str], str | None] = field(repr=False)
    """The path of a file that the log names; None where it is not there."""
    complete: bool = True
    """Whether all of the log that is there has been read."""
    state: str = ""

    # Places.

    def row(self, position: types.Position) -> int:
        """The row of a position; one outside the log counts as the nearest in it."""
        return min(max(0, position.line), self.document.text.line_count - 1)

    def offset(self, position: types.Position) -> int:
        """The byte offset of a position."""
        row = self.row(position)
        start = self.document.text.line_bounds(row)[0]
        text = self.document.text.line(row).decode("utf-8", "replace")
        before = text[: positions.offset_in_line(text, position.character, self.client.encoding)]
        return start + len(before.encode("utf-8", "surrogatepass"))

    def position(self, offset: int) -> types.Position:
        """The position of a byte offset."""
        row = self.document.text.line_at(offset)
        start = self.document.text.line_bounds(row)[0]
        before = self.document.text.line(row)[: max(0, offset - start)].decode("utf-8", "replace")
        return types.Position(row, positions.column_of(before, 0, len(before), self.client.encoding))

    def range(self, start: int, end: int) -> types.Range:
        """The range of a part of the log."""
        return types.Range(self.position(start), self.position(end))

    def row_range(self, first: int, last: int | None = None) -> types.Range:
        """The range of whole rows, without the last one's line end."""
        last = first if last is None else max(first, last)
        return types.Range(types.Position(first, 0), self.position(self.document.text.line_bounds(last)[1]))

    def line_range(self, number: int) -> types.Range:
        """The range of what Caffe said on the line that `Reader` gives this number."""
        line = self.document.line_numbered(number)
        if line is None:
            return self.row_range(self.document.text.index_of(number))
        return self.range(line.offset, self.document.text.line_bounds(line.row)[1])

    def location(self, path: str | None, span: Span) -> types.Location | None:
        """The place of a span in a prototxt; None where its text is not known. (As `View.location`; a log has none.)"""
        source = None if path is None else self.elsewhere.source_of(path)
        if path is None or source is None:
            return None
        return types.Location(self.elsewhere.uri_of(path), positions.range_of(source, span, self.client.encoding))

    def here(self, place: types.Range) -> types.Location:
        """A place in the log itself."""
        return types.Location(self.uri, place)

    @property
    def around(self) -> Around:
        """What explanations may look at."""
        return Around(self.files, self._link, self.find_file)

    def _link(self, path: str | None, line: int) -> str | None:
        return f"{self.uri if path is None else self.elsewhere.uri_of(path)}#L{line}"

    # The verdict.

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What is to be said of each run; of many runs of the last ones."""
        from caffe_ls.analysis.evidence import Evidence
        from caffe_ls.diagnosis.diagnosing import diagnose_evidence
        from caffe_ls.rules.checking_logs import check_log

        found = []
        for run in self.document.record.runs[-_MOST_RUNS:]:
            files = self.files(run)
            net = files.train_net or next(iter(files.test_nets), None)
            evidence = Evidence(run, self.document.ended(run), files.solver, net)
            findings = check_log(evidence, self.document.settings)
            found.append(Verdict(run, diagnose_evidence(evidence), findings))
        return tuple(found)

    def line_at(self, position: types.Position) -> LogLine | None:
        """What the line at a position is."""
        return self.document.line(self.row(position))
