"""The schema of a user's caffe.proto, kept between runs in the user's cache folder."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from caffe_ls.cli.output import tell
from caffe_ls.schema.model import Schema
from caffe_ls.schema.proto_cache import read_proto_through
from caffe_ls.text.source import decode

_CACHE_NAME = "caffe-language-server"


def read_own_schema(path: str, data: bytes) -> Schema | None:
    """The schema of a caffe.proto's content, None when it has none; tells what cannot be read of it."""
    schema, problems = read_proto_through(_Folder(), decode(data), source=path)
    for problem in problems:
        tell(f"{path}:{problem.line}: {problem.message}")
    return schema


class _Folder:
    """The user's cache folder. Where it cannot be used, everything works without it, a little slower."""

    def read(self, key: str) -> str | None:
        try:
            return (self._folder() / key).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None

    def write(self, key: str, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            folder = self._folder()
            folder.mkdir(parents=True, exist_ok=True)
            # Under its own name only when it is whole: another run may be reading.
            handle, unfinished = tempfile.mkstemp(dir=folder, prefix=key)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                Path(unfinished).replace(folder / key)
            except BaseException:
                Path(unfinished).unlink(missing_ok=True)
                raise

    def _folder(self) -> Path:
        from platformdirs import user_cache_path

        return user_cache_path(_CACHE_NAME, appauthor=False)
