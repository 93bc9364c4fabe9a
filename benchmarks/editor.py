"""What an editor waits for: keystroke to diagnostics, hover, completion, code actions, and the start of the server.

`python -m benchmarks.editor` prints a table with the budgets of the project; nothing fails.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

_BARE_PYGLS = """
from pygls.lsp.server import LanguageServer
LanguageServer("bare", "0").start_io()
"""


# Nets.


def residual_net(blocks: tuple[int, ...] = (3, 8, 36, 3)) -> str:
    """A net in the shape of ResNet-152, some 7,000 lines."""
    lines = ['name: "Residual"', *_input_layer(), *_convolution("conv1", "data", 64, 7, 2), *_pooling("pool1", "conv1")]
    bottom = "pool1"
    for stage, count in enumerate(blocks, 2):
        width = 64 << (stage - 2)
        for block in range(count):
            name = f"res{stage}_{block}"
            stride = 2 if block == 0 and stage > 2 else 1
            shortcut = bottom
            if block == 0:
                shortcut = f"{name}_branch1"
                lines += _convolution(shortcut, bottom, width * 4, 1, stride, relu=False)
            lines += _convolution(f"{name}_branch2a", bottom, width, 1, stride)
            lines += _convolution(f"{name}_branch2b", f"{name}_branch2a", width, 3, 1, pad=1)
            lines += _convolution(f"{name}_branch2c", f"{name}_branch2b", width * 4, 1, 1, relu=False)
            lines += _layer(name, "Eltwise", (shortcut, f"{name}_branch2c"), (name,))
            lines += _layer(f"{name}_relu", "ReLU", (name,), (name,))
            bottom = name
    lines += _layer("pool5", "Pooling", (bottom,), ("pool5",), "pooling_param { pool: AVE global_pooling: true }")
    settings = 'inner_product_param { num_output: 1000 weight_filler { type: "xavier" } }'
    lines += _layer("fc1000", "InnerProduct", ("pool5",), ("fc1000",), settings)
    lines += _layer("prob", "Softmax", ("fc1000",), ("prob",))
    return "\n".join(lines) + "\n"


def large_net(lines: int = 50_000) -> str:
    """A net of the same kind with at least so many lines."""
    return residual_net((3, 8, 36 * lines // 4_500, 3))


def _input_layer() -> list[str]:
    shape = "input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } }"
    return _layer("data", "Input", (), ("data",), shape)


def _layer(name: str, kind: str, bottoms: tuple[str, ...], tops: tuple[str, ...], *settings: str) -> list[str]:
    return [
        "layer {",
        f'  name: "{name}"',
        f'  type: "{kind}"',
        *(f'  bottom: "{bottom}"' for bottom in bottoms),
        *(f'  top: "{top}"' for top in tops),
        *(f"  {line}" for line in settings),
        "}",
    ]


def _pooling(name: str, bottom: str) -> list[str]:
    return _layer(
        name, "Pooling", (bottom,), (name,), "pooling_param {", "  pool: MAX", "  kernel_size: 3", "  stride: 2", "}"
    )


def _convolution(
    name: str, bottom: str, outputs: int, kernel: int, stride: int, *, pad: int = 0, relu: bool = True
) -> list[str]:
    settings = (
        "convolution_param {",
        f"  num_output: {outputs}",
        f"  kernel_size: {kernel}",
        f"  stride: {stride}",
        f"  pad: {pad or kernel // 2}",
        "  bias_term: false",
        '  weight_filler { type: "msra" }',
        "}",
    )
    lines = _layer(name, "Convolution", (bottom,), (name,), *settings)
    lines += _layer(f"{name}_bn", "BatchNorm", (name,), (name,), "batch_norm_param {", "  use_global_stats: true", "}")
    lines += _layer(f"{name}_scale", "Scale", (name,), (name,), "scale_param {", "  bias_term: true", "}")
    return lines + (_layer(f"{name}_relu", "ReLU", (name,), (name,)) if relu else [])


# In one process: what the server does for a message, from its parameters to the JSON of its answer.


def measure_features(text: str, rounds: int) -> dict[str, list[float]]:
    """Seconds for each kind of message, over a document of this text."""
    from lsprotocol import converters, types

    from caffe_ls.features import code_actions, completion, diagnostics, hover
    from caffe_ls.features.client import Client
    from caffe_ls.lsp.session import Session
    from caffe_ls.syntax.parser import parse

    converter = converters.get_converter()
    client = Client(takes_snippets=True, takes_document_changes=True, takes_code_action_literals=True)
    session = Session(client)
    uri = "untitled:net.prototxt"
    random_numbers = random.Random(1)
    found: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        answer = work()
        found.setdefault(name, []).append(time.perf_counter() - start)
        return answer

    def view() -> Any:
        return session.view(uri)

    def told() -> str:
        params = types.PublishDiagnosticsParams(uri, diagnostics.diagnostics(view()), 1)
        return json.dumps(converter.unstructure(params))

    timed("parse from nothing", lambda: parse(text))
    timed("open to first diagnostics", lambda: (session.open(uri, 1, text), told()))
    lines = text.split("\n")
    for round_number in range(rounds):
        line = random_numbers.randrange(len(lines))
        column = random_numbers.randrange(len(lines[line]) + 1)
        place = types.Position(line, column)
        for inserted, end in (("x", place), ("", types.Position(line, column + 1))):
            change = types.TextDocumentContentChangePartial(types.Range(place, end), inserted)
            timed("keystroke to diagnostics", lambda: (session.change(uri, round_number, [change]), told()))
        timed("hover", lambda: converter.unstructure(hover.hover(view(), view().offset(place))))
        timed("completion", lambda: converter.unstructure(completion.completion(view(), view().offset(place))))
        span = view().span(types.Range(place, place))
        timed("code actions", lambda: converter.unstructure(code_actions.code_actions(view(), span, None)))
    return found


# Other processes: how long until the server answers.


def measure_start(text: str, rounds: int) -> dict[str, list[float]]:
    """Seconds from the start of a process to its answers, ours and bare pygls' by turns."""
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder, "bare.py")
        bare.write_text(_BARE_PYGLS)
        ours = [sys.executable, "-m", "caffe_ls", "serve", "--stdio"]
        for _ in range(rounds):
            for name, seconds in _start([sys.executable, str(bare)], None):
                found.setdefault("bare pygls, start to " + name, []).append(seconds)
            for name, seconds in _start(ours, text):
                found.setdefault("start to " + name, []).append(seconds)
    return found


def _start(command: list[str], text: str | None) -> Iterator[tuple[str, float]]:
    paths = [str(ROOT / "server"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
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
            yield "first diagnostics", time.perf_counter() - start
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


# The report.


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _print_features(title: str, found: dict[str, list[float]], budgets: dict[str, float]) -> None:
    print(f"\n{title}")
    print(f"{'':32} {'p50 ms':>9} {'p95 ms':>9} {'budget':>9}")
    for name, values in found.items():
        budget = budgets.get(name)
        shown = (
            "" if budget is None else f"{budget:9.0f}{'' if percentile(values, 0.95) * 1000 <= budget else '  over'}"
        )
        print(f"{name:32} {percentile(values, 0.5) * 1000:9.2f} {percentile(values, 0.95) * 1000:9.2f} {shown}")


def _print_start(found: dict[str, list[float]]) -> None:
    base = percentile(found["bare pygls, start to initialize"], 0.5)
    budgets = {"start to initialize": 1.0, "start to first diagnostics": 1.25}
    print("\nStart of the server (diagnostics: of the 7,000 lines)")
    print(f"{'':32} {'p50 ms':>9} {'x bare':>9} {'budget':>9}")
    for name, values in found.items():
        ratio = percentile(values, 0.5) / base
        budget = budgets.get(name)
        shown = "" if budget is None else f"{budget:9.2f}{'' if ratio <= budget else '  over'}"
        print(f"{name:32} {percentile(values, 0.5) * 1000:9.1f} {ratio:9.2f} {shown}")


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="keystrokes and requests for each net")
    parser.add_argument("--starts", type=int, default=5, help="starts of each server")
    options = parser.parse_args()
    asked = 10.0
    for text, key, factor in ((residual_net(), 16.0, 1), (large_net(), 150.0, 4)):
        title = f"A net of {text.count(chr(10)):,} lines, {len(text) / 1e6:.1f} MB"
        budgets = {"keystroke to diagnostics": key}
        if factor == 1:
            budgets |= {"hover": asked, "completion": asked, "code actions": asked}
        _print_features(title, measure_features(text, max(1, options.rounds // factor)), budgets)
    _print_start(measure_start(residual_net(), options.starts))


if __name__ == "__main__":
    main()
