"""Finds the packed server's processes, to see that they come and go."""

from __future__ import annotations

from pathlib import Path

SERVER_SCRIPT = b"start_server.py"


def server_processes(extensions: Path) -> set[int]:
    """The ids of the servers that run from a folder of extensions; by Linux's /proc."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # It ended while it was looked at.
        if any(argument.startswith(bytes(extensions)) and argument.endswith(SERVER_SCRIPT) for argument in arguments):
            found.add(int(process.name))
    return found
