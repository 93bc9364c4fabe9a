"""What an editor waits for: keystroke to diagnostics, hover, completion, code actions, and the start of the server."""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measurement import Measurement, against_rival
from benchmarks.residual_net import large_net, residual_net
from caffe_ls.lsp.server import ALLOCATIONS_TO_COLLECTION

ROOT = Path(__file__).resolve().parent.parent

_KEYSTROKES = 150
_STARTS = 5

_BARE_PYGLS = """
from pygls.lsp.server import LanguageServer
LanguageServer("bare", "0").start_io()
"""


def measure(_: Path | None, folder: Path) -> list[Measurement]:
    """The budgets' lines; `folder` takes scratch files."""
    lines: list[Measurement] = []
    for text, keystroke, others, rounds in (
        (residual_net(), 16.0, 10.0, _KEYSTROKES),
        (large_net(), 150.0, None, _KEYSTROKES // 4),
    ):
        size = f"{text.count(chr(10)):,} lines"
        for name, values in _features(text, rounds).items():
            budget = keystroke if name.startswith("keystroke") else None if name.startswith("open") else others
            lines.append(_line(f"{name}, {size}", values, budget))
    times = _start_times(residual_net(), folder)
    rival = times["bare"]
    lines.append(against_rival("start to `initialize`", times["initialize"], rival, "bare pygls", 1.0))
    lines.append(against_rival("start to first diagnostics", times["diagnostics"], rival, "bare pygls", 1.25))
    return lines


def _line(what: str, values: list[float], budget: float | None) -> Measurement:
    ordered = sorted(values)
    highest = 1000 * ordered[int(0.95 * len(ordered))]
    figure = f"p50 {1000 * statistics.median(values):.1f} ms, p95 {highest:.1f} ms"
    return Measurement(what, figure, f"p95 {budget:g} ms" if budget else "", highest <= budget if budget else None)


# In one process: what the server does for a message, from its parameters to the JSON of its answer.


def _features(text: str, rounds: int) -> dict[str, list[float]]:
    """Seconds for each kind of message, over a document of this text; collections are as rare as in the server."""
    bench = _Bench(text)
    gc.collect()
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_TO_COLLECTION)
    lines = text.split("\n")
    random_numbers = random.Random(1)
    for _ in range(rounds):
        line = random_numbers.randrange(len(lines))
        bench.work_at(line, random_numbers.randrange(len(lines[line]) + 1))
    return bench.times


class _Bench:
    """A session with one document, and a stopwatch."""

    def __init__(self, text: str) -> None:
        from lsprotocol.converters import get_converter

        from caffe_ls.features.client import Client
        from caffe_ls.lsp.session import Session

        self.times: dict[str, list[float]] = {}
        self._uri = "untitled:net.prototxt"
        self._to_json = get_converter().unstructure
        client = Client(takes_snippets=True, takes_document_changes=True, takes_code_action_literals=True)
        self._session = Session(client)
        with self._timed("open to first diagnostics"):
            self._session.open(self._uri, 1, text)
            self._tell()

    def work_at(self, line: int, column: int) -> None:
        """Type a letter, ask for everything there, and take the letter back."""
        from lsprotocol import types

        from caffe_ls.features.code_actions import code_actions
        from caffe_ls.features.completion import completion
        from caffe_ls.features.definition import definition
        from caffe_ls.features.document_symbols import document_symbols
        from caffe_ls.features.folding import folding
        from caffe_ls.features.hover import hover

        place, behind = types.Position(line, column), types.Position(line, column + 1)
        self._type(types.Range(place, place), "x")
        with self._timed("completion"):
            view = self._view()
            json.dumps(self._to_json(completion(view, view.offset(behind))))
        with self._timed("code actions"):
            view = self._view()
            json.dumps(self._to_json(code_actions(view, view.span(types.Range(place, behind)), None)))
        self._type(types.Range(place, behind), "")
        with self._timed("hover"):
            view = self._view()
            json.dumps(self._to_json(hover(view, view.offset(place))))
        with self._timed("definition"):
            view = self._view()
            json.dumps(self._to_json(definition(view, view.offset(place))))
        with self._timed("outline"):
            json.dumps(self._to_json(document_symbols(self._view())))
        with self._timed("folding"):
            json.dumps(self._to_json(folding(self._view())))

    def _type(self, place: Any, text: str) -> None:
        from lsprotocol import types

        with self._timed("keystroke to diagnostics"):
            self._session.change(self._uri, 2, [types.TextDocumentContentChangePartial(place, text)])
            self._tell()

    def _tell(self) -> None:
        from caffe_ls.lsp.diagnostics import publication

        json.dumps(self._to_json(publication(self._view())))

    def _view(self) -> Any:
        return self._session.view(self._uri)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.times.setdefault(name, []).append(time.perf_counter() - start)


# Other processes: how long until the server answers.


def _start_times(text: str, folder: Path) -> dict[str, float]:
    """Median seconds from the start of a process to its answers, ours and bare pygls' by turns."""
    bare = folder / "bare.py"
    bare.write_text(_BARE_PYGLS)
    found: dict[str, list[float]] = {}
    for _ in range(_STARTS):
        for _, seconds in _start([sys.executable, str(bare)], None):
            found.setdefault("bare", []).append(seconds)
        for name, seconds in _start([sys.executable, "-m", "caffe_ls", "serve", "--stdio"], text):
            found.setdefault(name, []).append(seconds)
    return {name: statistics.median(values) for name, values in found.items()}


def _start(command: list[str], text: str | None) -> Iterator[tuple[str, float]]:
    paths = [str(ROOT / "server"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
    # An installed package has its bytecode.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        _send(
            process,
            {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        )
        _receive(process, lambda message: message.get("id") == 1)
        yield "initialize", time.perf_counter() - start
        _send(process, {"method": "initialized", "params": {}})
        if text is not None:
            document = {"uri": "untitled:net.prototxt", "languageId": "prototxt", "version": 1, "text": text}
            _send(process, {"method": "textDocument/didOpen", "params": {"textDocument": document}})
            _receive(process, lambda message: message.get("method") == "textDocument/publishDiagnostics")
            yield "diagnostics", time.perf_counter() - start
        _send(process, {"id": 2, "method": "shutdown", "params": None})
        _receive(process, lambda message: message.get("id") == 2)
        _send(process, {"method": "exit", "params": None})


def _send(process: subprocess.Popen[bytes], message: dict[str, Any]) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    assert process.stdin is not None
    process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    process.stdin.flush()


def _receive(process: subprocess.Popen[bytes], wanted: Callable[[dict[str, Any]], bool]) -> None:
    assert process.stdout is not None
    while True:
        length = 0
        while (line := process.stdout.readline()).strip():
            if line.lower().startswith(b"content-length"):
                length = int(line.split(b":")[1])
        if not length:
            raise RuntimeError("the server is gone")
        if wanted(json.loads(process.stdout.read(length))):
            return
