"""A client that speaks to a real server process and says exactly what it is told to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SERVER = Path(__file__).resolve().parents[2] / "server"

# Generous: tests run beside other work, and a test that waits so long has failed anyway.
PATIENCE = 60.0


class Client:
    """One server process. `notifications` and `requests` are what the server sent of its own accord, in order."""

    def __init__(self, capabilities: dict[str, Any] | None = None, configuration: Any = None, **params: Any) -> None:
        self.configuration = configuration
        self.configuration_of_folders: dict[str, Any] = {}
        self.notifications: list[dict[str, Any]] = []
        self.requests: list[dict[str, Any]] = []
        self._answers: dict[Any, dict[str, Any]] = {}
        self._arrived = threading.Condition()
        self._last_id = 0
        environment = {**os.environ, "PYTHONPATH": str(SERVER)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "caffe_ls", "serve", "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        self.log: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._read_log, daemon=True).start()
        if capabilities is not None:
            self.initialize(capabilities, **params)

    def initialize(self, capabilities: dict[str, Any], **params: Any) -> None:
        """Shake hands; `self.offered` is what the server offers."""
        answer = self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities, **params})
        self.offered = answer["capabilities"]
        self.tell("initialized", {})

    # Messages.

    def ask(self, method: str, params: Any) -> Any:
        """The result of a request; AssertionError when the answer is an error."""
        answer = self.answer(self.send_request(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method: str, params: Any) -> int:
        """The code of the error that a request is answered with."""
        code: int = self.answer(self.send_request(method, params))["error"]["code"]
        return code

    def send_request(self, method: str, params: Any) -> int:
        self._last_id += 1
        self.send({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params})
        return self._last_id

    def answer(self, request: Any) -> dict[str, Any]:
        self.wait(lambda: request in self._answers, f"the answer to request {request}")
        return self._answers.pop(request)

    def tell(self, method: str, params: Any) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def send(self, message: Any) -> None:
        self.send_body(json.dumps(message).encode())

    def send_body(self, body: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def wait(self, happened: Callable[[], object], what: str) -> None:
        with self._arrived:
            assert self._arrived.wait_for(happened, PATIENCE), f"{what} did not come; log: {''.join(self.log)}"

    # Documents.

    def open(self, uri: str, text: str, version: int = 1) -> None:
        document = {"uri": uri, "languageId": "prototxt", "version": version, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        identifier = {"uri": uri, "version": version}
        self.tell("textDocument/didChange", {"textDocument": identifier, "contentChanges": list(changes)})

    def published(self, uri: str) -> list[tuple[int | None, list[dict[str, Any]]]]:
        """Version and diagnostics of each publish for a document so far."""
        return [
            (message["params"].get("version"), message["params"]["diagnostics"])
            for message in self.notifications
            if message["method"] == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri
        ]

    def diagnostics(self, uri: str, version: int) -> list[dict[str, Any]]:
        """The last diagnostics published for a version, as soon as there are any."""

        def found() -> list[list[dict[str, Any]]]:
            return [diagnostics for which, diagnostics in self.published(uri) if which == version]

        self.wait(found, f"diagnostics of version {version} of {uri}")
        return found()[-1]

    # The end.

    def close(self) -> int:
        """Leave in order; the server's exit status."""
        if self.process.poll() is None:
            self.ask("shutdown", None)
            self.tell("exit", None)
        return self.process.wait(PATIENCE)

    # What arrives.

    def _listen(self) -> None:
        while (message := self._receive()) is not None:
            with self._arrived:
                if "method" in message and "id" in message:
                    self.requests.append(message)
                elif "method" in message:
                    self.notifications.append(message)
                else:
                    self._answers[message["id"]] = message
                self._arrived.notify_all()
            if message.get("method") == "workspace/configuration":
                if self.configuration is not None:
                    asked = [item.get("scopeUri") for item in message["params"]["items"]]
                    told = [self.configuration_of_folders.get(uri, self.configuration) for uri in asked]
                    self.send({"jsonrpc": "2.0", "id": message["id"], "result": told})
            elif "method" in message and "id" in message:
                self.send({"jsonrpc": "2.0", "id": message["id"], "result": None})

    def _receive(self) -> dict[str, Any] | None:
        assert self.process.stdout is not None
        length = 0
        while (line := self.process.stdout.readline()).strip():
            name, _, value = line.partition(b":")
            assert name in (b"Content-Length", b"Content-Type"), f"what is on standard output: {line!r}"
            length = int(value) if name == b"Content-Length" else length
        if not length:
            return None
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        return message

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line.decode("utf-8", "replace"))


@contextmanager
def session(capabilities: dict[str, Any] | None = None, **params: Any) -> Iterator[Client]:
    """A server that has been shaken hands with; afterwards it must still be there and leave in order."""
    client = Client(capabilities or {}, **params)
    try:
        yield client
        assert client.close() == 0, "".join(client.log)
        assert "Traceback" not in "".join(client.log), "".join(client.log)
    finally:
        client.process.kill()
        client.process.wait()


def edit(start: tuple[int, int], end: tuple[int, int], text: str) -> dict[str, Any]:
    """A change of a range, from line and character to line and character."""
    place = {"start": {"line": start[0], "character": start[1]}, "end": {"line": end[0], "character": end[1]}}
    return {"range": place, "text": text}
