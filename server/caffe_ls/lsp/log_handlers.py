"""Which function answers which message about a log."""

from __future__ import annotations

import asyncio
import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from caffe_ls.features.log_view import LogView
from caffe_ls.lsp.log_file import LogFile, newest_logs
from caffe_ls.lsp.log_reading import Hearers, LogReading, read_to_end
from caffe_ls.lsp.open_log import EditedLog, FollowedLog
from caffe_ls.lsp.uris import path_of, uri_of

if TYPE_CHECKING:
    from caffe_ls.analysis.documents import PrototxtDocument
    from caffe_ls.lsp.handlers import Server

REPORT_CHANGED = "caffe/logReportChanged"
"""A notification with a log's `uri`: its report, which `caffe-ls.logReport` gives, says more than before."""


# Life.


def opened(server: Server, uri: str) -> None:
    """A log was opened, or has changed: read the rest of it."""
    reading(server).begin(uri)


def closed(server: Server, uri: str) -> None:
    """A log was closed."""
    reading(server).end(uri)
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


def publish_all(server: Server) -> None:
    """What logs are judged by has changed."""
    for log in server.session.logs:
        _all_read(server, log.uri)


def reading(server: Server) -> LogReading:
    """What reads the session's logs."""
    if server.log_reading is None:
        hearers = Hearers(functools.partial(_more_read, server), functools.partial(_all_read, server))
        server.log_reading = LogReading(server.session.logs, server.client, server.work_done_progress, hearers)
    return server.log_reading


def _more_read(server: Server, uri: str) -> None:
    server.protocol.notify(REPORT_CHANGED, {"uri": uri})
    server.refresh_lenses()


def _all_read(server: Server, uri: str) -> None:
    from caffe_ls.features.log_diagnostics import log_diagnostics

    view, log = server.session.logs.view(uri), server.session.logs.get(uri)
    if view is None or log is None:
        return
    if log.is_text:
        told = types.PublishDiagnosticsParams(uri, log_diagnostics(view), view.version)
        server.text_document_publish_diagnostics(told)
    _more_read(server, uri)


# Requests about a log.


def _hover(view: LogView, params: types.HoverParams) -> types.Hover | None:
    from caffe_ls.features.log_hover import log_hover

    return log_hover(view, params.position)


def _definition(view: LogView, params: types.DefinitionParams) -> list[types.Location]:
    from caffe_ls.features.log_definition import log_definition

    return log_definition(view, params.position)


def _references(view: LogView, params: types.ReferenceParams) -> list[types.Location]:
    from caffe_ls.features.log_references import log_references

    return log_references(view, params.position)


def _highlights(view: LogView, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
    from caffe_ls.features.log_highlights import log_highlights

    return log_highlights(view, params.position)


def _symbols(view: LogView, _: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    from caffe_ls.features.log_symbols import log_symbols

    return log_symbols(view)


def _folding(view: LogView, _: types.FoldingRangeParams) -> list[types.FoldingRange]:
    from caffe_ls.features.log_folding import log_folding

    return log_folding(view, view.client.most_folding_ranges)


def _links(view: LogView, _: types.DocumentLinkParams) -> list[types.DocumentLink]:
    from caffe_ls.features.log_document_links import log_document_links

    return log_document_links(view)


def _lenses(view: LogView, _: types.CodeLensParams) -> list[types.CodeLens]:
    from caffe_ls.features.log_code_lens import log_code_lens

    return log_code_lens(view)


def _actions(view: LogView, params: types.CodeActionParams) -> list[types.CodeAction]:
    from caffe_ls.features.log_code_actions import log_code_actions

    return log_code_actions(view, params.range, params.context.only)


ANSWERS: dict[str, Callable[[LogView, Any], Any]] = {
    types.TEXT_DOCUMENT_HOVER: _hover,
    types.TEXT_DOCUMENT_DEFINITION: _definition,
    types.TEXT_DOCUMENT_REFERENCES: _references,
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: _highlights,
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: _symbols,
    types.TEXT_DOCUMENT_FOLDING_RANGE: _folding,
    types.TEXT_DOCUMENT_DOCUMENT_LINK: _links,
    types.TEXT_DOCUMENT_CODE_LENS: _lenses,
    types.TEXT_DOCUMENT_CODE_ACTION: _actions,
}
"""By method; a method that is not here has no answer for a log."""


# Commands.


def open_log(server: Server, uri: str) -> bool:
    """Read a log from disk, whatever its size, and follow it; false where there is none."""
    if not server.session.logs.follow(uri):
        return False
    opened(server, uri)
    return True


def close_log(server: Server, uri: str) -> bool:
    """Stop following a log that `open_log` opened."""
    log = server.session.logs.get(uri)
    if log is None or isinstance(log, EditedLog):
        return False
    server.session.logs.close(uri)
    closed(server, uri)
    return True


def log_report(server: Server, uri: str) -> str | None:
    """The readable extract of an open log."""
    from caffe_ls.log_explanation.report import report

    view = server.session.logs.view(uri)
    if view is None:
        return None
    log = server.session.logs.get(uri)
    share, stopped = (1.0, False) if log is None else (log.share, log.cancelled)
    return report(view.document, [verdict[:2] for verdict in view.verdicts] if view.complete else (), share, stopped)


def open_log_report(server: Server, uri: str) -> str | None:
    """Write the extract to a temporary file and have the client show it; the file's path."""
    text = log_report(server, uri)
    if text is None:
        return None
    name = path_of(uri).replace("\\", "/").rpartition("/")[2]
    path = Path(tempfile.mkdtemp(prefix="caffe-ls-"), f"{name}.report.txt")
    path.write_text(text, encoding="utf-8")
    if server.client.shows_documents:
        shown = server.window_show_document(types.ShowDocumentParams(uri_of(str(path)), take_focus=True))
        shown.add_done_callback(lambda future: future.cancelled() or future.exception())
    return str(path)


# From a net to its log.


async def lines_in_newest_log(server: Server, uri: str, layer: str) -> list[types.Location]:
    """The lines about a layer in the newest log of the workspace that belongs to the net of a document."""
    from caffe_ls.features.log_references import lines_of_layer

    net = server.session.view(uri)
    if net is None or not Path(net.document.path).is_absolute():
        return []
    folders, near = list(server.session.folder_paths), str(Path(net.document.path).parent)
    for path in await asyncio.to_thread(lambda: list(newest_logs(folders, near))):
        view = await _log_of_net(server, path, net.document)
        if view is not None:
            return lines_of_layer(view, view.document.record.runs[-1], layer)
    return []


_HEAD = 4 << 20  # bytes in which the net of a log is printed
_MOST_READ = 256 << 20  # bytes of a log that is only searched


async def _log_of_net(server: Server, path: str, net: PrototxtDocument) -> LogView | None:
    """The log at a path, as it is open or on disk, where it is of a net; what is not is not read to its end."""
    from caffe_ls.analysis.log_links import belongs

    logs = server.session.logs
    for known in logs:
        if known.path == path:
            view = logs.view(known.uri)
            return view if view is not None and belongs(net, view.document) else None
    file = LogFile(path)
    state = file.state()
    if state is None or state.size > _MOST_READ:
        return None
    log = FollowedLog(uri_of(path), file)
    while log.growing.text.size < _HEAD and log.read():
        await asyncio.sleep(0)
    if not belongs(net, logs.view_of(log).document):
        return None
    await read_to_end(log, server.client, server.work_done_progress, f"caffe-ls/search-{path}")
    return logs.view_of(log)
