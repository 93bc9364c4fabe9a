"""Finding one's way through a net and a solver, as a client asks for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.log_explanation.runs import HEALTHY, log
from tests.lsp.client import Client, edit, session

NET = """\
layer {
  name: "data"
  type: "Input"
  top: "data"
}
layer {
  name: "ip"
  type: "InnerProduct"
  bottom: "data"
  top: "ip"
}
layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" }
"""


def ask(client: Client, uri: str, method: str, line: int, character: int, **more: Any) -> Any:
    place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
    return client.ask(f"textDocument/{method}", {**place, **more})


def lines(found: list[dict[str, Any]]) -> list[int]:
    return [one["range"]["start"]["line"] for one in found]


def test_the_names_of_a_net_lead_to_each_other() -> None:
    uri = "untitled:net.prototxt"
    with session() as client:
        client.open(uri, NET)
        assert lines(ask(client, uri, "definition", 8, 12)) == [3]
        assert lines(ask(client, uri, "documentHighlight", 8, 12)) == [3, 8]
        assert lines(ask(client, uri, "references", 3, 9, context={"includeDeclaration": False})) == [8]


def test_outline_and_folds_follow_an_edit() -> None:
    uri = "untitled:net.prototxt"
    document = {"textDocument": {"uri": uri}}
    with session() as client:
        client.open(uri, NET)
        assert [one["name"] for one in client.ask("textDocument/documentSymbol", document)] == ["data", "ip", "relu"]
        client.change(uri, 2, edit((0, 0), (0, 0), "# one\n# two\n"))
        assert lines(client.ask("textDocument/documentSymbol", document)) == [2, 7, 13]
        folds = client.ask("textDocument/foldingRange", document)
        assert [(one["startLine"], one["endLine"]) for one in folds] == [(0, 1), (2, 5), (7, 11)]


def test_a_blob_is_renamed_and_what_cannot_be_is_told() -> None:
    uri = "untitled:net.prototxt"
    able = {"textDocument": {"rename": {"prepareSupport": True}}}
    with session(able) as client:
        assert client.offered["renameProvider"] == {"prepareProvider": True}
        client.open(uri, NET)
        assert ask(client, uri, "prepareRename", 8, 12)["placeholder"] == "data"
        found = ask(client, uri, "rename", 8, 12, newName="images")
        assert [one["newText"] for one in found["changes"][uri]] == ["images", "images"]
        place = {"textDocument": {"uri": uri}, "position": {"line": 8, "character": 12}, "newName": "ip"}
        refused = client.answer(client.send_request("textDocument/rename", place))
        assert refused["error"]["message"] == "there is a blob `ip` already"


def test_a_solver_leads_to_its_net_on_disk(tmp_path: Path) -> None:
    net, solver = tmp_path / "net.prototxt", tmp_path / "solver.prototxt"
    net.write_text(NET)
    text = 'base_lr: 1\nnet: "net.prototxt"\n'
    solver.write_text(text)
    with session(rootUri=tmp_path.as_uri()) as client:
        client.open(solver.as_uri(), text)
        (found,) = ask(client, solver.as_uri(), "definition", 1, 8)
        assert (found["uri"], lines([found])) == (net.as_uri(), [0])
        (link,) = client.ask("textDocument/documentLink", {"textDocument": {"uri": solver.as_uri()}})
        assert link["target"] == net.as_uri()


def test_the_name_of_a_layer_leads_to_itself_and_to_its_lines_in_the_newest_log(tmp_path: Path) -> None:
    net, path = tmp_path / "net.prototxt", tmp_path / "train.log"
    net.write_text(NET)
    path.write_bytes(log(HEALTHY))
    with session(rootUri=tmp_path.as_uri()) as client:
        client.open(net.as_uri(), NET)
        everything = {"context": {"includeDeclaration": True}}
        found = ask(client, net.as_uri(), "references", 6, 10, **everything)
        assert {one["uri"] for one in found} == {net.as_uri(), path.as_uri()}
        assert lines([one for one in found if one["uri"] == net.as_uri()]) == [6]
        blob = ask(client, net.as_uri(), "references", 9, 9, **everything)
        assert {one["uri"] for one in blob} == {net.as_uri()}


def test_a_layer_is_found_by_letters_of_its_name_in_open_nets_and_those_beside_them(tmp_path: Path) -> None:
    (tmp_path / "deploy.prototxt").write_text('layer { name: "score" type: "Softmax" }\n')
    (tmp_path / "notes.txt").write_text('layer { name: "score" }\n')
    net = tmp_path / "net.prototxt"
    net.write_text("on disk")
    with session(rootUri=tmp_path.as_uri()) as client:
        assert client.ask("workspace/symbol", {"query": "score"}) == []
        client.open(net.as_uri(), NET.replace("relu", "score"))
        found = client.ask("workspace/symbol", {"query": "SCR"})
        assert [(one["name"], one["containerName"], one["location"]["range"]["start"]["line"]) for one in found] == [
            ("score", "net.prototxt", 11),
            ("score", "deploy.prototxt", 0),
        ]
        assert {one["name"] for one in client.ask("workspace/symbol", {"query": ""})} == {"data", "ip", "score"}
