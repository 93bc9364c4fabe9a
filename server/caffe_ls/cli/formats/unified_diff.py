"""A change as a unified diff that `patch` takes."""

from __future__ import annotations

import difflib


def unified_diff(before: str, after: str, path: str) -> str:
    """The diff between two texts of the file at `path`."""
    lines = difflib.unified_diff(_lines(before), _lines(after), path, path)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """The lines with their line feeds; nothing else ends a line for `patch`."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]
