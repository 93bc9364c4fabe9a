"""`caffe-ls diagnose`: what it prints, in which forms, from which sources, and how it ends."""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import math
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from caffe_ls.text.edit import Edit, apply_edits
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span
from tests.cli.running import SERVER, run
from tests.diagnosis import runs

SOLVER = 'net: "net.prototxt"\nbase_lr: 1\nmax_iter: 100\nlr_policy: "fixed"\nmomentum: 0.9\n'
DIVERGES = (2.31, 6.0, 30.0, 80.0, 87.3365, 87.3365, 80.0, 87.3365)


def _diverging(solver: str = SOLVER, net: str = runs.CLASSIFIER) -> bytes:
    return runs.run(DIVERGES, solver=solver, net=net, rates=lambda _: 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A log with the solver and the net that made it."""
    (tmp_path / "train.log").write_bytes(_diverging())
    (tmp_path / "solver.prototxt").write_text(SOLVER, encoding="utf-8")
    (tmp_path / "net.prototxt").write_text(runs.CLASSIFIER, encoding="utf-8")
    return tmp_path


def test_json_has_what_is_promised(folder: Path) -> None:
    answer = run("diagnose", "--format", "json", "train.log", cwd=folder)
    report = answer.report
    assert answer.status == 1
    assert {"version", "log", "bytes", "lines", "runs", "first_nonfinite", "findings", "causes"} == set(report)
    (told,) = report["runs"]
    assert {"start_line", "first_iteration", "last_iteration", "ended", "dialect", "causes"} <= set(told)
    assert (told["ended"], told["dialect"], told["last_iteration"]) == ("done", "bvlc", 7)
    assert [output["name"] for output in told["outputs"]] == ["loss"]
    assert report["causes"] == told["causes"]
    cause = report["causes"][0]
    assert cause["cause"] == "learning-rate-too-high"
    assert 0 < cause["confidence"] <= 1
    assert all({"line", "text"} == set(reason) for reason in cause["because"])
    finding = report["findings"][0]
    assert {"rule", "severity", "message", "line", "iteration", "blob", "stage", "fixes"} <= set(finding)


def test_reasons_point_at_lines_of_the_log(folder: Path) -> None:
    lines = (folder / "train.log").read_text(encoding="utf-8").split("\n")
    causes = run("diagnose", "--format", "json", "train.log", cwd=folder).report["causes"]
    rate = next(reason for reason in causes[0]["because"] if "rate" in reason["text"])
    assert "base_lr" in lines[rate["line"] - 1]


def test_fixes_are_edits_of_the_users_own_solver(folder: Path) -> None:
    changed = SOLVER.replace("base_lr: 1\n", "# mine\nbase_lr: 1.0\n")
    (folder / "solver.prototxt").write_text(changed, encoding="utf-8")
    fix = run("diagnose", "--format", "json", "train.log", cwd=folder).report["causes"][0]["fixes"][0]
    (edit,) = fix["edits"]
    assert edit["path"] == "solver.prototxt"
    starts = Source(changed).line_starts
    span = Span(starts[edit["line"] - 1] + edit["column"] - 1, starts[edit["end_line"] - 1] + edit["end_column"] - 1)
    assert apply_edits(changed, [Edit(span, edit["new_text"])]) == changed.replace("1.0", "0.1")
    assert fix["title"] == "`base_lr` 1.0 to 0.1 in solver.prototxt"


def test_fixes_are_words_where_no_file_is_known(folder: Path) -> None:
    for name in ("solver.prototxt", "net.prototxt"):
        (folder / name).unlink()
    fix = run("diagnose", "--format", "json", "train.log", cwd=folder).report["causes"][0]["fixes"][0]
    assert (fix["title"], fix["edits"]) == ("`base_lr` 1 to 0.1 in the solver", [])


def test_given_files_stand_in_for_what_the_log_does_not_print(folder: Path) -> None:
    (folder / "train.log").write_bytes(_diverging(solver="", net=""))
    (folder / "elsewhere").mkdir()
    for name in ("solver.prototxt", "net.prototxt"):
        (folder / name).rename(folder / "elsewhere" / name)
    given = ("--solver", "elsewhere/solver.prototxt", "--net", "elsewhere/net.prototxt")
    cause = run("diagnose", "--format", "json", "train.log", *given, cwd=folder).report["causes"][0]
    assert cause["cause"] == "learning-rate-too-high"
    assert cause["fixes"][0]["edits"][0]["path"] == "elsewhere/solver.prototxt"


def test_files_beside_the_log_are_taken_when_they_can_be_nothing_else(folder: Path) -> None:
    zero = runs.CLASSIFIER.replace('weight_filler { type: "xavier" }', "")
    (folder / "net.prototxt").write_text(zero, encoding="utf-8")
    (folder / "train.log").write_bytes(runs.run(runs.STUCK, solver="", net=""))
    assert run("diagnose", "--format", "json", "train.log", cwd=folder).report["causes"][0]["cause"] == (
        "zero-initialised-weights"
    )
    (folder / "net.prototxt").write_text(zero.replace('"loss"', '"cost"'), encoding="utf-8")
    assert run("diagnose", "--format", "json", "train.log", cwd=folder).report["causes"][0]["cause"] == "healthy"


def test_the_net_that_the_printed_solver_names_stands_in_for_the_one_that_is_not_printed(folder: Path) -> None:
    zero = runs.CLASSIFIER.replace('weight_filler { type: "xavier" }', "")
    (folder / "net.prototxt").write_text(zero, encoding="utf-8")
    (folder / "train.log").write_bytes(runs.run(runs.STUCK, solver=SOLVER, net="", rates=lambda _: 1))
    cause = run("diagnose", "--format", "json", "train.log", cwd=folder).report["causes"][0]
    assert cause["cause"] == "zero-initialised-weights"
    assert cause["fixes"][0]["edits"][0]["path"] == "net.prototxt"


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bytes])
def test_packed_logs_and_standard_input(tmp_path: Path, pack: object) -> None:
    log = _diverging()
    (tmp_path / "train.log.any").write_bytes(pack(log))  # type: ignore[operator]
    from_file = run("diagnose", "--format", "json", "train.log.any", cwd=tmp_path).report
    from_input = run("diagnose", "--format", "json", "-", stdin=log, cwd=tmp_path).report
    assert (from_file["lines"], from_file["causes"]) == (from_input["lines"], from_input["causes"])


@pytest.mark.parametrize(
    ("log", "status"),
    [(runs.run(), 0), (_diverging(), 1), (runs.run(end="Optimization stopped early."), 0), (b"", 0), (b"\0\xff\n", 0)],
)
def test_exit_status(tmp_path: Path, log: bytes, status: int) -> None:
    (tmp_path / "train.log").write_bytes(log)
    assert run("diagnose", "train.log", cwd=tmp_path).status == status


@pytest.mark.parametrize(
    "arguments",
    [
        ("absent.log",),
        (".",),
        ("train.log", "--solver", "absent"),
        ("-", "--follow"),
        ("cut.gz",),
        ("spoilt.gz",),
        ("spoilt.xz",),
        ("train.log", "--what"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(folder: Path, arguments: tuple[str, ...]) -> None:
    (folder / "cut.gz").write_bytes(gzip.compress(_diverging())[:200])
    (folder / "spoilt.gz").write_bytes(gzip.compress(_diverging())[:40] + b"\xff" * 200)
    (folder / "spoilt.xz").write_bytes(lzma.compress(_diverging())[:40] + b"\xff" * 200)
    answer = run("diagnose", *arguments, cwd=folder)
    assert answer.status == 2
    assert answer.told.count("\n") == 1
    assert "internal error" not in answer.told


def test_the_summary_shows_verdict_reasons_and_curves(folder: Path) -> None:
    text = run("diagnose", "train.log", cwd=folder).text
    assert "learning-rate-too-high" in text
    assert "fix: `base_lr` 1 to 0.1 in solver.prototxt" in text
    assert "▁" in text
    assert "█" in text


def test_the_summary_says_what_a_cause_means_and_nothing_twice(folder: Path) -> None:
    lines = run("diagnose", "train.log", cwd=folder).text.splitlines()
    assert any(line.startswith("learning-rate-too-high") and "too high for this net" in line for line in lines)
    assert not any("smoothed" in line for line in lines), "it is that of the only output"
    (folder / "train.log").write_bytes(b"F1121 01:40:00.000123 77 common.cpp:66] Cannot use GPU in CPU-only Caffe\n")
    assert run("diagnose", "train.log", cwd=folder).text.count("Cannot use GPU") == 1


def test_a_terminal_is_not_steered_by_a_log(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_bytes(runs.run(output="\x1b[31mred[bold]").replace(b"[31m", b"\x1b]0;title\x07"))
    text = run("diagnose", "train.log", cwd=tmp_path).text
    assert "\x1b" not in text
    assert "[bold]" in text


def test_csv_is_that_of_parse_log_with_all_numbers(tmp_path: Path) -> None:
    log = runs.run((2.5, math.inf, "-nan", 1e20), display=5, rates=lambda at: "-nan" if at == 10 else 0.01)
    (tmp_path / "train.log").write_bytes(log)
    rows = list(csv.reader(io.StringIO(run("diagnose", "--format", "csv", "train.log", cwd=tmp_path).text)))
    assert rows[0] == ["NumIters", "Seconds", "LearningRate", "loss"]
    assert [[row[0], row[2], row[3]] for row in rows[1:]] == [
        ["0", "0.01", "2.5"], ["5", "0.01", "inf"], ["10", "-nan", "-nan"], ["15", "0.01", "1e+20"],
    ]  # fmt: skip


def test_full_series_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_bytes(runs.run([2.0 + at % 7 for at in range(3_000)]))
    thinned, full = (
        run("diagnose", "--format", "json", *more, "train.log", cwd=tmp_path).report["runs"][0]["outputs"][0]
        for more in ((), ("--series", "full"))
    )
    assert len(full["values"]) == 3_000
    assert len(thinned["values"]) <= 2_002


def test_non_finite_numbers_are_strings(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_bytes(runs.run((2.5, math.nan, "-nan", math.inf, -math.inf)))
    told = run("diagnose", "--format", "json", "train.log", cwd=tmp_path).report["runs"][0]["outputs"][0]
    assert told["values"] == [2.5, "nan", "-nan", "inf", "-inf"]


def test_a_growing_log_is_followed_until_its_run_ends(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    whole = runs.run((2.3, 2.2, 2.1, math.nan, math.nan))
    half = whole.index(b"loss = nan") - 60
    log.write_bytes(whole[:half])
    command = [sys.executable, "-m", "caffe_ls", "diagnose", "--follow", "--format", "json", str(log)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": str(SERVER)}, text=True)
    guard = threading.Timer(60, process.kill)
    guard.start()
    try:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        with log.open("ab") as out:
            out.write(whole[half:])
        rest = [json.loads(line) for line in process.stdout]
    finally:
        guard.cancel()
        process.wait(timeout=10)
    assert first["first_nonfinite"] is None
    assert first["runs"][0]["ended"] == "running"
    assert rest[-1]["first_nonfinite"]["iteration"] == 3
    assert rest[-1]["runs"][0]["ended"] == "done"
    assert process.returncode == 1


def test_a_log_that_is_begun_anew_is_read_anew(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_bytes(runs.run((2.3, math.nan, math.nan), end=""))
    command = [sys.executable, "-m", "caffe_ls", "diagnose", "--follow", "--format", "json", str(log)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": str(SERVER)}, text=True)
    guard = threading.Timer(60, process.kill)
    guard.start()
    try:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        log.unlink()
        time.sleep(0.1)
        log.write_bytes(runs.run())
        rest = [json.loads(line) for line in process.stdout]
    finally:
        guard.cancel()
        process.wait(timeout=10)
    assert first["first_nonfinite"] is not None
    assert rest[-1]["first_nonfinite"] is None
    assert rest[-1]["causes"][0]["cause"] == "healthy"
