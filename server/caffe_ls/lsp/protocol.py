"""pygls' protocol without its copies of the texts, and with an answer to requests that it cannot read."""

from __future__ import annotations

from collections.abc import Generator
from functools import lru_cache
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest
from pygls.protocol import (
    JsonRPCNotification,
    JsonRPCRequestMessage,
    JsonRPCResponseMessage,
    LanguageServerProtocol,
    lsp_method,
)

UNREADABLE = "caffe-ls/unreadable"
"""The method under which a message arrives whose parameters do not fit its own; the parameter is the method meant."""


class Protocol(LanguageServerProtocol):
    """Hands texts to the server's own handlers alone: pygls would keep a second copy, and take other line ends.

    pygls' own workspace is not there, since it never sees `initialize`.
    """

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """The client had its answer before this was loaded; asking again is against the protocol."""
        raise JsonRpcInvalidRequest(message="`initialize` was answered before")

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None

    @lsp_method(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def lsp_workspace__did_change_workspace_folders(
        self, params: types.DidChangeWorkspaceFoldersParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS], (params,), None

    @lru_cache(maxsize=64)  # noqa: B019 - pygls keeps its own so; there is one protocol in a process
    def get_message_type(self, method: str) -> type[Any] | None:
        """None for diagnostics, which are JSON already: they are told before the protocol's types are there."""
        return None if method == types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS else super().get_message_type(method)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """The message as an object; one that cannot be read becomes one of method `UNREADABLE`."""
        answerable = isinstance(data.get("id"), (int, str))
        try:
            if answerable or "id" not in data:
                return super().structure_message(data)
        except JsonRpcException:
            pass
        if "method" not in data:
            return JsonRPCResponseMessage(id=data["id"] if answerable else "", jsonrpc="2.0", result=None)
        method = str(data["method"])
        if answerable:
            return JsonRPCRequestMessage(id=data["id"], method=UNREADABLE, jsonrpc="2.0", params=method)
        return JsonRPCNotification(method=UNREADABLE, jsonrpc="2.0", params=method)
