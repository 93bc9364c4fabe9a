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


_READERS = """
import sys
from caffe_ls.cli.main import main
main(["check", *sys.argv[1:]])
readers = ("caffe_ls.weights", "caffe_ls.data_files", "h5py", "numpy", "lmdb")
print("imported", [name for name in readers if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("files", "imported"),
    [((), "[]"), (("mean.binaryproto",), "['caffe_ls.weights']"), (("list.txt",), "['caffe_ls.data_files']")],
)
def test_what_reads_files_beside_a_net_is_imported_where_they_are_there(
    files: tuple[str, ...], imported: str, tmp_path: Path
) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(
        'layer { name: "x" type: "ImageData" top: "data" top: "label" '
        'transform_param { mean_file: "mean.binaryproto" } image_data_param { source: "list.txt" } }\n'
    )
    for name in files:
        (tmp_path / name).write_text("a.jpg 0\n")
    process = subprocess.run(
        [sys.executable, "-c", _READERS, str(net)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(SERVER)},
        check=True,
        timeout=120,
    )
    assert process.stderr.splitlines()[-1] == f"imported {imported}"
