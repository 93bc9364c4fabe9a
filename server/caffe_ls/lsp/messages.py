"""Messages as they stand on standard input and output, for as long as pygls is not there to read and write them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any, BinaryIO


def read_message(stdin: BinaryIO) -> bytes | None:
    """The body of the next message; None at the end of the input."""
    length = 0
    while line := stdin.readline():
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
        elif not line.strip() and length:
            body = stdin.read(length)
            return body if len(body) == length else None
    return None


def write_message(stdout: BinaryIO, **message: Any) -> None:
    """Send a message with these members."""
    stdout.write(_framed(json.dumps({"jsonrpc": "2.0", **message}).encode()))
    stdout.flush()


def _framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


class InputWithMessages:
    """An input that begins with messages that were read before, as pygls reads it."""

    def __init__(self, bodies: Iterable[bytes], stdin: BinaryIO) -> None:
        self._before = io.BytesIO(b"".join(map(_framed, bodies)))
        self._stdin = stdin

    def readline(self) -> bytes:
        """The next line, of the messages first."""
        return self._before.readline() or self._stdin.readline()

    def read(self, size: int) -> bytes:
        """The next bytes; a message's body never stands in both."""
        return self._before.read(size) or self._stdin.read(size)
