"""What a client can do and wants, read from the parameters of `initialize` as they came, whatever their shape."""

from __future__ import annotations

from typing import Any, Literal, cast

from caffe_ls.immutable import dataclass

Encoding = Literal["utf-8", "utf-16", "utf-32"]


@dataclass(frozen=True, slots=True)
class Client:
    """The abilities that make a difference to what the server says."""

    encoding: Encoding = "utf-16"
    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    pulls_configuration: bool = False
    watches_files: bool = False
    takes_snippets: bool = False
    takes_document_changes: bool = False
    creates_files: bool = False
    annotates_edits: bool = False
    prepares_renames: bool = False
    takes_code_action_literals: bool = False
    resolves_code_actions: bool = False
    takes_preferred_actions: bool = False
    takes_related_information: bool = False
    takes_markdown: bool = True
    shows_progress: bool = False
    shows_documents: bool = False
    refreshes_code_lenses: bool = False
    refreshes_inlay_hints: bool = False
    most_folding_ranges: int | None = None
    setting_command: str = ""
    report_command: str = ""
    folders: tuple[str, ...] = ()
    options: object = None


def client_of(params: object) -> Client:
    """The client that sent these parameters of `initialize`."""
    abilities = _get(params, "capabilities")
    document, workspace = _get(abilities, "textDocument"), _get(abilities, "workspace")
    completion_item = _get(document, "completion", "completionItem")
    actions, published = _get(document, "codeAction"), _get(document, "publishDiagnostics")
    markup = _get(document, "hover", "contentFormat")
    options = _get(params, "initializationOptions")
    window, folding = _get(abilities, "window"), _get(document, "foldingRange", "rangeLimit")
    return Client(
        encoding=_encoding(_get(abilities, "general", "positionEncodings")),
        pulls_diagnostics=isinstance(_get(document, "diagnostic"), dict),
        refreshes_diagnostics=_get(workspace, "diagnostics", "refreshSupport") is True,
        pulls_configuration=_get(workspace, "configuration") is True,
        watches_files=_get(workspace, "didChangeWatchedFiles", "dynamicRegistration") is True,
        takes_snippets=_get(completion_item, "snippetSupport") is True,
        takes_document_changes=_get(workspace, "workspaceEdit", "documentChanges") is True,
        creates_files="create" in _list(_get(workspace, "workspaceEdit", "resourceOperations")),
        annotates_edits=isinstance(_get(workspace, "workspaceEdit", "changeAnnotationSupport"), dict),
        prepares_renames=_get(document, "rename", "prepareSupport") is True,
        takes_code_action_literals=isinstance(_get(actions, "codeActionLiteralSupport"), dict),
        resolves_code_actions="edit" in _list(_get(actions, "resolveSupport", "properties"))
        and _get(actions, "dataSupport") is True,
        takes_preferred_actions=_get(actions, "isPreferredSupport") is True,
        takes_related_information=_get(published, "relatedInformation") is True
        or _get(document, "diagnostic", "relatedInformation") is True,
        takes_markdown=not isinstance(markup, list) or not markup or "markdown" in markup,
        shows_progress=_get(window, "workDoneProgress") is True,
        shows_documents=_get(window, "showDocument", "support") is True,
        refreshes_code_lenses=_get(workspace, "codeLens", "refreshSupport") is True,
        refreshes_inlay_hints=_get(workspace, "inlayHint", "refreshSupport") is True,
        most_folding_ranges=folding if isinstance(folding, int) else None,
        setting_command=_text(_get(options, "settingCommand")),
        report_command=_text(_get(options, "reportCommand")),
        folders=_folders(params),
        options=options,
    )


def _get(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _encoding(offered: Any) -> Encoding:
    for encoding in _list(offered):
        if encoding in ("utf-8", "utf-16", "utf-32"):
            return cast("Encoding", encoding)
    return "utf-16"


def _folders(params: Any) -> tuple[str, ...]:
    """The URIs of the folders that are open."""
    uris = [_get(folder, "uri") for folder in _list(_get(params, "workspaceFolders"))] or [_get(params, "rootUri")]
    return tuple(uri for uri in uris if isinstance(uri, str))
