"""HDF5 files, opened by h5py where it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from caffe_ls.wire.stored_bytes import MissingLibraryError, NotReadableError, StoredBytes

_NEEDS_H5PY = "it is an HDF5 file: `pip install 'caffe-language-server[data]'` lets caffe-ls read it"


@contextmanager
def opened(stored: StoredBytes, what: str) -> Iterator[Any]:
    """The file as h5py has it, while `what` is read of it."""
    try:
        import h5py
    except ImportError:
        raise MissingLibraryError(_NEEDS_H5PY) from None
    try:
        with h5py.File(stored.as_file(), "r") as file:
            yield file
    # A file of another content, or a damaged one, makes h5py raise nearly anything.
    except Exception as error:
        raise NotReadableError(f"it does not hold {what} as Caffe keeps them in HDF5, or is damaged") from error
