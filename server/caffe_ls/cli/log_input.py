"""The bytes of a log: of a file, packed or not, of standard input, or of a file that grows."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from caffe_ls.cli.errors import CommandError
from caffe_ls.cli.files import reason_of
from caffe_ls.cli.options import STANDARD_INPUT

_CHUNK = 1 << 20  # that its lines stay in the processor's cache while they are read
_GZIP, _XZ = b"\x1f\x8b", b"\xfd7zXZ\x00"
_SECONDS_BETWEEN_LOOKS = 0.5

# Who waits shorter than this needs no bar.
_SECONDS_WITHOUT_BAR = 0.7


def chunks_of(path: str) -> Iterator[bytes]:
    """The log's bytes, unpacked, in portions; a bar is shown on a terminal where it takes long."""
    if path == STANDARD_INPUT:
        while data := sys.stdin.buffer.read(_CHUNK):
            yield data
        return
    try:
        size = Path(path).stat().st_size
        with Path(path).open("rb") as file:
            yield from _watched(_unpacked(file), file, size)
    except _errors_of_reading() as error:
        reason = reason_of(error) if isinstance(error, (OSError, ValueError)) and str(error) else "cannot be unpacked"
        raise CommandError(f"{path}: {reason}") from None


def following(path: str) -> Iterator[bytes | None]:
    """What a file has, and what is written to it later; empty when all there is was told, None when it begins anew."""
    file = _open(path)
    told = False
    try:
        while True:
            data = file.read(_CHUNK)
            if data or not told:
                told = not data
                yield data
                continue
            try:
                found = Path(path).stat()
            except OSError:
                time.sleep(_SECONDS_BETWEEN_LOOKS)
                continue
            here = file.tell()
            if found.st_size < here or found.st_ino != _inode(file):
                file.close()
                file = _open(path)
                told = False
                yield None
                continue
            time.sleep(_SECONDS_BETWEEN_LOOKS)
    finally:
        file.close()


def _open(path: str) -> IO[bytes]:
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {reason_of(error)}") from None


def _inode(file: IO[bytes]) -> int:
    import os

    return os.fstat(file.fileno()).st_ino


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    magic = file.read(6)
    file.seek(0)
    read = file.read
    if magic.startswith(_GZIP):
        import gzip

        read = gzip.GzipFile(fileobj=file).read
    elif magic.startswith(_XZ):
        import lzma

        read = lzma.LZMAFile(file).read  # noqa: SIM115 - its file is closed by who opened it
    while data := read(_CHUNK):
        yield data


def _errors_of_reading() -> tuple[type[Exception], ...]:
    import lzma
    import zlib

    return OSError, ValueError, EOFError, lzma.LZMAError, zlib.error


def _watched(chunks: Iterator[bytes], file: IO[bytes], size: int) -> Iterator[bytes]:
    start = time.monotonic()
    if not sys.stderr.isatty():
        yield from chunks
        return
    for data in chunks:
        yield data
        if time.monotonic() - start > _SECONDS_WITHOUT_BAR:
            break
    else:
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=size, completed=file.tell())
        for data in chunks:
            yield data
            bar.update(task, completed=file.tell())
