"""`check` starts fast: what it does not need is not imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import SERVER

_SCRIPT = """
import sys
from caffe_ls.cli.main import main
status = main(sys.argv[1:])
heavy = ("lsprotocol", "pygls", "google.protobuf", "pyparsing", "rich", "attrs", "cattrs", "asyncio", "platformdirs")
print("status", status, "imported", [name for name in heavy if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "--format", "json"),
        ("check", "--format", "text"),
        ("check", "--format", "sarif"),
        ("check", "--diff"),
        ("fmt", "--check"),
        ("upgrade",),
        ("rules",),
        ("explain", "unknown-field"),
    ],
)
def test_heavy_packages_are_not_imported(arguments: tuple[str, ...], tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text('layers { name: "x" type: RELU nmae: "y" }\n')
    path = [] if arguments[0] in ("rules", "explain") else [str(net)]
    process = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *arguments, *path],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(SERVER)},
        check=True,
        timeout=120,
    )
    assert process.stderr.splitlines()[-1].endswith("imported []")
