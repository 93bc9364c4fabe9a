"""The server as a process: it starts, survives whatever a client sends, and ends."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from caffe_ls.features.client import client_of
from caffe_ls.lsp.capabilities import COMMANDS, initialize_result
from tests.lsp.client import Client, edit, session

URI = "untitled:net.prototxt"
BROKEN = 'layer { type = "ReLU" }\n'
DOCUMENT = {"textDocument": {"uri": URI}}
START = {"line": 0, "character": 0}


def place(line: int, character: int) -> dict[str, Any]:
    return {**DOCUMENT, "position": {"line": line, "character": character}}


def syntax_errors(diagnostics: list[dict[str, Any]]) -> int:
    """How many there are: other rules may have their say on these texts too."""
    return sum(told["code"] == "syntax-error" for told in diagnostics)


def settled(client: Client) -> None:
    """Wait until the server has dealt with everything sent so far, and the pause in typing is over."""
    time.sleep(0.3)
    client.ask("textDocument/hover", place(0, 0))


# Life.


def test_a_session_from_the_beginning_to_the_end() -> None:
    with session() as client:
        client.open(URI, BROKEN)
        assert syntax_errors(client.diagnostics(URI, 1)) == 1
        assert "LayerParameter" in client.ask("textDocument/hover", place(0, 9))["contents"]["value"]
        labels = [item["label"] for item in client.ask("textDocument/completion", place(0, 8))["items"]]
        assert "convolution_param" in labels
        where = {"start": {"line": 0, "character": 13}, "end": {"line": 0, "character": 13}}
        actions = client.ask("textDocument/codeAction", {**DOCUMENT, "range": where, "context": {"diagnostics": []}})
        assert actions[0]["edit"]["changes"][URI]
        options = {"tabSize": 2, "insertSpaces": True}
        assert client.ask("textDocument/formatting", {**DOCUMENT, "options": options}) == []


def test_the_dialect_of_a_document_is_told() -> None:
    with session() as client:
        client.open(URI, "layer { permute_param { order: 1 } }\n")
        about = {"command": "caffe-ls.documentInformation", "arguments": [URI]}
        assert client.ask("workspace/executeCommand", about)["dialect"] == "ssd"
        unknown = {"command": "caffe-ls.documentInformation", "arguments": ["file:///not/open"]}
        assert client.ask("workspace/executeCommand", unknown) is None
        assert client.error("workspace/executeCommand", {**about, "arguments": [URI, 1, 2]}) == -32602


def test_leaving_without_a_word_is_told_by_the_exit_status() -> None:
    client = Client({})
    client.tell("exit", None)
    assert client.process.wait(30) == 1


def test_a_client_that_is_gone_ends_the_server() -> None:
    client = Client({})
    assert client.process.stdin is not None
    client.process.stdin.close()
    assert client.process.wait(30) == 1


def test_what_comes_before_initialize() -> None:
    client = Client()
    client.tell("textDocument/didOpen", {})
    client.send_body(b"{no json")
    client.send([1, 2])
    assert client.error("textDocument/hover", place(0, 0)) == -32002
    client.initialize({})
    assert client.close() == 0


def test_initialize_is_answered_once() -> None:
    client = Client({})
    assert client.error("initialize", {"processId": None, "rootUri": None, "capabilities": {}}) == -32600
    assert client.close() == 0


def test_messages_about_notebooks_do_no_harm() -> None:
    notebook = {"uri": "file:///a.ipynb", "notebookType": "jupyter", "version": 1, "cells": []}
    client = Client({})
    client.tell("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": []})
    client.tell("notebookDocument/didClose", {"notebookDocument": {"uri": notebook["uri"]}, "cellTextDocuments": []})
    assert client.close() == 0


def test_requests_after_shutdown_do_no_harm() -> None:
    client = Client({})
    client.ask("shutdown", None)
    client.send_request("textDocument/hover", place(0, 0))
    client.tell("exit", None)
    assert client.process.wait(30) == 0


# Capabilities.


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [(["utf-8", "utf-16"], "utf-8"), (["utf-32"], "utf-32"), (["utf-7"], "utf-16"), (None, "utf-16"), ("x", "utf-16")],
)
def test_the_first_encoding_that_both_know_is_taken(offered: Any, chosen: str) -> None:
    client = client_of({"capabilities": {"general": {"positionEncodings": offered}}})
    assert initialize_result(client)["capabilities"]["positionEncoding"] == chosen


@pytest.mark.parametrize("params", [None, [], {}, {"capabilities": []}, {"capabilities": {"textDocument": 3}}])
def test_any_parameters_of_initialize_are_some_client(params: Any) -> None:
    assert initialize_result(client_of(params))["capabilities"]["textDocumentSync"]["change"] == 2


def test_every_method_that_is_offered_has_a_handler() -> None:
    with session({"textDocument": {"diagnostic": {}, "codeAction": {"codeActionLiteralSupport": {}}}}) as client:
        methods = {
            "hoverProvider": "hover",
            "completionProvider": "completion",
            "codeActionProvider": "codeAction",
            "documentFormattingProvider": "formatting",
            "documentRangeFormattingProvider": "rangeFormatting",
            "diagnosticProvider": "diagnostic",
            "definitionProvider": "definition",
            "referencesProvider": "references",
            "documentHighlightProvider": "documentHighlight",
            "documentSymbolProvider": "documentSymbol",
            "foldingRangeProvider": "foldingRange",
            "documentLinkProvider": "documentLink",
            "inlayHintProvider": "inlayHint",
            "codeLensProvider": "codeLens",
            "renameProvider": "rename",
        }
        assert client.offered["executeCommandProvider"]["commands"] == list(COMMANDS)
        offered = {name for name in client.offered if name.endswith("Provider")} - {"executeCommandProvider"}
        assert offered == {*methods, "workspaceSymbolProvider"}
        assert client.error("workspace/symbol", {"no": "parameters"}) == -32602
        for method in methods.values():
            assert client.error(f"textDocument/{method}", {"no": "parameters"}) == -32602


# Diagnostics.


def test_every_version_that_lasts_is_published_once_even_when_nothing_changed() -> None:
    with session() as client:
        client.open(URI, BROKEN)
        client.diagnostics(URI, 1)
        for version in (2, 3):
            client.change(URI, version, edit((1, 0), (1, 0), "# note\n"))
            client.diagnostics(URI, version)
        settled(client)
        assert [version for version, _ in client.published(URI)] == [1, 2, 3]


def test_a_burst_is_published_as_its_last_version() -> None:
    with session() as client:
        client.open(URI, "")
        client.diagnostics(URI, 1)
        for version, letter in enumerate("layer", 2):
            client.change(URI, version, edit((0, version - 2), (0, version - 2), letter))
        client.diagnostics(URI, 6)
        settled(client)
        versions = [version for version, _ in client.published(URI)]
        assert versions == sorted(set(versions), key=lambda version: version or 0)
        assert versions[-1] == 6


def test_closing_takes_diagnostics_back() -> None:
    with session() as client:
        client.open(URI, BROKEN)
        client.diagnostics(URI, 1)
        client.change(URI, 2, edit((0, 0), (0, 0), " "))
        client.tell("textDocument/didClose", DOCUMENT)
        settled(client)
        assert client.published(URI)[-1] == (None, [])
        client.open(URI, "# nothing\n", 1)
        settled(client)
        assert client.published(URI)[-1][0] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_texts_in_which_lines_and_columns_are_hard_to_count(encoding: str) -> None:
    text = "name: '\U0001f600\u2028\x0c\x85e\u0301'\r\rlayer { name: '\U0001f600' type: 'ReLU' }\r\n\x85"
    units = {"utf-8": 4, "utf-16": 2, "utf-32": 1}[encoding]
    with session({"general": {"positionEncodings": [encoding]}}) as client:
        client.open(URI, text)
        # `type` on the third line, behind the smiley.
        column = 15 + units + 2
        client.change(URI, 2, edit((2, column), (2, column + 4), "name"))
        assert client.ask("textDocument/hover", place(2, column + 1))["range"] == {
            "start": {"line": 2, "character": column},
            "end": {"line": 2, "character": column + 4},
        }
        fresh = "untitled:fresh.prototxt"
        client.open(fresh, text.replace("type", "name"))
        assert client.diagnostics(URI, 2) == client.diagnostics(fresh, 1)


def test_a_client_may_pull_diagnostics() -> None:
    abilities = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
    with session(abilities) as client:
        client.open(URI, BROKEN)
        report = client.ask("textDocument/diagnostic", DOCUMENT)
        assert report["kind"] == "full"
        assert syntax_errors(report["items"]) == 1
        again = client.ask("textDocument/diagnostic", {**DOCUMENT, "previousResultId": report["resultId"]})
        assert again == {"kind": "unchanged", "resultId": report["resultId"]}
        client.change(URI, 2, edit((0, 0), (1, 0), ""))
        report = client.ask("textDocument/diagnostic", {**DOCUMENT, "previousResultId": report["resultId"]})
        assert syntax_errors(report["items"]) == 0
        client.tell("workspace/didChangeConfiguration", {"settings": {"caffe": {"ignore": ["syntax-error"]}}})
        client.wait(
            lambda: any(asked["method"] == "workspace/diagnostic/refresh" for asked in client.requests), "refresh"
        )
        assert client.published(URI) == []
        assert client.ask("textDocument/diagnostic", {"textDocument": {"uri": "untitled:unknown"}})["items"] == []


# Settings and files.


def test_settings_are_taken_as_they_come() -> None:
    with session(initializationOptions={"caffe": {"ignore": ["syntax-error"]}}) as client:
        client.open(URI, BROKEN)
        assert syntax_errors(client.diagnostics(URI, 1)) == 0
        client.tell("workspace/didChangeConfiguration", {"settings": {"caffe": {"rules": {"syntax-error": "hint"}}}})
        client.wait(lambda: len(client.published(URI)) > 1, "diagnostics under other settings")
        assert [told["severity"] for told in client.diagnostics(URI, 1) if told["code"] == "syntax-error"] == [4]


def test_settings_are_asked_for_before_the_first_diagnostics() -> None:
    abilities = {"workspace": {"configuration": True}}
    with session(abilities, configuration={"ignore": ["syntax-error"]}) as client:
        client.open(URI, BROKEN)
        client.diagnostics(URI, 1)
        settled(client)
        assert [syntax_errors(found) for _, found in client.published(URI)] == [0]


def test_each_folder_of_the_workspace_has_the_settings_that_the_editor_tells_for_it(tmp_path: Path) -> None:
    folders = [{"uri": (tmp_path / name).as_uri(), "name": name} for name in ("a", "b")]
    first, second = (f"{folder['uri']}/net.prototxt" for folder in folders)
    with session({"workspace": {"configuration": True}}, configuration={}, workspaceFolders=folders) as client:
        client.configuration_of_folders = {folders[1]["uri"]: {"ignore": ["syntax-error"]}}
        client.tell("workspace/didChangeConfiguration", {"settings": None})
        client.wait(lambda: len(_asked(client, "workspace/configuration")) == 2, "two questions for the settings")
        settled(client)
        for uri, expected in ((first, 1), (second, 0), (URI, 1)):
            client.open(uri, BROKEN)
            assert syntax_errors(client.diagnostics(uri, 1)) == expected


def test_a_folder_that_joins_the_workspace_brings_its_settings(tmp_path: Path) -> None:
    uri = f"{tmp_path.as_uri()}/net.prototxt"
    with session({"workspace": {"configuration": True}}, configuration={}) as client:
        client.open(uri, BROKEN)
        assert syntax_errors(client.diagnostics(uri, 1)) == 1
        client.configuration_of_folders = {tmp_path.as_uri(): {"ignore": ["syntax-error"]}}
        event = {"added": [{"uri": tmp_path.as_uri(), "name": "new"}], "removed": []}
        client.tell("workspace/didChangeWorkspaceFolders", {"event": event})
        client.wait(lambda: syntax_errors(client.published(uri)[-1][1]) == 0, "diagnostics under the folder's settings")


@pytest.mark.parametrize(("settings", "refreshes"), [({}, 0), ({"ignore": ["syntax-error"]}, 1)])
def test_a_client_that_pulls_is_asked_to_pull_again_when_its_settings_change_something(
    settings: dict[str, Any], refreshes: int
) -> None:
    abilities = {
        "workspace": {"configuration": True, "diagnostics": {"refreshSupport": True}},
        "textDocument": {"diagnostic": {}},
    }
    with session(abilities, configuration=settings) as client:
        client.open(URI, BROKEN)
        client.ask("textDocument/diagnostic", DOCUMENT)
        client.tell("workspace/didChangeConfiguration", {"settings": None})
        client.wait(lambda: len(_asked(client, "workspace/configuration")) == 2, "two questions for the settings")
        settled(client)
        assert len(_asked(client, "workspace/diagnostic/refresh")) == refreshes


@pytest.mark.parametrize(("settings", "refreshes"), [({}, 0), ({"data_shape": "3x32x32"}, 1)])
def test_lenses_and_hints_are_asked_for_again_when_what_they_show_may_have_changed(
    settings: dict[str, Any], refreshes: int
) -> None:
    abilities = {"workspace": {"codeLens": {"refreshSupport": True}, "inlayHint": {"refreshSupport": True}}}
    with session(abilities) as client:
        client.open(URI, BROKEN)
        client.tell("workspace/didChangeConfiguration", {"settings": {"caffe": settings}})
        settled(client)
        for shown in ("codeLens", "inlayHint"):
            assert len(_asked(client, f"workspace/{shown}/refresh")) == refreshes


def test_a_client_that_cannot_ask_again_is_not_told_to() -> None:
    with session() as client:
        client.open(URI, BROKEN)
        client.tell("workspace/didChangeConfiguration", {"settings": {"caffe": {"data_shape": "3x32x32"}}})
        settled(client)
        assert not [asked for asked in client.requests if asked["method"].endswith("/refresh")]


def _asked(client: Client, method: str) -> list[dict[str, Any]]:
    return [asked for asked in client.requests if asked["method"] == method]


def test_a_client_that_does_not_answer_gets_diagnostics_nonetheless() -> None:
    with session({"workspace": {"configuration": True}}, configuration=None) as client:
        client.open(URI, BROKEN)
        assert client.diagnostics(URI, 1) != []


def test_files_on_disk_that_change_are_looked_at_again(tmp_path: Path) -> None:
    net = (tmp_path / "net.prototxt").as_uri()
    abilities = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
    with session(abilities, rootUri=tmp_path.as_uri()) as client:
        client.open(net, BROKEN)
        assert client.diagnostics(net, 1) != []
        client.wait(
            lambda: any(asked["method"] == "client/registerCapability" for asked in client.requests), "watchers"
        )
        settings = tmp_path / "caffe-ls.toml"
        settings.write_text('ignore = ["syntax-error"]\n')
        client.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": settings.as_uri(), "type": 1}]})
        client.wait(lambda: len(client.published(net)) > 1, "diagnostics under the new settings")
        assert [syntax_errors(found) for _, found in client.published(net)][-1] == 0
        assert sorted(path.name for path in tmp_path.iterdir()) == ["caffe-ls.toml"]


# Whatever a client sends.


def test_documents_that_are_not_open() -> None:
    with session() as client:
        assert client.ask("textDocument/hover", place(0, 0)) is None
        assert client.ask("textDocument/completion", place(0, 0)) is None
        client.change(URI, 2, edit((0, 0), (0, 0), "x"))
        client.tell("textDocument/didClose", DOCUMENT)
        client.tell("textDocument/didSave", DOCUMENT)


@pytest.mark.parametrize(
    "change",
    [
        edit((10**6, 0), (10**6, 10**6), "x"),
        edit((0, 10**6), (0, 0), "x"),
        edit((2**31 - 1, 2**31 - 1), (0, 0), ""),
        {"text": ""},
        {"text": "\u0000\ud800\u2028"},
    ],
)
def test_changes_of_places_that_are_not_there(change: dict[str, Any]) -> None:
    with session() as client:
        client.open(URI, BROKEN)
        client.change(URI, 2, change)
        client.diagnostics(URI, 2)
        for method in ("hover", "completion"):
            client.ask(f"textDocument/{method}", place(10**6, 10**6))


@pytest.mark.parametrize(
    "message",
    [
        {"method": "textDocument/didChange", "params": None},
        {"method": "textDocument/didOpen", "params": {"textDocument": {"uri": 1}}},
        {"method": "textDocument/didChange", "params": {"textDocument": {"uri": URI}, "contentChanges": [3]}},
        {"method": "$/cancelRequest", "params": {"id": "nothing"}},
        {"method": "$/cancelRequest", "params": {}},
        {"method": "$/setTrace", "params": {"value": "loud"}},
        {"method": "workspace/didChangeConfiguration", "params": {"settings": [1]}},
        {"method": "workspace/didChangeConfiguration", "params": {"settings": {"caffe": {"dialect": "none", "x": 1}}}},
        {"method": "workspace/didChangeWorkspaceFolders", "params": {"event": {"added": [], "removed": []}}},
        {"method": "unknown/notification", "params": {}},
        {"id": 77, "result": "to nothing"},
        {"id": 78, "error": {"code": 1, "message": "to nothing"}},
        {"id": {"a": 1}, "method": "textDocument/hover", "params": {}},
        {"nothing": True},
        [],
        "text",
        None,
    ],
)
def test_messages_that_make_no_sense(message: Any) -> None:
    with session() as client:
        client.send({"jsonrpc": "2.0", **message} if isinstance(message, dict) else message)
        client.send_body(b"\xff\xfe{")
        assert client.error("no/such/method", {}) == -32601
        assert client.error("textDocument/hover", {"textDocument": 1}) == -32602
        assert client.error("textDocument/hover", {**DOCUMENT, "position": {"line": -1, "character": 0}}) == -32602
        client.open(URI, BROKEN)
        assert client.diagnostics(URI, 1)


def test_cancelled_requests_are_answered() -> None:
    with session() as client:
        client.open(URI, BROKEN)
        asked = [client.send_request("textDocument/hover", place(0, 9)) for _ in range(20)]
        for request in asked:
            client.tell("$/cancelRequest", {"id": request})
        assert len([client.answer(request) for request in asked]) == 20


def test_hostile_texts() -> None:
    with session() as client:
        for number, text in enumerate(
            ["layer {" * 20_000, "x" * 1_000_000, "\x00" * 1_000, "[" * 20_000, "a:" * 20_000]
        ):
            uri = f"untitled:{number}.prototxt"
            client.open(uri, text)
            client.diagnostics(uri, 1)
            client.ask(
                "textDocument/completion", {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 9999}}
            )


def test_nothing_but_messages_is_written() -> None:
    with session() as client:
        client.open(URI, json.dumps({"\U0001f600": "\ud83d"}))
        client.diagnostics(URI, 1)
    assert client.process.stdout is not None
