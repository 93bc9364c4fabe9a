"""0: nothing at or above the threshold; 1: findings; 2: usage or internal error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import SERVER, run

_ERROR = b'layer { name: "a" type = "ReLU" }'
_HINT = b'net: "missing.prototxt"\nbase_lr: 0.1\nlr_policy: "fixed"\nsolver_type: SGD\n'


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        (_ERROR, (), 1),
        (_ERROR, ("--fail-on", "error"), 1),
        (_ERROR, ("--fail-on", "never"), 0),
        (_ERROR, ("--ignore", "syntax-error"), 0),
        (_ERROR, ("--select", "style"), 0),
        (_ERROR, ("--select", "style,format"), 1),
        (_HINT, ("--select", "style"), 0),
        (_HINT, ("--select", "style", "--fail-on", "information"), 0),
        (_HINT, ("--select", "style", "--fail-on", "hint"), 1),
    ],
)
def test_the_threshold_decides(text: bytes, arguments: tuple[str, ...], status: int) -> None:
    assert run("check", *arguments, "-", stdin=text).status == status


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check",), "the following arguments are required: PATH"),
        (("chek", "x"), "invalid choice: 'chek'"),
        (("check", "--fromat", "json", "-"), "unrecognized arguments: --fromat"),
        (("check", "--form", "json", "-"), "unrecognized arguments: --form"),
        (("check", "--format", "yaml", "-"), "invalid choice: 'yaml'"),
        (("check", "--phase", "VAL", "-"), "invalid choice: 'VAL'"),
        (("check", "--data-shape", "3x", "-"), "the shape of one item, such as 3x227x227, not '3x'"),
        (("check", "--data-shape", "3x0x5", "-"), "not '3x0x5'"),
        (("check", "--data-shape", "3x99999999999x5", "-"), "not '3x99999999999x5'"),
        (("check", "--batch", "0", "-"), "a positive number, not '0'"),
        (("check", "--level", "x", "-"), "invalid int value: 'x'"),
        (("check", "--kind", "netz", "-"), "invalid choice: 'netz'"),
        (("check", "--unsafe", "-"), "--unsafe needs --fix or --diff"),
        (("check", "--diff", "--format", "json", "-"), "it takes no --format"),
        (("check", "--dialect", "ssd", "--proto", "x", "-"), "exclude each other"),
        (("check", "--dialect", "sdd", "-"), "unknown dialect 'sdd'"),
        (("check", "--proto", "no/such.proto", "-"), "no/such.proto: there is no such file"),
        (("check", "--config", "no/such.toml", "-"), "no/such.toml: the settings file cannot be read"),
        (("check", "--select", "sintax-error", "-"), "did you mean syntax-error?"),
        (("check", "--ignore", "sytle", "-"), "did you mean style?"),
        (("check", "--baseline", "no/such.json", "-"), "no/such.json: no such file or directory"),
        (("explain", "duplicate-filed"), "did you mean duplicate-field?"),
        (("upgrade", "no/such.prototxt"), "no/such.prototxt: no such file or directory"),
    ],
)
def test_wrong_usage_is_said_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    answer = run(*arguments)
    assert (answer.status, answer.out) == (2, b"")
    assert said in answer.told
    assert answer.told.count("\n") == 1


def test_all_values_of_the_common_options_are_taken() -> None:
    options = (
        "--dialect bvlc --phase train --stage deploy --stage x --level 1 --data-shape 3x227x227 --batch 1 --kind net"
    )
    assert run("check", *options.split(), "-", stdin=b'layer { name: "a" type: "Input" top: "a" }').status == 0


def test_help_and_version_are_answers() -> None:
    assert run("--help").status == 0
    assert run("check", "--help").status == 0
    assert run("--version").text.startswith("caffe-ls ")


def test_only_commands_that_exist_are_offered() -> None:
    usage = run("--help").text
    assert {word for word in ("check", "fmt", "upgrade", "explain", "rules", "serve") if f"\n    {word} " in usage} == {
        "check", "fmt", "upgrade", "explain", "rules", "serve",
    }  # fmt: skip


def test_an_internal_error_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import caffe_ls.rules.registry as r\nr.importlib = None\n")
    environment = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(SERVER)])}
    answer = run("check", "-", stdin=_ERROR, environment=environment)
    assert answer.status == 2
    assert answer.told.startswith("caffe-ls: internal error: AttributeError")
    assert "CAFFE_LS_DEBUG=1" in answer.told
    assert answer.told.count("\n") == 1


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "caffe_ls", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SERVER)},
        preexec_fn=None if os.name == "nt" else _take_interrupts,
    )


def _take_interrupts() -> None:
    """Jobs that a shell starts in the background have SIGINT ignored, and so would what they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_reader_who_leaves_is_no_error() -> None:
    process = _start("check", "--format", "json", "-")
    assert process.stdin and process.stdout and process.stderr
    process.stdout.close()
    process.stdin.write(b"x: = 1\n" * 20_000)
    process.stdin.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == 141


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to one process")
def test_ctrl_c_is_quiet() -> None:
    process = _start("check", "-")
    assert process.stdin and process.stderr
    process.stdin.write(b" ")
    process.stdin.flush()
    # It waits for the end of its input by now, or is still starting; neither may show a traceback.
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert process.stderr.read() == b""
