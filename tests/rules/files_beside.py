"""Documents with other files beside them: prototxts as they are, weights and means written as text."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf import text_format

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.kinds import Kind
from caffe_ls.analysis.workspace import open_document
from caffe_ls.settings import Settings
from tests.analysis.disk import Disk
from tests.fixture import FixtureFile
from tests.weights.stored_files import stored

_MESSAGES = {"caffemodel": "NetParameter", "binaryproto": "BlobProto"}


def document_beside(
    path: str, text: str, settings: Settings, others: Sequence[FixtureFile], kind: Kind | None = None
) -> PrototxtDocument:
    """The document of a text; with the files beside it where there are any."""
    if not others:
        return PrototxtDocument(path, text, settings, kind=kind)
    disk = Disk({path: text})
    disk.files.update({other.path: content_of(other) for other in others})
    return open_document(path, text, settings, disk.access, lambda path, data: None, kind=kind)


def content_of(file: FixtureFile) -> bytes:
    """What a file of a fixture holds; a text that is none of the message's stands as it is."""
    message = _MESSAGES.get(file.path.rpartition(".")[2])
    if message is None:
        return file.text.encode()
    try:
        return stored(message, file.text)
    except text_format.ParseError:
        return file.text.encode()
