"""Paths of the documents that a client names, and the way back."""

from __future__ import annotations

from pathlib import PurePath

from pygls.uris import to_fs_path


def path_of(uri: str) -> str:
    """The path of a file's URI; for other schemes what stands behind the scheme, which serves as a name."""
    try:
        path = to_fs_path(uri)
    except ValueError:
        path = None
    return path or uri.partition(":")[2] or uri


def uri_of(path: str) -> str:
    """The URI of a path."""
    pure = PurePath(path)
    return pure.as_uri() if pure.is_absolute() else path
