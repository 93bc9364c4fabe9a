"""Which function answers which message; what asks about one prototxt or one log is answered next door."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

import caffe_ls
from caffe_ls.lsp.capabilities import COMMANDS
from caffe_ls.lsp.configuration import SECTION, settings_of
from caffe_ls.lsp.diagnostics import report
from caffe_ls.lsp.protocol import UNREADABLE, Protocol
from caffe_ls.lsp.prototxt_handlers import ANSWERS
from caffe_ls.lsp.publishing import Publisher
from caffe_ls.lsp.session import Session

if TYPE_CHECKING:
    from caffe_ls.lsp.log_reading import LogReading

# How long the first diagnostics wait for the settings that the client was asked for.
_SETTINGS_WAIT = 1.0

_logger = logging.getLogger(__name__)


class Server(LanguageServer):
    """A server for one client; tells errors to the log alone, never to the user in a window."""

    def __init__(self, session: Session) -> None:
        super().__init__("caffe-ls", caffe_ls.__version__, protocol_cls=Protocol)
        self.client = session.client
        self.session = session
        self.publisher = Publisher(session, self._publish, self._ask_to_pull)
        self.was_shut_down = False
        self.log_reading: LogReading | None = None
        for method, handler in _HANDLERS.items():
            self.feature(method)(functools.partial(_guarded, handler, self))
        for method in ANSWERS:
            self.feature(method)(functools.partial(_guarded, functools.partial(_by_document, method), self))
        self.feature(types.TEXT_DOCUMENT_REFERENCES)(_in_turn(_references, self))
        for name, command in zip(COMMANDS, _COMMANDS, strict=True):
            self.command(name)(functools.partial(command, self))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log an error that pygls met."""
        _logger.warning("%s", error)

    def _publish(self, diagnostics: dict[str, Any]) -> None:
        self.protocol.notify(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, diagnostics)

    def _ask_to_pull(self) -> None:
        _when_answered(self.workspace_diagnostic_refresh(None), lambda _: None)

    def refresh_lenses(self) -> None:
        """Have the client ask for code lenses again, where it can be told to."""
        if self.client.refreshes_code_lenses:
            _when_answered(self.workspace_code_lens_refresh(None), lambda _: None)

    def refresh_inlay_hints(self) -> None:
        """Have the client ask for inlay hints again, where it can be told to."""
        if self.client.refreshes_inlay_hints:
            _when_answered(self.workspace_inlay_hint_refresh(None), lambda _: None)


def run(session: Session, stdin: BinaryIO, stdout: BinaryIO) -> bool:
    """Serve the session's client, whose `initialize` is answered, until it leaves; whether it did so in order."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # pygls tells of each message that it cannot use with a traceback; the client is answered, and that is enough.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)
    server = Server(session)
    server.start_io(stdin, stdout)
    return server.was_shut_down


def _guarded(handler: Callable[[Server, Any], Any], server: Server, params: Any) -> Any:
    """Answer with nothing, and log why, where a handler fails."""
    try:
        return handler(server, params)
    except JsonRpcInvalidParams:
        raise
    except Exception:
        _logger.exception("%s failed; please report it", _name_of(handler))
        return None


def _in_turn(handler: Callable[[Server, Any], Awaitable[Any]], server: Server) -> Callable[[Any], Awaitable[Any]]:
    """As `_guarded`, of a handler that takes its time while the server does other work."""

    async def guarded(params: Any) -> Any:
        try:
            return await handler(server, params)
        except Exception:
            _logger.exception("%s failed; please report it", _name_of(handler))
            return None

    return guarded


def _name_of(handler: Any) -> str:
    return str(handler.args[0]) if isinstance(handler, functools.partial) else handler.__name__.strip("_")


def _by_document(method: str, server: Server, params: Any) -> Any:
    """Answer a request by the kind of its document: logs have answers of their own."""
    uri = params.text_document.uri
    if not server.session.has_log(uri):
        view, answer = server.session.view(uri), ANSWERS.get(method)
        return None if view is None or answer is None else answer(view, params)
    from caffe_ls.lsp import log_handlers

    log, answer_of_log = server.session.logs.view(uri), log_handlers.ANSWERS.get(method)
    return None if log is None or answer_of_log is None else answer_of_log(log, params)


# Life and surroundings.


def _initialized(server: Server, _: types.InitializedParams) -> None:
    server.session.configure(settings_of(server.client.options))
    if server.client.watches_files:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = types.Registration("watched-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        asked = server.client_register_capability(types.RegistrationParams([registration]))
        _when_answered(asked, lambda _: None)
    _ask_for_settings(server)


def _ask_for_settings(server: Server) -> None:
    if not server.client.pulls_configuration:
        return

    folders = server.session.folders

    def take(answer: Any) -> None:
        values, *of_folders = answer if isinstance(answer, (list, tuple)) and answer else [None]
        told = {folder: own for folder, own in zip(folders, of_folders, strict=False) if own is not None}
        _configure(server, server.client.options if values is None else values, told)
        server.publisher.release()

    server.publisher.hold(_SETTINGS_WAIT)
    items = [types.ConfigurationItem(folder, SECTION) for folder in (None, *folders)]
    _when_answered(server.workspace_configuration(types.ConfigurationParams(items)), take)


def _when_answered(asked: Future[Any], take: Callable[[Any], None]) -> None:
    """Hand on a client's answer; a client that cannot answer, or leaves before it does, is no matter."""

    def done(future: Future[Any]) -> None:
        if future.cancelled() or future.exception() is not None:
            take(None)
        else:
            take(future.result())

    asked.add_done_callback(done)


def _shutdown(server: Server, _: None) -> None:
    server.was_shut_down = True


def _configuration_changed(server: Server, params: types.DidChangeConfigurationParams) -> None:
    if server.client.pulls_configuration:
        _ask_for_settings(server)
    else:
        _configure(server, params.settings)


def _configure(server: Server, values: object, of_folders: Mapping[str, object] = MappingProxyType({})) -> None:
    """Take settings, and those that folders of the workspace have; only others than before make all be told anew."""
    own = {folder: settings_of(told) for folder, told in of_folders.items()}
    if server.session.configure(settings_of(values), own):
        _all_changed(server)


def _files_changed(server: Server, _: object) -> None:
    server.session.reload()
    _all_changed(server)


def _folders_changed(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    event = params.event
    server.session.change_folders([folder.uri for folder in event.added], [folder.uri for folder in event.removed])
    _all_changed(server)
    _ask_for_settings(server)


def _unreadable(_: Server, method: str) -> None:
    raise JsonRpcInvalidParams(message=f"the parameters of `{method}` are not those of the protocol")


# Texts.


def _opened(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    server.session.open(document.uri, document.version, document.text)
    _has_changed(server, document.uri, server.publisher.opened)


def _changed(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    document = params.text_document
    if server.session.change(document.uri, document.version, params.content_changes):
        _has_changed(server, document.uri, server.publisher.changed)


def _has_changed(server: Server, uri: str, publish: Callable[[str], None]) -> None:
    if server.session.has_log(uri):
        from caffe_ls.lsp.log_handlers import opened

        opened(server, uri)
    else:
        publish(uri)


def _closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    was_log = server.session.has_log(uri)
    if not server.session.close(uri):
        return
    if was_log:
        from caffe_ls.lsp.log_handlers import closed

        closed(server, uri)
    else:
        server.publisher.closed(uri)


def _all_changed(server: Server) -> None:
    """Tell anew what is known of open documents and logs: something besides their texts has changed."""
    server.publisher.all_changed()
    server.refresh_lenses()
    server.refresh_inlay_hints()
    if server.log_reading is not None:
        from caffe_ls.lsp.log_handlers import publish_all

        publish_all(server)


# Requests that are no single document's, or take their time.


def _resolve_completion(server: Server, item: types.CompletionItem) -> types.CompletionItem:
    from caffe_ls.features.completion import about_of, resolve

    about = about_of(item)
    view = None if about is None else server.session.view(about[0])
    return item if view is None or about is None else resolve(view, item, about[1])


def _resolve_code_action(server: Server, action: types.CodeAction) -> types.CodeAction:
    from caffe_ls.features.building_actions import resolve_building_action

    uri = action.data.get("uri") if isinstance(action.data, dict) else None
    resolved = resolve_building_action(server.session.view(uri) if isinstance(uri, str) else None, action)
    if resolved.disabled is not None:
        # Editors apply what has no edit without a word.
        told = f"Nothing to do: {resolved.disabled.reason}."
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, told))
    return resolved


def _workspace_symbols(server: Server, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
    from caffe_ls.features.workspace_symbols import workspace_symbols

    return workspace_symbols(server.session.with_neighbours(), params.query)


def _diagnostics(server: Server, params: types.DocumentDiagnosticParams) -> dict[str, Any]:
    """Those of logs are published when a log has been read, which may take a while."""
    return report(server.session.view(params.text_document.uri), params.previous_result_id)


async def _references(server: Server, params: types.ReferenceParams) -> list[types.Location] | None:
    uri = params.text_document.uri
    if server.session.has_log(uri):
        found: list[types.Location] | None = _by_document(types.TEXT_DOCUMENT_REFERENCES, server, params)
        return found
    from caffe_ls.analysis.log_links import layer_at
    from caffe_ls.analysis.net_names import names_of
    from caffe_ls.features.references import references
    from caffe_ls.lsp.log_handlers import lines_in_newest_log

    view = server.session.view(uri)
    if view is None:
        return None
    offset = view.offset(params.position)
    place = names_of(view.document).at(offset)
    here = references(view, offset, params.context.include_declaration)
    # Of a blob only the net's own places are wanted; anywhere else a layer is asked for, and its log speaks of it.
    layer = layer_at(view.document, offset) if place is None or place.kind == "layer" else None
    return [*here, *(await lines_in_newest_log(server, uri, layer.name) if layer is not None else ())]


# Commands.


def _document_information(server: Server, uri: str) -> dict[str, object] | None:
    from caffe_ls.features.document_information import document_information

    if server.session.has_log(uri):
        return {"kind": "log", "dialect": None, "title": None, "guessed": None}
    view = server.session.view(uri)
    return None if view is None else document_information(view)


def _open_log(server: Server, uri: str) -> bool:
    from caffe_ls.lsp.log_handlers import open_log

    return open_log(server, uri)


def _close_log(server: Server, uri: str) -> bool:
    from caffe_ls.lsp.log_handlers import close_log

    return close_log(server, uri)


def _log_report(server: Server, uri: str) -> str | None:
    from caffe_ls.lsp.log_handlers import log_report

    return log_report(server, uri)


def _open_log_report(server: Server, uri: str) -> str | None:
    from caffe_ls.lsp.log_handlers import open_log_report

    return open_log_report(server, uri)


_WATCHED = (
    "**/*.prototxt", "**/caffe.proto", "**/caffe-ls.toml", "**/*.py",
    "**/*.caffemodel", "**/*.caffemodel.h5", "**/*.binaryproto", "**/data.mdb",
)  # fmt: skip

_HANDLERS: dict[str, Callable[[Server, Any], Any]] = {
    types.INITIALIZED: _initialized,
    types.SHUTDOWN: _shutdown,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: _configuration_changed,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _files_changed,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: _folders_changed,
    UNREADABLE: _unreadable,
    types.TEXT_DOCUMENT_DID_OPEN: _opened,
    types.TEXT_DOCUMENT_DID_CHANGE: _changed,
    types.TEXT_DOCUMENT_DID_CLOSE: _closed,
    types.TEXT_DOCUMENT_DID_SAVE: _files_changed,
    types.COMPLETION_ITEM_RESOLVE: _resolve_completion,
    types.CODE_ACTION_RESOLVE: _resolve_code_action,
    types.TEXT_DOCUMENT_DIAGNOSTIC: _diagnostics,
    types.WORKSPACE_SYMBOL: _workspace_symbols,
}

# In the order of `capabilities.COMMANDS`.
_COMMANDS: tuple[Callable[[Server, str], Any], ...] = (
    _document_information,
    _open_log,
    _close_log,
    _log_report,
    _open_log_report,
)
