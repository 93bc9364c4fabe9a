"""What documents depend on besides their own text: settings files, linked files, the user's caffe.proto."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from types import MappingProxyType

from caffe_ls.analysis.configuration import find_configuration, folders_below, weights_below
from caffe_ls.analysis.disk import Access, FilesBeside
from caffe_ls.analysis.documents import Context, PrototxtDocument
from caffe_ls.analysis.workspace import context_of, open_document
from caffe_ls.schema import catalog
from caffe_ls.schema.model import Schema
from caffe_ls.settings import Settings
from caffe_ls.text.source import decode
from caffe_ls.wire.stored_bytes import StoredBytes

_LARGEST_FILE = 64 * 1024 * 1024

_logger = logging.getLogger(__name__)


class Surroundings:
    """The disk and the editor's settings as they are now; after a change there, make new ones."""

    def __init__(
        self,
        folders: Sequence[str] = (),
        settings: Settings | None = None,
        of_folders: Mapping[str, Settings] = MappingProxyType({}),
    ) -> None:
        self._folders = tuple(os.path.normpath(folder) for folder in folders if folder)
        self._settings = _with_known_dialect(settings or Settings())
        self._of_folders = {os.path.normpath(folder): _with_known_dialect(told) for folder, told in of_folders.items()}
        self._access = Access(cache(_read), cache(_names_in), stored_at=cache(_stored_at))
        self._settings_of_folder = cache(self._find_settings)

    def document(self, path: str, text: str) -> PrototxtDocument:
        """The document of a text, as the files around `path` and the settings say it is to be judged."""
        settings = self.settings_at(path)
        if not Path(path).is_absolute():
            return PrototxtDocument(path, text, settings)
        return open_document(path, text, settings, self._access, _read_schema, top=self.top(path), shown_path=path)

    def again(self, known: PrototxtDocument) -> PrototxtDocument:
        """The same for a document that is there already, whose tree, with all that is kept in it, stays."""
        path, text, settings = known.path, known.text, self.settings_at(known.path)
        context: Context | None = None
        if Path(path).is_absolute():
            context = context_of(path, known.file, known.kind, settings, self._access, _read_schema, "", self.top(path))
        return PrototxtDocument(path, text, settings, context=context, file=known.file, carried=known.carried)

    def read(self, path: str) -> bytes | None:
        """The content of a file on disk; None where there is none to be had."""
        return self._access.read(path)

    def find_file(self, path: str, written: str) -> str | None:
        """The file that `written` means in the file at `path`; None where there is none."""
        return FilesBeside(path, self._access, "", self.top(path)).find(written)

    @property
    def access(self) -> Access:
        """How the disk is seen, until something changes there."""
        return self._access

    def settings_at(self, path: str) -> Settings:
        """The settings in force for a file."""
        pure = Path(path)
        return self._settings_of_folder(str(pure.parent)) if pure.is_absolute() else self._settings

    def _find_settings(self, folder: str) -> Settings:
        found = find_configuration(folder, self._access.read, self._settings_in(folder), self.top(folder))
        for problem in found.problems:
            _logger.warning("%s, line %s: %s", problem.path, problem.line or "unknown", problem.message)
        return found.settings

    def _settings_in(self, folder: str) -> Settings:
        """The editor's settings, of the workspace's folder or of all; a relative path in them is one of that folder."""
        top = self.top(folder)
        settings, base = self._of_folders.get(top, self._settings), top or folder
        if settings.proto:
            settings = settings._replace(proto=str(Path(base, settings.proto)))
        if settings.weights:
            settings = settings._replace(weights=weights_below(base, settings.weights))
        if settings.python_path:
            settings = settings._replace(python_path=folders_below(base, settings.python_path))
        return settings

    def top(self, path: str) -> str:
        """The innermost folder of the workspace that holds `path`; empty where none does."""
        holders = [folder for folder in self._folders if Path(path).is_relative_to(folder)]
        return max(holders, key=len, default="")


def _with_known_dialect(settings: Settings) -> Settings:
    if settings.dialect in ("", "auto"):
        return settings
    try:
        catalog.load(settings.dialect)
    except ValueError as error:
        _logger.warning("%s", error)
        return settings._replace(dialect="auto")
    return settings


def _read(path: str) -> bytes | None:
    try:
        # A device would never end, a named pipe never begin, and nothing that prototxts name is huge.
        found = Path(path).stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST_FILE:
            return None
        return Path(path).read_bytes()
    except (OSError, ValueError):
        return None


def _stored_at(path: str) -> StoredBytes | None:
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return StoredBytes(found.st_size, partial(_read_at, path)) if stat.S_ISREG(found.st_mode) else None


def _read_at(path: str, offset: int, length: int) -> bytes:
    try:
        with Path(path).open("rb", buffering=0) as file:
            file.seek(offset)
            return file.read(length)
    except OSError:
        return b""


def _names_in(folder: str) -> Sequence[str]:
    try:
        return [entry.name for entry in Path(folder).iterdir()]
    except (OSError, ValueError):
        return ()


# The same content stays the same schema when other files change: entries keep their findings by schema.
@lru_cache(maxsize=4)
def _read_schema(path: str, data: bytes) -> Schema | None:
    from caffe_ls.schema.proto_file import read_proto

    schema, problems = read_proto(decode(data))
    for problem in problems:
        _logger.warning("%s, line %s: %s", path, problem.line, problem.message)
    return schema
