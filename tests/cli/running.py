"""The command line as its users run it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

SERVER = Path(__file__).resolve().parents[2] / "server"

# A hung process would hold up all other tests; nothing here takes a tenth of it.
_SECONDS = 120


class Answer(NamedTuple):
    """Exit status, and what was printed, as bytes."""

    status: int
    out: bytes
    error: bytes

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")

    @property
    def told(self) -> str:
        return self.error.decode("utf-8")

    @property
    def report(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.out)
        return report

    @property
    def rules(self) -> list[str]:
        """The rules of all findings of a JSON report."""
        return [finding["rule"] for file in self.report["files"] for finding in file["findings"]]


def run(
    *arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None, environment: dict[str, str] | None = None
) -> Answer:
    """Run `caffe-ls` with these arguments."""
    known = {name: value for name, value in os.environ.items() if name not in ("CAFFE_LS_DEBUG", "COLUMNS")}
    process = subprocess.run(
        [sys.executable, "-m", "caffe_ls", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env={**known, "PYTHONPATH": str(SERVER), **(environment or {})},
        timeout=_SECONDS,
        check=False,
    )
    answer = Answer(process.returncode, process.stdout, process.stderr)
    assert b"Traceback" not in answer.error, answer.told
    return answer


def check_json(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None) -> Answer:
    """Run `caffe-ls check --format json`."""
    return run("check", "--format", "json", *arguments, stdin=stdin, cwd=cwd)
