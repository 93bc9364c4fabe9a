"""The diagnostics of the first text, told before pygls is imported: that takes longer than reading and judging it."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from caffe_ls.analysis.kinds import looks_like_log
from caffe_ls.features.view import View
from caffe_ls.lsp.configuration import gives_settings, settings_of
from caffe_ls.lsp.diagnostics import publication, report
from caffe_ls.lsp.messages import read_message, write_message
from caffe_ls.lsp.session import Session


def tell_first_diagnostics(session: Session, stdin: BinaryIO, stdout: BinaryIO) -> list[bytes]:
    """Take messages until the diagnostics of a text are told or something else is wanted; what is left to be handled.

    What has been handled is in the session. A client that is still to be asked for its settings is left to pygls.
    """
    client = session.client
    left: list[bytes] = []
    if client.pulls_configuration and not gives_settings(client.options):
        return left
    view: View | None = None
    while (body := read_message(stdin)) is not None:
        message = _object(body)
        method = message.get("method")
        if view is None and method == "textDocument/didOpen" and (view := _opened(session, message)) is not None:
            if client.pulls_diagnostics:
                continue
            write_message(stdout, method="textDocument/publishDiagnostics", params=publication(view))
            return left
        if view is not None and method == "textDocument/diagnostic" and _asks_for(view, message):
            write_message(stdout, id=message["id"], result=report(view))
            return left
        left.append(body)
        if method != "initialized" and not str(method).startswith("$/"):
            return left
    return left


def _object(body: bytes) -> dict[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _opened(session: Session, message: dict[str, Any]) -> View | None:
    """The text that a message opens; None where it is no prototxt, or the message is not as it should be."""
    params = message.get("params")
    document = params.get("textDocument") if isinstance(params, dict) else None
    match document:
        case {"uri": str(uri), "version": int(version), "text": str(text)} if not looks_like_log(text):
            session.configure(settings_of(session.client.options))
            session.open(uri, version, text)
            return session.view(uri)
    return None


def _asks_for(view: View, message: dict[str, Any]) -> bool:
    match message:
        case {"id": int() | str(), "params": {"textDocument": {"uri": view.uri}}}:
            return True
    return False
