"""What a feature may know: one version of an open document, and whom the answer is for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.features import positions
from caffe_ls.features.client import Client
from caffe_ls.immutable import dataclass, field
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding
from caffe_ls.text.source import Source
from caffe_ls.text.span import Span

if TYPE_CHECKING:
    from lsprotocol import types


@dataclass(frozen=True)
class Elsewhere:
    """Other files: their texts where these are at hand, and the URIs by which the client knows them."""

    source_of: Callable[[str], Source | None]
    uri_of: Callable[[str], str]


@dataclass(frozen=True)
class View:
    """An immutable snapshot; places go in and out of it as the client counts them."""

    uri: str
    version: int
    document: PrototxtDocument
    client: Client
    elsewhere: Elsewhere = field(repr=False)
    state: str = ""
    """A name for what the document's findings depend on; another one whenever they may differ."""

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the rules say of this version."""
        return check(self.document)

    def offset(self, position: types.Position) -> int:
        """The offset of a position; one outside the text counts as the nearest place in it."""
        return positions.offset_at(self.document.source, position, self.client.encoding)

    def span(self, place: types.Range) -> Span:
        """The span of a range."""
        return positions.span_at(self.document.source, place, self.client.encoding)

    def range(self, span: Span) -> types.Range:
        """The range of a span."""
        return positions.range_of(self.document.source, span, self.client.encoding)

    def location(self, path: str | None, span: Span) -> types.Location | None:
        """The place of a span in this document, or in the file at `path`; None where that file's text is not known."""
        from lsprotocol import types

        file = self.file(path)
        return (
            None if file is None else types.Location(file[0], positions.range_of(file[1], span, self.client.encoding))
        )

    def file(self, path: str | None) -> tuple[str, Source] | None:
        """URI and text of this document, or of the file at `path`; None where its text is not known."""
        if path is None or path == self.document.path:
            return self.uri, self.document.source
        source = self.elsewhere.source_of(path)
        return None if source is None else (self.elsewhere.uri_of(path), source)
