"""A language server that dies in the middle of a talk: `dying_server.py LIST`, which gets a line for each start.

It asks the client for its settings without a pause and is gone before it has read all the answers, so that the client
learns of its death, as a rule, by an answer that cannot be written.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

QUESTIONS = 400


def receive() -> dict[str, Any]:
    """The client's next message."""
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    message: dict[str, Any] = json.loads(sys.stdin.buffer.read(length))
    return message


def send(message: dict[str, Any]) -> None:
    """Write a message past any buffer."""
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    os.write(sys.stdout.fileno(), b"Content-Length: %d\r\n\r\n%b" % (len(body), body))


def main() -> None:
    with Path(sys.argv[1]).open("a") as starts:
        starts.write("started\n")
    send({"id": receive()["id"], "result": {"capabilities": {}}})  # A client begins with `initialize`.
    receive()
    # The client has something to do yet before it counts as started, and a death before that is another matter.
    time.sleep(0.5)
    for number in range(QUESTIONS):
        send({"id": number, "method": "workspace/configuration", "params": {"items": [{"section": "caffe"}]}})
        time.sleep(0.0005)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
