"""A baseline: an earlier JSON report, whose findings are not reported again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from caffe_ls.cli.errors import CommandError
from caffe_ls.cli.report import FileReport
from caffe_ls.immutable import replace
from caffe_ls.rules.finding import Finding

# Path, rule, layer and message: not the line, which changes with every edit above it.
_Key = tuple[str, str, "str | None", str]


class Baseline:
    """How often each finding was there before."""

    def __init__(self, known: Iterable[_Key] = ()) -> None:
        self._known = Counter(known)

    def without_known(self, report: FileReport) -> FileReport:
        """The report of a file without as many findings of each kind as there were before."""
        if not self._known:
            return report
        path = _absolute(report.path)
        new: list[Finding] = []
        for finding in report.findings:
            key = (path, finding.rule, finding.layer, finding.message)
            if self._known[key] > 0:
                self._known[key] -= 1
            else:
                new.append(finding)
        return replace(report, findings=tuple(new))


def read_baseline(path: str) -> Baseline:
    """The baseline in a file that `caffe-ls check --format json` wrote."""
    hint = "make one with: caffe-ls check --format json --fail-on never PATH... > FILE"
    try:
        report = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise CommandError(f"{path}: {(error.strerror or str(error)).lower()}; {hint}") from None
    except (ValueError, RecursionError):
        raise CommandError(f"{path}: no JSON; {hint}") from None
    try:
        return Baseline(
            (_absolute(file["path"]), finding["rule"], finding["layer"], finding["message"])
            for file in report["files"]
            for finding in file["findings"]
        )
    except (KeyError, TypeError):
        raise CommandError(f"{path}: no report of caffe-ls check; {hint}") from None


def _absolute(path: str) -> str:
    return str(Path.cwd() / path)
