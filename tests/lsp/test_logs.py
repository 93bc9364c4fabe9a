"""Logs in a session: read between other work, followed on disk, judged when they have been read."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from caffe_ls.lsp.log_file import LogFile, newest_logs
from caffe_ls.lsp.open_log import EditedLog, FollowedLog
from caffe_ls.lsp.packed_log import PackedLog
from caffe_ls.settings import Settings
from tests.log_explanation.runs import EXPLODING, HEALTHY, START, iteration, log
from tests.lsp.client import Client, edit, session

TOP = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}


def command(client: Client, name: str, uri: str) -> Any:
    return client.ask("workspace/executeCommand", {"command": name, "arguments": [uri]})


def last_iterations(document: Any) -> list[int | None]:
    return [run.last_iteration for run in document.record.runs]


# One log.


def edited(text: str) -> EditedLog:
    opened = EditedLog("file:///a.log", "/a.log", 1, text)
    while opened.read():
        pass
    return opened


def change(start: tuple[int, int], end: tuple[int, int], text: str) -> Any:
    place = types.Range(types.Position(*start), types.Position(*end))
    return types.TextDocumentContentChangePartial(range=place, text=text)


def test_what_is_appended_is_read_on() -> None:
    text = log(START + iteration(0, 2, 0.1)).decode()
    opened = edited(text)
    before = opened.growing
    end = (text.count("\n"), 0)
    opened.change([change(end, end, log(iteration(1, 2, 0.1)).decode())], "utf-16")
    opened.read(1 << 20)
    assert opened.growing is before
    assert last_iterations(opened.document(Settings())) == [1]


def test_an_edit_elsewhere_is_read_anew() -> None:
    text = log(START + iteration(0, 2, 0.1)).decode()
    opened = edited(text)
    row = next(row for row, line in enumerate(text.split("\n")) if "Iteration 0, loss" in line)
    column = text.split("\n")[row].index("Iteration 0") + len("Iteration ")
    opened.change([change((row, column), (row, column + 1), "7")], "utf-16")
    opened.read(1 << 20)
    assert last_iterations(opened.document(Settings())) == [7]


def test_a_last_line_that_goes_on_is_read_whole() -> None:
    text = log(START + "Iteration 0, loss = 2").decode().rstrip("\n")
    opened = edited(text)
    end = (text.count("\n"), len(text.rpartition("\n")[2]))
    opened.change([change(end, end, ".5\n")], "utf-16")
    opened.read(1 << 20)
    assert list(opened.document(Settings()).record.runs[0].loss.values) == [2.5]


def test_a_log_on_disk_is_followed_and_read_anew_when_it_is_another(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    path.write_bytes(log(START + iteration(0, 2, 0.1)))
    opened = FollowedLog(path.as_uri(), LogFile(str(path)))
    assert not opened.read(1 << 20)
    assert not opened.follow()
    with path.open("ab") as file:
        file.write(log(iteration(1, 2, 0.1)))
    assert opened.follow()
    opened.read(1 << 20)
    assert last_iterations(opened.document(Settings())) == [1]
    path.write_bytes(log(START))
    assert opened.follow()
    opened.read(1 << 20)
    assert last_iterations(opened.document(Settings())) == [None]
    path.unlink()
    assert not opened.follow()


def test_a_log_in_the_editor_runs_on_while_its_file_is_written_to(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    text = (log(START + iteration(0, 2, 0.1)) + log(iteration(1, 2, 0.1))[:-10]).decode()
    path.write_text(text)
    opened = EditedLog(path.as_uri(), str(path), 1, text)
    opened.read(1 << 20)

    def ends() -> list[str]:
        document = opened.document(Settings())
        return [document.ended(run) for run in document.record.runs]

    assert ends() == ["running"]
    assert not opened.follow()
    os.utime(path, (1.0, 1.0))
    assert opened.follow()
    opened.read(1 << 20)
    assert ends() == ["killed"]
    assert not opened.follow()


def test_the_newest_logs_come_first(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for age, name in enumerate(["old.log", "deep/er/new.log", "notes.txt"]):
        file = tmp_path / name
        file.write_bytes(b"no log" if name == "notes.txt" else log(START))
        seconds = time.time() - 100 + age
        os.utime(file, (seconds, seconds))
    assert [Path(path).name for path in newest_logs([str(tmp_path)], str(tmp_path))] == ["new.log", "old.log"]


# In a session.


def test_a_log_gets_its_diagnostics_lens_and_report(tmp_path: Path) -> None:
    uri = (tmp_path / "train.log").as_uri()
    with session() as client:
        client.open(uri, log(EXPLODING).decode())
        assert client.diagnostics(uri, 1)
        document = {"textDocument": {"uri": uri}}
        lenses = client.ask("textDocument/codeLens", document)
        assert lenses[0]["command"]["command"] == "caffe-ls.openLogReport"
        assert client.ask("textDocument/documentSymbol", document)[0]["name"] == "run 1"
        assert client.ask("textDocument/completion", {**document, "position": TOP["start"]}) is None
        report = command(client, "caffe-ls.logReport", uri)
        assert "FIRST NAN OR INF" in report
        assert command(client, "caffe-ls.documentInformation", uri)["kind"] == "log"
        client.tell("textDocument/didClose", document)
        client.wait(lambda: client.published(uri)[-1][1] == [], "the diagnostics are taken back")


def test_the_report_is_written_to_a_file_only_when_it_is_asked_for(tmp_path: Path) -> None:
    uri = (tmp_path / "train.log").as_uri()
    with session() as client:
        client.open(uri, log(HEALTHY).decode())
        path = Path(command(client, "caffe-ls.openLogReport", uri))
        assert path.read_text("utf-8").startswith("TRAINING LOG train.log")
        assert not list(tmp_path.iterdir())
        path.unlink()
        path.parent.rmdir()


def test_a_log_on_disk_is_read_by_command_and_followed(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    path.write_bytes(log(HEALTHY))
    uri = path.as_uri()
    with session() as client:
        assert command(client, "caffe-ls.openLog", uri) is True
        assert "iterations 0 to 3" in command(client, "caffe-ls.logReport", uri)
        with path.open("ab") as file:
            file.write(log(iteration(4, 1, 0.025)))
        told = len(client.notifications)
        client.wait(
            lambda: any(one["method"] == "caffe/logReportChanged" for one in client.notifications[told:]),
            "word of the log's growth",
        )
        assert "iterations 0 to 4" in command(client, "caffe-ls.logReport", uri)
        assert command(client, "caffe-ls.closeLog", uri) is True
        assert command(client, "caffe-ls.logReport", uri) is None
        assert command(client, "caffe-ls.openLog", (tmp_path / "none.log").as_uri()) is False


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_a_packed_log_is_unpacked_as_it_is_read(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "train.log.packed"
    path.write_bytes(pack(log(EXPLODING)))
    with session() as client:
        assert command(client, "caffe-ls.openLog", path.as_uri()) is True
        told = command(client, "caffe-ls.logReport", path.as_uri())
        assert "[Forward] Layer ip, top blob ip data: nan" in told
        assert command(client, "caffe-ls.closeLog", path.as_uri()) is True


def test_of_a_packed_log_that_is_cut_the_beginning_is_read(tmp_path: Path) -> None:
    path = tmp_path / "train.log.gz"
    packed = gzip.compress(b"".join(log(iteration(at, at * 0.37, 0.1)) for at in range(2_000)))
    path.write_bytes(packed[: len(packed) // 2])
    opened = PackedLog(path.as_uri(), str(path))
    while opened.read():
        pass
    last = last_iterations(opened.document(Settings()))[0]
    assert last is not None
    assert 100 < last < 1_999
    opened.release()


def large(path: Path) -> None:
    """A log of some megabytes more than are read without a word."""
    passes = "".join(iteration(at, 2, 0.1) for at in range(400))
    block = log(passes)
    with path.open("wb") as file:
        file.write(log(START))
        while file.tell() < 20_000_000:
            file.write(block)


def test_a_large_log_is_read_with_progress_while_the_server_answers(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    large(path)
    with session({"window": {"workDoneProgress": True}}) as client:
        assert command(client, "caffe-ls.openLog", path.as_uri()) is True
        assert "has been read" in command(client, "caffe-ls.logReport", path.as_uri())

        def steps() -> list[str]:
            return [one["params"]["value"]["kind"] for one in client.notifications if one["method"] == "$/progress"]

        client.wait(lambda: "end" in steps(), "the end of the progress")
        assert (steps()[0], steps()[-1]) == ("begin", "end")
        client.wait(lambda: client.published(path.as_uri()), "the diagnostics")
        assert "has been read" not in command(client, "caffe-ls.logReport", path.as_uri())


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    large(path)
    with session({"window": {"workDoneProgress": True}}) as client:
        command(client, "caffe-ls.openLog", path.as_uri())
        client.wait(lambda: any(one["method"] == "$/progress" for one in client.notifications), "the progress")
        token = next(one["params"]["token"] for one in client.notifications if one["method"] == "$/progress")
        client.tell("window/workDoneProgress/cancel", {"token": token})
        client.wait(lambda: client.published(path.as_uri()), "what was read until then is judged")
        size = path.stat().st_size
        told = command(client, "caffe-ls.logReport", path.as_uri())
        read = int(next(line for line in told.split("\n") if "bytes," in line).partition(" ")[0].replace(",", ""))
        assert read <= size
        assert "goes on" not in told


def test_a_layer_of_a_net_leads_to_its_lines_in_the_newest_log(tmp_path: Path) -> None:
    net, path = tmp_path / "net.prototxt", tmp_path / "logs" / "train.log"
    path.parent.mkdir()
    text = 'layer { name: "data" type: "Input" }\nlayer { name: "ip" }\nlayer { name: "relu" }\n'
    net.write_text(text)
    path.write_bytes(log(HEALTHY))
    with session(rootUri=tmp_path.as_uri()) as client:
        client.open(net.as_uri(), text)
        place = {"textDocument": {"uri": net.as_uri()}, "position": {"line": 1, "character": 3}}
        found = client.ask("textDocument/references", {**place, "context": {"includeDeclaration": True}})
        assert len(found) > 4
        assert {one["uri"] for one in found} == {path.as_uri()}


@pytest.mark.parametrize("text", ["", "\r", "Iteration", "\0" * 100, "\ud83d"])
def test_any_edit_of_a_log_is_survived(tmp_path: Path, text: str) -> None:
    uri = (tmp_path / "train.log").as_uri()
    with session() as client:
        client.open(uri, log(EXPLODING).decode())
        client.change(uri, 2, edit((3, 2), (5, 1), text), edit((900, 0), (900, 0), text), {"text": text})
        client.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": 4, "character": 2}})
