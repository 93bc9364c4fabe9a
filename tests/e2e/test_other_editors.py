"""Neovim and Emacs as clients of the packed server: each mends the same net by itself and reports what it saw."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

CLIENTS = Path(__file__).with_name("clients")
SECONDS_TO_WAIT = 240


def report_of(command: list[str], server: list[str], net: Path) -> dict[str, Any]:
    """Run an editor on a net; what it wrote down."""
    report = net.parent / "report.json"
    environment = {
        **os.environ,
        "HOME": str(net.parent),
        "XDG_STATE_HOME": str(net.parent / "state"),
        "XDG_CACHE_HOME": str(net.parent / "cache"),
        "CAFFE_LS_COMMAND": json.dumps(server),
        "CAFFE_LS_REPORT": str(report),
    }
    done = subprocess.run(
        command, cwd=net.parent, env=environment, capture_output=True, text=True, timeout=SECONDS_TO_WAIT, check=False
    )
    assert report.exists(), done.stdout + done.stderr
    seen: dict[str, Any] = json.loads(report.read_text("utf-8"))
    return seen


def test_neovim_shows_explains_and_mends_a_misspelt_field(server_command: list[str], faulty_net: Path) -> None:
    command = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", str(faulty_net)]
    seen = report_of([*command, "-c", f"luafile {CLIENTS / 'neovim.lua'}"], server_command, faulty_net)
    assert "problem" not in seen, seen["problem"]
    assert seen["diagnostic"]["rule"] == "unknown-field"
    assert seen["marked"] == "num_outptu"
    assert "uint32" in seen["hover"]
    assert "num_output" in seen["fix"]
    assert seen["mended"] == "num_output: 20"
    assert "num_output: 20" in faulty_net.read_text("utf-8")
    assert seen["ended"]


@pytest.mark.skipif(shutil.which("emacs") is None, reason="needs Emacs")
def test_emacs_shows_explains_and_mends_a_misspelt_field(server_command: list[str], faulty_net: Path) -> None:
    seen = report_of(["emacs", "--batch", "-l", str(CLIENTS / "emacs.el"), str(faulty_net)], server_command, faulty_net)
    assert "problem" not in seen, seen["problem"]
    assert "num_outptu" in seen["diagnostic"]
    assert seen["marked"] == "num_outptu"
    assert "uint32" in seen["hover"]
    assert "num_output" in seen["fix"]
    assert seen["mended"] == "num_output: 20"
    assert "num_output: 20" in faulty_net.read_text("utf-8")
    assert seen["ended"]
