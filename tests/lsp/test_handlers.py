"""A feature or a rule that fails costs its own answer and nothing else."""

from __future__ import annotations

import pytest

from caffe_ls.features.client import Client
from caffe_ls.lsp import diagnostics, handlers
from caffe_ls.lsp.capabilities import initialize_result
from caffe_ls.lsp.session import Session


def test_a_handler_that_fails_answers_with_nothing(caplog: pytest.LogCaptureFixture) -> None:
    features = handlers.Server(Session(Client())).protocol.fm.features
    for method in ("textDocument/hover", "textDocument/completion", "textDocument/didOpen"):
        assert features[method](object()) is None
    assert "hover failed" in caplog.text


def test_diagnostics_that_fail_are_none(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("on purpose")

    session = Session(Client())
    session.open("untitled:net.prototxt", 1, 'layer { type = "ReLU" }')
    view = session.view("untitled:net.prototxt")
    assert view is not None
    assert diagnostics.diagnostics_of(view) != []
    monkeypatch.setattr(diagnostics, "diagnostics", fail)
    assert diagnostics.diagnostics_of(view) == []
    assert "untitled:net.prototxt failed" in caplog.text


def test_what_is_offered_follows_the_client() -> None:
    plain = initialize_result(Client())["capabilities"]
    able = initialize_result(Client(pulls_diagnostics=True, takes_code_action_literals=True))["capabilities"]
    assert set(able) - set(plain) == {"diagnosticProvider", "codeActionProvider"}
