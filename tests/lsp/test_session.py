"""What a session knows: open texts, the files around them, and the settings in force."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from caffe_ls.features.client import Client
from caffe_ls.features.view import View
from caffe_ls.lsp.session import Session
from caffe_ls.settings import Settings

LOG = "I0101 00:00:00.000000  1 solver.cpp:228] Iteration 0, loss = 1\n"


def opened(session: Session, path: Path, text: str) -> View:
    session.open(path.as_uri(), 1, text)
    return known(session, path)


def known(session: Session, path: Path) -> View:
    found = session.view(path.as_uri())
    assert found is not None
    return found


def replaced(session: Session, path: Path, text: str) -> View:
    assert session.change(path.as_uri(), 2, [types.TextDocumentContentChangeWholeDocument(text)])
    return known(session, path)


def session_in(folder: Path) -> Session:
    return Session(Client(folders=(folder.as_uri(),)))


def test_the_nearest_settings_file_goes_before_the_editor(tmp_path: Path) -> None:
    (tmp_path / "caffe-ls.toml").write_text('dialect = "ssd"\n')
    session = session_in(tmp_path)
    session.configure(Settings(dialect="bvlc", ignore=("style",)))
    document = opened(session, tmp_path / "net.prototxt", "layer { }").document
    assert (document.dialect, document.settings.ignore) == ("ssd", ("style",))
    session.open("untitled:net.prototxt", 1, "layer { }")
    untitled = session.view("untitled:net.prototxt")
    assert untitled is not None
    assert untitled.document.dialect == "bvlc"


def test_weights_in_the_editor_s_settings_are_of_the_workspace_s_folder(tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    session = session_in(tmp_path)
    session.configure(Settings(weights="trained/a.caffemodel, /b.caffemodel"))
    document = opened(session, tmp_path / "nets" / "net.prototxt", "layer { }").document
    assert document.settings.weights == f"{tmp_path / 'trained' / 'a.caffemodel'},/b.caffemodel"


def test_settings_of_a_folder_hold_in_it_alone(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    session = Session(Client(folders=(tmp_path.as_uri(), inner.as_uri())))
    assert session.configure(
        Settings(dialect="bvlc"), {inner.as_uri(): Settings(dialect="ssd", weights="w.caffemodel")}
    )
    document = opened(session, inner / "net.prototxt", "layer { }").document
    assert (document.dialect, document.settings.weights) == ("ssd", str(inner / "w.caffemodel"))
    assert opened(session, tmp_path / "net.prototxt", "layer { }").document.dialect == "bvlc"


def test_a_folder_whose_settings_are_those_of_all_changes_nothing(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    assert not session.configure(Settings(), {tmp_path.as_uri(): Settings()})


def test_a_dialect_that_nobody_knows_is_guessed(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    session.configure(Settings(dialect="no-such-caffe"))
    assert opened(session, tmp_path / "net.prototxt", "layer { }").document.dialect == "bvlc"


def test_the_users_own_proto_is_found_and_looked_at_again(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    net = tmp_path / "models" / "net.prototxt"
    view = opened(session, net, "layer { warmth: 1 }")
    assert view.document.context.own_schema is None
    proto = tmp_path / "caffe.proto"
    proto.write_text(
        "message NetParameter { repeated LayerParameter layer = 1; }\n"
        "message LayerParameter { optional int32 warmth = 1; }\n"
    )
    session.reload()
    again = known(session, net)
    assert again.document.schema.field("LayerParameter", "warmth") is not None
    assert again.document.file is view.document.file
    assert again.state != view.state


def test_a_net_takes_the_dialect_of_its_solver(tmp_path: Path) -> None:
    solver, net = tmp_path / "solver.prototxt", tmp_path / "net.prototxt"
    solver.write_text('net: "net.prototxt"\neval_type: "detection"\n')
    net.write_text("layer { }")
    assert opened(session_in(tmp_path), net, "layer { }").document.context.linked != ()


def test_a_solver_that_names_another_net_is_judged_by_that_net(tmp_path: Path) -> None:
    (tmp_path / "ssd.prototxt").write_text("layer { permute_param { order: 0 } }\n")
    solver = tmp_path / "solver.prototxt"
    session = session_in(tmp_path)
    assert opened(session, solver, "base_lr: 1\n").document.dialect == "bvlc"
    assert replaced(session, solver, 'net: "ssd.prototxt"\nbase_lr: 1\n').document.dialect == "ssd"


def test_a_text_may_become_a_log_and_be_one_no_longer(tmp_path: Path) -> None:
    session, path = session_in(tmp_path), tmp_path / "train.txt"
    assert opened(session, path, "layer { }\n").document.kind == "net"
    assert session.change(path.as_uri(), 2, [types.TextDocumentContentChangeWholeDocument(LOG)])
    session.reload()
    assert session.view(path.as_uri()) is None
    log = session.logs.view(path.as_uri())
    assert log is not None
    assert len(log.document.record.runs) == 1
    assert replaced(session, path, "layer { }\n").document.kind == "net"
    assert not session.has_log(path.as_uri())


def test_the_text_of_another_file_is_that_of_the_editor_first(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    net, solver = tmp_path / "net.prototxt", tmp_path / "solver.prototxt"
    net.write_text("on disk")
    view = opened(session, solver, "base_lr: 1\n")
    source = view.elsewhere.source_of(str(net))
    assert source is not None
    assert source.text == "on disk"
    opened(session, net, "in the editor")
    source = view.elsewhere.source_of(str(net))
    assert source is not None
    assert source.text == "in the editor"
    assert view.elsewhere.uri_of(str(net)) == net.as_uri()
    assert view.elsewhere.source_of(str(tmp_path / "nothing")) is None


def test_folders_come_and_go(tmp_path: Path) -> None:
    session = Session(Client())
    session.change_folders([tmp_path.as_uri()], [])
    session.configure(Settings(proto="fork.proto"))
    (tmp_path / "fork.proto").write_text("message NetParameter { optional int32 own = 1; }")
    assert opened(session, tmp_path / "deep" / "net.prototxt", "layer { }").document.context.own_schema is not None
    session.change_folders([], [tmp_path.as_uri()])
    assert known(session, tmp_path / "deep" / "net.prototxt").document.context.own_schema is None
