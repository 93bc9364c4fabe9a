"""The way in: answers `initialize` at once, then tells the first diagnostics, then loads the server proper."""

from __future__ import annotations

import gc
import json
import sys
from typing import Any, BinaryIO, cast

from caffe_ls.features.client import client_of
from caffe_ls.lsp.capabilities import initialize_result
from caffe_ls.lsp.messages import InputWithMessages, read_message, write_message

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
    write_message(stdout, id=request["id"], result=initialize_result(client))

    # What is imported stays, so that no collection need ever look at it.
    gc.disable()
    from caffe_ls.lsp.first_diagnostics import tell_first_diagnostics
    from caffe_ls.lsp.session import Session

    session = Session(client)
    left = tell_first_diagnostics(session, stdin, stdout)
    # Importing the protocol's types takes longer than all that was done so far; the client has something to show.
    from caffe_ls.lsp.handlers import run

    gc.freeze()
    # Trees, nets and findings hold no cycles: only what the protocol's library leaves behind is there to be found.
    gc.set_threshold(ALLOCATIONS_TO_COLLECTION)
    gc.enable()
    if not run(session, cast("BinaryIO", InputWithMessages(left, stdin)), stdout):
        raise SystemExit(1)


def _first_request(stdin: BinaryIO, stdout: BinaryIO) -> dict[str, Any] | None:
    """The client's `initialize`; what comes before it is answered as the protocol says. None when the client leaves."""
    while (body := read_message(stdin)) is not None:
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            write_message(stdout, id=None, error={"code": _PARSE_ERROR, "message": "this is not JSON"})
            continue
        if not isinstance(message, dict):
            write_message(stdout, id=None, error={"code": _INVALID_REQUEST, "message": "expected a request"})
        elif message.get("method") == "exit":
            return None
        elif isinstance(message.get("id"), (int, str)):
            if message.get("method") == "initialize":
                return message
            write_message(
                stdout, id=message["id"], error={"code": _NOT_INITIALIZED, "message": "expected `initialize` first"}
            )
    return None
