"""Which function answers which request about a net or a solver: one feature is called, its answer goes out.

A feature is imported when it is first asked for: diagnostics come before all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from caffe_ls.features.view import View

_Answer = TypeVar("_Answer")


def _hover(view: View, params: types.HoverParams) -> types.Hover | None:
    from caffe_ls.features.hover import hover

    return hover(view, view.offset(params.position))


def _completion(view: View, params: types.CompletionParams) -> types.CompletionList:
    from caffe_ls.features.completion import completion

    typed = (params.context and params.context.trigger_character) or ""
    return completion(view, view.offset(params.position), typed)


def _code_actions(view: View, params: types.CodeActionParams) -> list[types.CodeAction]:
    from caffe_ls.features.code_actions import code_actions

    return code_actions(view, view.span(params.range), params.context.only)


def _formatting(view: View, params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
    from caffe_ls.features.formatting import formatting

    return formatting(view, params.options)


def _range_formatting(view: View, params: types.DocumentRangeFormattingParams) -> list[types.TextEdit] | None:
    from caffe_ls.features.formatting import formatting

    return formatting(view, params.options, view.span(params.range))


def _definition(view: View, params: types.DefinitionParams) -> list[types.Location]:
    from caffe_ls.features.definition import definition

    return definition(view, view.offset(params.position))


def _highlights(view: View, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
    from caffe_ls.features.highlights import highlights

    return highlights(view, view.offset(params.position))


def _symbols(view: View, _: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    from caffe_ls.features.document_symbols import document_symbols

    return document_symbols(view)


def _folding(view: View, _: types.FoldingRangeParams) -> list[types.FoldingRange]:
    from caffe_ls.features.folding import folding

    return folding(view, view.client.most_folding_ranges)


def _links(view: View, _: types.DocumentLinkParams) -> list[types.DocumentLink]:
    from caffe_ls.features.document_links import document_links

    return document_links(view)


def _lenses(view: View, _: types.CodeLensParams) -> list[types.CodeLens]:
    from caffe_ls.features.net_code_lens import net_code_lens

    return net_code_lens(view)


def _inlay_hints(view: View, params: types.InlayHintParams) -> list[types.InlayHint]:
    from caffe_ls.features.inlay_hints import inlay_hints

    return inlay_hints(view, view.span(params.range))


def _prepare_rename(view: View, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    from caffe_ls.features.rename import prepare_rename

    return _or_why_not(lambda: prepare_rename(view, view.offset(params.position)))


def _rename(view: View, params: types.RenameParams) -> types.WorkspaceEdit | None:
    from caffe_ls.features.rename import rename

    return _or_why_not(lambda: rename(view, view.offset(params.position), params.new_name))


def _or_why_not(answer: Callable[[], _Answer]) -> _Answer:
    """The answer, or the reason why there is none as an error that clients show."""
    from caffe_ls.features.rename import NotRenamedError

    try:
        return answer()
    except NotRenamedError as error:
        raise JsonRpcInvalidParams(message=str(error)) from None


ANSWERS: dict[str, Callable[[View, Any], Any]] = {
    types.TEXT_DOCUMENT_HOVER: _hover,
    types.TEXT_DOCUMENT_COMPLETION: _completion,
    types.TEXT_DOCUMENT_CODE_ACTION: _code_actions,
    types.TEXT_DOCUMENT_FORMATTING: _formatting,
    types.TEXT_DOCUMENT_RANGE_FORMATTING: _range_formatting,
    types.TEXT_DOCUMENT_DEFINITION: _definition,
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: _highlights,
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: _symbols,
    types.TEXT_DOCUMENT_FOLDING_RANGE: _folding,
    types.TEXT_DOCUMENT_DOCUMENT_LINK: _links,
    types.TEXT_DOCUMENT_CODE_LENS: _lenses,
    types.TEXT_DOCUMENT_INLAY_HINT: _inlay_hints,
    types.TEXT_DOCUMENT_PREPARE_RENAME: _prepare_rename,
    types.TEXT_DOCUMENT_RENAME: _rename,
}
"""By method; a method that is not here has no answer for a prototxt."""
