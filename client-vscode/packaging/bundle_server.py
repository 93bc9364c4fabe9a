"""Puts the server and all it imports into one folder of the extension, pure Python throughout.

python bundle_server.py REPOSITORY FOLDER
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ADDITIONAL_REQUIREMENTS = Path(__file__).with_name("bundled-requirements.txt")
# The tags of a wheel that any Python 3 on any system takes; protobuf and others offer one beside the compiled ones.
PURE_WHEELS_ONLY = ("--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none")
COMPILED_SUFFIXES = (".so", ".pyd", ".dylib", ".dll")


def bundle(repository: Path, folder: Path) -> None:
    """Fill the folder anew."""
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory() as wheels:
        _pip("wheel", "--no-deps", "--wheel-dir", wheels, str(repository))
        (server,) = Path(wheels).glob("*.whl")
        _pip(
            "install", *PURE_WHEELS_ONLY, "--no-compile", "--target", str(folder),
            "--requirement", str(ADDITIONAL_REQUIREMENTS), str(server),
        )  # fmt: skip
    compiled = [str(path) for path in folder.rglob("*") if path.suffix in COMPILED_SUFFIXES]
    if compiled:
        sys.exit(f"compiled files in the bundle: {compiled}")


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, check=False).returncode:
        sys.exit(f"pip {arguments[0]} failed")


if __name__ == "__main__":
    bundle(Path(sys.argv[1]), Path(sys.argv[2]))
