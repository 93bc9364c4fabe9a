"""What a check found, as data for every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from caffe_ls.analysis.kinds import Kind
from caffe_ls.cli.options import FailOn
from caffe_ls.immutable import dataclass
from caffe_ls.rules.finding import Finding, Fix, Severity
from caffe_ls.text.source import Source


@dataclass(frozen=True, slots=True)
class FileReport:
    """The findings of one file; `path` is the user's, `dialect` None where there is none to name."""

    path: str
    kind: Kind
    dialect: str | None
    source: Source
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of a run."""

    files: tuple[FileReport, ...]

    def count(self) -> Mapping[Severity, int]:
        """How many findings there are of each severity."""
        return Counter(severity_of(finding) for file in self.files for finding in file.findings)


def severity_of(finding: Finding) -> Severity:
    """The severity; checking has filled it in."""
    return finding.severity or Severity.WARNING


def at_least(finding: Finding, threshold: FailOn) -> bool:
    """Whether a finding is as severe as `threshold` or more."""
    return threshold != "never" and severity_of(finding).rank <= Severity(threshold).rank


def applicable_fix(finding: Finding, unsafe: bool) -> Fix | None:
    """The fix of a finding that --fix applies, alone or with --unsafe.

    It is the first that does nothing but edit the finding's own file; others are left to the user.
    """
    return next((fix for fix in finding.fixes if _edits_its_own_file(fix) and (fix.safe or unsafe)), None)


def _edits_its_own_file(fix: Fix) -> bool:
    return bool(fix.edits) and not (fix.new_files or fix.setting or any(change.path for change in fix.edits))


def left_to_the_user(findings: Iterable[Finding]) -> int:
    """How many of the findings have fixes, of which none does nothing but edit the finding's own file."""
    return sum(bool(finding.fixes) and not any(map(_edits_its_own_file, finding.fixes)) for finding in findings)


def fixable(findings: Iterable[Finding], unsafe: bool) -> int:
    """How many of the findings --fix would mend, alone or with --unsafe."""
    return sum(applicable_fix(finding, unsafe) is not None for finding in findings)
