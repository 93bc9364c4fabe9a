"""What the server offers, as the protocol's JSON: told before anything heavy is imported."""

from __future__ import annotations

from typing import Any

import caffe_ls
from caffe_ls.features.client import Client

TRIGGER_CHARACTERS = ('"', "'", ":", " ", "[", ",")
COMMANDS = (
    "caffe-ls.documentInformation",
    "caffe-ls.openLog",
    "caffe-ls.closeLog",
    "caffe-ls.logReport",
    "caffe-ls.openLogReport",
)
CODE_ACTION_KINDS = ("quickfix", "source.fixAll", "refactor.caffe")


def initialize_result(client: Client) -> dict[str, Any]:
    """The answer to `initialize`. A method named here has its handler in `prototxt_handlers.py` or `handlers.py`."""
    capabilities: dict[str, Any] = {
        "positionEncoding": client.encoding,
        "textDocumentSync": {"openClose": True, "change": 2, "save": True},
        "hoverProvider": True,
        "completionProvider": {"triggerCharacters": list(TRIGGER_CHARACTERS), "resolveProvider": True},
        "documentFormattingProvider": True,
        "documentRangeFormattingProvider": True,
        "definitionProvider": True,
        "referencesProvider": True,
        "documentHighlightProvider": True,
        "documentSymbolProvider": True,
        "foldingRangeProvider": True,
        "workspaceSymbolProvider": True,
        "inlayHintProvider": True,
        "documentLinkProvider": {"resolveProvider": False},
        "codeLensProvider": {"resolveProvider": False},
        "renameProvider": {"prepareProvider": True} if client.prepares_renames else True,
        "executeCommandProvider": {"commands": list(COMMANDS)},
        "workspace": {"workspaceFolders": {"supported": True, "changeNotifications": True}},
    }
    if client.takes_code_action_literals:
        capabilities["codeActionProvider"] = {"codeActionKinds": list(CODE_ACTION_KINDS), "resolveProvider": True}
    if client.pulls_diagnostics:
        capabilities["diagnosticProvider"] = {
            "identifier": "caffe-ls",
            "interFileDependencies": True,
            "workspaceDiagnostics": False,
        }
    return {"capabilities": capabilities, "serverInfo": {"name": "caffe-ls", "version": caffe_ls.__version__}}
