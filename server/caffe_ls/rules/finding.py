"""What a rule says: findings and the fixes for them."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import cached_property
from typing import Literal

from caffe_ls.immutable import dataclass, field, replace
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


class Severity(str, Enum):
    """What a finding means for the run.

    ERROR: Caffe refuses this. WARNING: it runs, and the result is wrong. INFORMATION: it depends on what cannot be
    seen. HINT: old style, needless or unused.
    """

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"

    @property
    def rank(self) -> int:
        """0 for ERROR, greater for less."""
        return ("error", "warning", "information", "hint").index(self.value)


class Category(str, Enum):
    """What is at stake: FORMAT, the parser or the schema refuses; VERDICT, a CHECK fails; TRAINING, the training
    suffers; LOG, seen in a training log; STYLE."""

    FORMAT = "format"
    VERDICT = "verdict"
    TRAINING = "training"
    LOG = "log"
    STYLE = "style"


Stage = Literal["parse", "upgrade", "init", "first-iteration"]


@dataclass(frozen=True, slots=True)
class FileEdit:
    """An edit of the file that the finding is in, or, where `path` is set, of another one."""

    edit: Edit
    path: str | None = None


@dataclass(frozen=True)
class Fix:
    """A change that mends a finding.

    `safe` fixes keep the meaning of what Caffe would have read, or of what was plainly meant; others change training.
    `setting` is a setting to change instead of text, as (name, value). `later` makes the edits when somebody asks for
    them, where that takes longer than a keystroke may; it must be a pure function, and may find that there are none.
    """

    title: str
    given: tuple[FileEdit, ...] = ()
    safe: bool = False
    new_files: tuple[tuple[str, str], ...] = ()
    setting: tuple[str, str] | None = None
    later: Callable[[], tuple[FileEdit, ...]] | None = field(default=None, compare=False)

    @cached_property
    def edits(self) -> tuple[FileEdit, ...]:
        """What to change."""
        return self.given if self.later is None else self.later()

    def __reduce__(self) -> tuple[object, ...]:
        """Between processes the edits themselves travel, not the way to make them."""
        return Fix, (self.title, self.edits, self.safe, self.new_files, self.setting)

    def shift(self, distance: int) -> Fix:
        """The fix `distance` code points further on, in the finding's own file."""
        if self.later is None:
            return replace(self, given=_shifted(self.given, distance))
        return replace(self, later=lambda: _shifted(self.edits, distance))


def _shifted(edits: tuple[FileEdit, ...], distance: int) -> tuple[FileEdit, ...]:
    return tuple(
        FileEdit(Edit(change.edit.span.shift(distance), change.edit.new_text)) if change.path is None else change
        for change in edits
    )


def fix(title: str, *edits: Edit, safe: bool = False) -> Fix:
    """A fix made of edits of the finding's own file."""
    return Fix(title, tuple(FileEdit(edit) for edit in edits), safe)


@dataclass(frozen=True, slots=True)
class Related:
    """The other side of a contradiction; `path` None is the finding's own file."""

    span: Span
    message: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found; offsets are those of the document (of the entry, in rules of problems).

    `rule`, `severity` and `stage` are filled in from the rule's declaration where it does not give them itself.
    """

    span: Span
    message: str
    fixes: tuple[Fix, ...] = ()
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    stage: Stage | None = None
    layer: str | None = None
    phases: tuple[str, ...] = ()
    assumes: tuple[str, ...] = ()
    rule: str = ""

    def shift(self, distance: int) -> Finding:
        """The finding `distance` code points further on: from an entry's offsets to the document's."""
        return replace(
            self,
            span=self.span.shift(distance),
            related=tuple(
                replace(other, span=other.span.shift(distance)) if other.path is None else other
                for other in self.related
            ),
            fixes=tuple(one.shift(distance) for one in self.fixes),
        )


@dataclass(frozen=True, slots=True)
class LogFinding:
    """One thing that a rule found in a training log; `line` counts from 1.

    `rule` and `severity` are filled in from the rule's declaration where it does not give them itself.
    """

    line: int
    message: str
    iteration: int | None = None
    layer: str | None = None
    blob: str | None = None
    phase: str | None = None
    stage: Stage | None = None
    severity: Severity | None = None
    rule: str = ""
