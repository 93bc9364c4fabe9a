"""A baseline leaves out what was there before, and nothing else."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import check_json, run

_OLD = 'layer { nmae: "a" type: "ReLU" }\n'


def test_known_findings_are_left_out_wherever_they_moved(tmp_path: Path) -> None:
    net, baseline = tmp_path / "net.prototxt", tmp_path / "baseline.json"
    net.write_text(_OLD)
    baseline.write_bytes(check_json("net.prototxt", cwd=tmp_path).out)
    net.write_text("# moved\n\n" + _OLD)
    assert run("check", "--baseline", "baseline.json", "./net.prototxt", cwd=tmp_path).status == 0


def test_one_more_of_the_same_is_reported(tmp_path: Path) -> None:
    net, baseline = tmp_path / "net.prototxt", tmp_path / "baseline.json"
    net.write_text(_OLD)
    baseline.write_bytes(check_json(net).out)
    net.write_text(_OLD + _OLD)
    answer = check_json("--baseline", baseline, net)
    assert (answer.status, answer.rules) == (1, ["unknown-field"])
    assert answer.report["files"][0]["findings"][0]["line"] == 2


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"[1]", b"{}", b'{"files": [{"path": 1, "findings": [{}]}]}', b"\xff", b"[" * 100_000):
        (tmp_path / "baseline.json").write_bytes(content)
        answer = run("check", "--baseline", "baseline.json", "-", cwd=tmp_path)
        assert answer.status == 2
        assert answer.told.startswith("caffe-ls: baseline.json: no ")
