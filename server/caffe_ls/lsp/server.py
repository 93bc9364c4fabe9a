"""The way in: answers `initialize` at once, with nothing heavy imported, then loads the server proper."""

from __future__ import annotations

import gc
import json
import sys
from typing import Any, BinaryIO

from caffe_ls.features.client import client_of
from caffe_ls.lsp.capabilities import initialize_result

ALLOCATIONS_TO_COLLECTION = 500_000
"""More than the first diagnostics of 50,000 lines need; at Python's 700, collections took a twentieth of the start."""

_PARSE_ERROR = -32700
_INVALID_REQUEST = -32600
_NOT_INITIALIZED = -32002


def serve(stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> None:
    """Serve one client on standard input and output until it leaves; SystemExit with 1 when it left without a word."""
    stdin, stdout = stdin or sys.stdin.buffer, stdout or sys.stdout.buffer
    # Whatever any library prints must not stand between the protocol's messages.
    sys.stdout = sys.stderr
    request = _first_request(stdin, stdout)
    if request is None:
        raise SystemExit(1)
    client = client_of(request.get("params"))
    _send(stdout, request["id"], result=initialize_result(client))

    # Importing the protocol's types takes most of the time to the first diagnostics: it begins when the client has its
    # answer, and can go on with its own work. What is imported stays, so that no collection need ever look at it.
    gc.disable()
    from caffe_ls.lsp.handlers import run

    gc.freeze()
    # Trees, nets and findings hold no cycles: only what the protocol's library leaves behind is there to be found.
    gc.set_threshold(ALLOCATIONS_TO_COLLECTION)
    gc.enable()
    if not run(client, stdin, stdout):
        raise SystemExit(1)


def _first_request(stdin: BinaryIO, stdout: BinaryIO) -> dict[str, Any] | None:
    """The client's `initialize`; what comes before it is answered as the protocol says. None when the client leaves."""
    while (body := _read(stdin)) is not None:
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            _send(stdout, None, error=(_PARSE_ERROR, "this is not JSON"))
            continue
        if not isinstance(message, dict):
            _send(stdout, None, error=(_INVALID_REQUEST, "expected a request"))
        elif message.get("method") == "exit":
            return None
        elif isinstance(message.get("id"), (int, str)):
            if message.get("method") == "initialize":
                return message
            _send(stdout, message["id"], error=(_NOT_INITIALIZED, "expected `initialize` first"))
    return None


def _read(stdin: BinaryIO) -> bytes | None:
    """The body of one message; None at the end of the input."""
    length = 0
    while line := stdin.readline():
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value)
        elif not line.strip() and length:
            body = stdin.read(length)
            return body if len(body) == length else None
    return None


def _send(
    stdout: BinaryIO, request: int | str | None, *, result: Any = None, error: tuple[int, str] | None = None
) -> None:
    message: dict[str, Any] = {"jsonrpc": "2.0", "id": request}
    if error is None:
        message["result"] = result
    else:
        message["error"] = {"code": error[0], "message": error[1]}
    body = json.dumps(message).encode()
    stdout.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    stdout.flush()
