"""The files that a net or a solver names: where in the text, and which they are."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal, NamedTuple, cast

from caffe_ls.analysis.disk import FilesBeside, Found
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.python_modules import python_file
from caffe_ls.syntax.tree import Entry, Field, Message, Scalar
from caffe_ls.syntax.values import string_value
from caffe_ls.text.span import Span

_Means = Literal["file", "prefix", "module", "class"]

# Strings that name files: of solvers, of data layers and losses in all forms of the format, and of SSD's layers.
_FILE_FIELDS = frozenset({
    "net", "train_net", "test_net", "weights", "source", "mean_file", "meanfile", "root_folder", "file_name",
    "label_map_file", "name_size_file", "output_directory", "save_file",
})  # fmt: skip
_MEANS: dict[str, _Means] = {"snapshot_prefix": "prefix", **dict.fromkeys(_FILE_FIELDS, "file")}
_MOST_MENTIONS = 2_000  # Each may be looked for on the disk.
_PIECE = re.compile(r"[^,\s][^,]*(?<!\s)")


class NamedFile(NamedTuple):
    """A file that is there, or a folder; `span` is the name in the text, `target` a place in the file.

    `found` says how, of a file that the text names by its path.
    """

    span: Span
    path: str
    is_folder: bool = False
    target: Span = Span(0, 0)
    found: Found | None = None


class _Mention(NamedTuple):
    """What an entry names, with the place in it; `module` is that of a Python layer's class."""

    span: Span
    written: str
    means: _Means
    module: str = ""


def named_files(document: PrototxtDocument) -> tuple[NamedFile, ...]:
    """The files that a text names and that are there, found as Caffe finds them or as users keep them."""
    known = document.cache.get(named_files)
    if known is None:
        files = document.context.files
        found = () if files is None or document.kind == "other" else tuple(_found(document, files))
        known = document.cache[named_files] = found
    return cast("tuple[NamedFile, ...]", known)


def _found(document: PrototxtDocument, files: FilesBeside) -> Iterator[NamedFile]:
    mentions = ((base, mention) for base, entry in document.file for mention in _mentions(entry))
    for base, mention in islice(mentions, _MOST_MENTIONS):
        found = _file_of(mention, files)
        if found is not None:
            yield found._replace(span=mention.span.shift(base))


def _file_of(mention: _Mention, files: FilesBeside) -> NamedFile | None:
    if mention.means in ("file", "prefix"):
        written = mention.written if mention.means == "file" else posixpath.dirname(mention.written)
        path, found = files.search(written)
        return None if path is None else NamedFile(mention.span, path, files.access.stored(path) is None, found=found)
    python = python_file(mention.module, files)
    if python is None:
        return None
    if mention.means == "module":
        return NamedFile(mention.span, python.path)
    known = python.classes.get(mention.written)
    return None if known is None else NamedFile(mention.span, python.path, target=known.span)


def _mentions(entry: Entry) -> tuple[_Mention, ...]:
    known = entry.cache.get(_mentions)
    if known is None:
        found = () if entry.field is None else tuple(_mentions_in([entry.field]))
        known = entry.cache[_mentions] = found
    return cast("tuple[_Mention, ...]", known)


def _mentions_in(fields: list[Field]) -> Iterator[_Mention]:
    waiting = [fields]
    while waiting:
        for field in waiting.pop():
            for value in field.values:
                if isinstance(value, Message):
                    waiting.append(value.fields)
                    if field.name == "python_param":
                        yield from _python_mentions(value)
                elif field.name in _MEANS:
                    yield from _pieces(field.name, value)


def _pieces(field: str, value: Scalar) -> Iterator[_Mention]:
    """The names in a value: several of `weights`, with commas between."""
    written = string_value(value)
    if not written:
        return
    inside = written_span(value)
    if field != "weights" or inside == value.span:
        yield _Mention(inside, written, _MEANS[field])
        return
    for piece in _PIECE.finditer(written):
        yield _Mention(Span(*piece.span()).shift(inside.start), piece[0], "file")


def _python_mentions(message: Message) -> Iterator[_Mention]:
    given = {
        name: field.value
        for name in ("module", "layer")
        if (field := message.first(name)) is not None and isinstance(field.value, Scalar)
    }
    module = string_value(given["module"]) if "module" in given else None
    if not module:
        return
    yield _Mention(written_span(given["module"]), module, "module", module)
    name = string_value(given["layer"]) if "layer" in given else None
    if name:
        yield _Mention(written_span(given["layer"]), name, "class", module)


def written_span(value: Scalar) -> Span:
    """Where the text of a string stands without its quotes; the whole value where it is not written in one piece."""
    written = string_value(value)
    plain = written is not None and value.text[1:-1] == written
    return Span(value.start + 1, value.end - 1) if plain else value.span
