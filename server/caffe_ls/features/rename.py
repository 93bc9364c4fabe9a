"""Another name for a blob, a layer or a shared parameter, wherever a net names it, in all its states."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.analysis.built_layers import built_layers_at
from caffe_ls.analysis.named_files import written_span
from caffe_ls.analysis.net_names import NamePlace, names_of
from caffe_ls.features.snippets import quoted
from caffe_ls.features.view import View
from caffe_ls.features.workspace_edits import workspace_edit
from caffe_ls.rules.finding import fix
from caffe_ls.syntax.tree import Scalar
from caffe_ls.syntax.values import string_value
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

_WARNING = "layer-name"


class NotRenamedError(Exception):
    """Why a name cannot be given, in words for the user."""


def prepare_rename(view: View, offset: int) -> types.PrepareRenamePlaceholder | None:
    """What would be renamed at `offset`: the name without its quotes; None where no name of a net stands."""
    place = names_of(view.document).at(offset)
    if place is None or not place.name:
        return None
    _check(view, place)
    return types.PrepareRenamePlaceholder(view.range(_inside(view, place.span)), place.name)


def rename(view: View, offset: int, name: str) -> types.WorkspaceEdit | None:
    """The edits that give what is named at `offset` another name; raises NotRenamedError where they would mislead."""
    names = names_of(view.document)
    place = names.at(offset)
    if place is None or not place.name:
        return None
    _check(view, place)
    name = name.strip()
    if not name or "\n" in name:
        raise NotRenamedError("a name has at least one character, and stands on one line")
    if name != place.name and not names.is_free(place, name):
        raise NotRenamedError(f"there is a {_WORDS[place.kind]} `{name}` already")
    edits = [_edit(view, one.span, name) for one in names.same_as(place)]
    edit = workspace_edit(view, fix(f"Rename `{place.name}`", *edits))
    return _with_warning(view, place, edit) if place.kind == "layer" and edit is not None else edit


_WORDS = {"blob": "blob", "layer": "layer", "param": "shared parameter"}


def _check(view: View, place: NamePlace) -> None:
    """Caffe reads the names of some tops as those of data; and what an upgrade makes is not what is written."""
    for one in names_of(view.document).same_as(place):
        if _written(view, one.span) != one.name:
            raise NotRenamedError(
                f"`{one.name}` goes through a padding layer of the oldest form: upgrade the file first"
            )
        if one.kind == "blob" and one.role == "makes":
            for built in built_layers_at(view.document, one.span.start)[:1]:
                if built.layer.type == "HDF5Data":
                    raise NotRenamedError(f"`{one.name}` is the name of a data set in the HDF5 files that are read")


def _edit(view: View, span: Span, name: str) -> Edit:
    inside = _inside(view, span)
    quote = "" if inside == span else view.document.text[span.start]
    return Edit(inside, quoted(name, quote, bool(quote)))


def _inside(view: View, span: Span) -> Span:
    return written_span(_scalar(view, span)).shift(span.start)


def _written(view: View, span: Span) -> str | None:
    return string_value(_scalar(view, span))


def _scalar(view: View, span: Span) -> Scalar:
    return Scalar("string", 0, span.end - span.start, view.document.text[span.start : span.end])


def _with_warning(view: View, place: NamePlace, edit: types.WorkspaceEdit) -> types.WorkspaceEdit:
    """Weights are found by the layer's name (net.cpp, Net::CopyTrainedLayersFrom): have the user think of them."""
    built = built_layers_at(view.document, place.span.start)
    if not view.client.annotates_edits or (built and all(one.layer.param_shapes == () for one in built)):
        return edit
    for change in edit.document_changes or ():
        if isinstance(change, types.TextDocumentEdit):
            change.edits = [
                types.AnnotatedTextEdit(_WARNING, one.range, one.new_text)
                for one in change.edits
                if isinstance(one, types.TextEdit)
            ]
    edit.change_annotations = {
        _WARNING: types.ChangeAnnotation(
            f"Rename the layer `{place.name}`",
            needs_confirmation=bool(view.document.context.weights),
            description=f"weights saved under `{place.name}` will not be loaded into it any more",
        )
    }
    return edit
