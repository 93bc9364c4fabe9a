"""The first text is judged before pygls is there; whatever else a client says is left to pygls."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest

from caffe_ls.features.client import Client
from caffe_ls.lsp.first_diagnostics import tell_first_diagnostics
from caffe_ls.lsp.messages import InputWithMessages, read_message, write_message
from caffe_ls.lsp.session import Session
from tests.lsp.client import SERVER, session

URI = "untitled:net.prototxt"
OPENED = {
    "method": "textDocument/didOpen",
    "params": {
        "textDocument": {"uri": URI, "languageId": "prototxt", "version": 7, "text": 'layer { type = "ReLU" }\n'}
    },
}
INITIALIZED: dict[str, Any] = {"method": "initialized", "params": {}}
TRACE = {"method": "$/setTrace", "params": {"value": "off"}}
PULLED = {"id": 3, "method": "textDocument/diagnostic", "params": {"textDocument": {"uri": URI}}}
HOVER = {"id": 4, "method": "textDocument/hover", "params": {"textDocument": {"uri": URI}, "position": {}}}

PUBLISHING, PULLING = Client(), Client(pulls_diagnostics=True)


def stream(*messages: dict[str, Any]) -> BytesIO:
    found = BytesIO()
    for message in messages:
        write_message(found, **message)
    found.seek(0)
    return found


def read_all(found: BytesIO) -> list[Any]:
    found.seek(0)
    return [json.loads(body) for body in iter(lambda: read_message(found), None)]


def taken(client: Client, *messages: dict[str, Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """What was said to these messages, what is left of them, and what has not even been read."""
    stdin, stdout = stream(*messages), BytesIO()
    left = tell_first_diagnostics(Session(client), stdin, stdout)
    unread = [json.loads(body) for body in iter(lambda: read_message(stdin), None)]
    without_version = [{name: value for name, value in json.loads(body).items() if name != "jsonrpc"} for body in left]
    return read_all(stdout), without_version, unread


def codes(diagnostics: list[dict[str, Any]]) -> list[str]:
    return [told["code"] for told in diagnostics]


def test_the_first_text_is_told_its_diagnostics_and_the_rest_is_left() -> None:
    said, left, unread = taken(PUBLISHING, INITIALIZED, TRACE, OPENED, HOVER)
    assert [message["method"] for message in said] == ["textDocument/publishDiagnostics"]
    assert (said[0]["params"]["uri"], said[0]["params"]["version"]) == (URI, 7)
    assert codes(said[0]["params"]["diagnostics"]) == ["syntax-error"]
    assert left == [INITIALIZED, TRACE]
    assert [message["id"] for message in unread] == [4]


def test_a_client_that_pulls_gets_them_as_its_answer() -> None:
    said, left, _ = taken(PULLING, INITIALIZED, OPENED, PULLED)
    assert [message["id"] for message in said] == [3]
    assert codes(said[0]["result"]["items"]) == ["syntax-error"]
    assert said[0]["result"]["kind"] == "full"
    assert left == [INITIALIZED]


@pytest.mark.parametrize(
    ("client", "messages"),
    [
        (PUBLISHING, [HOVER]),
        (PULLING, [PULLED]),
        (PULLING, [OPENED, HOVER]),
        (PUBLISHING, [{"id": 9, "result": None}]),
        (PUBLISHING, [{"method": "textDocument/didOpen"}]),
        (PUBLISHING, [{"method": "textDocument/didOpen", "params": [1]}]),
        (PUBLISHING, [{"method": "textDocument/didOpen", "params": {"textDocument": {"uri": URI, "version": "1"}}}]),
        (Client(pulls_configuration=True), [OPENED]),
    ],
)
def test_what_is_no_first_text_is_left(client: Client, messages: list[dict[str, Any]]) -> None:
    said, left, unread = taken(client, *messages)
    assert said == []
    opened_and_pulled = client is PULLING and messages[0] is OPENED
    assert left == (messages[1:] if opened_and_pulled else [] if unread else messages)


def test_a_log_is_left_to_what_reads_logs() -> None:
    log = "I1121 10:00:00.000000  42 solver.cpp:239] Iteration 0, loss = 1\n"
    params = {"textDocument": {"uri": "file:///a.log", "version": 1, "text": log}}
    assert taken(PUBLISHING, {"method": "textDocument/didOpen", "params": params})[0] == []


def test_settings_that_come_with_the_client_hold_from_the_beginning() -> None:
    strict = Client(pulls_configuration=True, options={"caffe": {"ignore": ["syntax-error"]}})
    said, _, _ = taken(strict, INITIALIZED, OPENED)
    assert codes(said[0]["params"]["diagnostics"]) == []


def test_messages_that_were_read_before_come_first() -> None:
    first, second = b'{"a": 1}', b'{"b": "\n"}'
    source = InputWithMessages([first, second], stream(HOVER))
    assert [read_message(source), read_message(source)] == [first, second]  # type: ignore[arg-type]
    assert json.loads(read_message(source) or b"")["id"] == 4  # type: ignore[arg-type]
    assert read_message(source) is None  # type: ignore[arg-type]


_LOADED = """
import sys
from io import BytesIO
from caffe_ls.features.client import Client
from caffe_ls.lsp.first_diagnostics import tell_first_diagnostics
from caffe_ls.lsp.session import Session
said = BytesIO()
tell_first_diagnostics(Session(Client()), BytesIO(sys.stdin.buffer.read()), said)
assert b"publishDiagnostics" in said.getvalue()
print([name for name in ("lsprotocol", "pygls.protocol", "attr", "asyncio") if name in sys.modules])
"""


def test_the_protocol_s_types_are_not_imported_for_them() -> None:
    process = subprocess.run(
        [sys.executable, "-c", _LOADED],
        input=stream(INITIALIZED, OPENED).getvalue(),
        capture_output=True,
        env={"PYTHONPATH": str(SERVER)},
        check=True,
    )
    assert process.stdout.split() == [b"[]"]


def test_a_text_that_was_told_of_is_edited_asked_about_and_closed_like_any_other() -> None:
    with session() as client:
        client.open(URI, 'layer { type = "ReLU" }\n')
        assert codes(client.diagnostics(URI, 1)) == ["syntax-error"]
        at = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 9}}
        assert client.ask("textDocument/hover", at) is not None
        client.change(URI, 2, {"text": 'name: "a"\n'})
        assert "syntax-error" not in codes(client.diagnostics(URI, 2))
        client.tell("textDocument/didClose", {"textDocument": {"uri": URI}})
        client.wait(lambda: client.published(URI)[-1] == (None, []), "the empty list of a closed text")
        assert [version for version, _ in client.published(URI)] == [1, 2, None]
