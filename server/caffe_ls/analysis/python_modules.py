"""The files of Python layers, found beside the net and read as text: nothing of them is ever run."""

# ruff: noqa: PTH118, PTH120 - paths are strings here, and os.path's functions on them are pure and fast

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

from caffe_ls.analysis.configuration import ancestors
from caffe_ls.analysis.disk import FilesBeside
from caffe_ls.immutable import dataclass
from caffe_ls.text.source import decode
from caffe_ls.text.span import Span

# The folders that users and Caffe's own examples put on PYTHONPATH, beside a net or above it.
_FOLDERS = ("", "python", "lib", "layers", "python_layers", "pylayers", "src", "scripts", "tools", "utils", "code")
_LARGEST = 2_000_000

_STRING_OR_COMMENT = re.compile(
    r"#[^\n]*|\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)
_CLASS = re.compile(r"^([ \t]*)class[ \t]+(\w+)[ \t]*(?:\(([^)]*)\))?[ \t]*:", re.MULTILINE)
_METHOD = re.compile(r"^[ \t]+(?:async[ \t]+)?def[ \t]+(\w+)|^[ \t]+(\w+)[ \t]*=", re.MULTILINE)
# With these, names come to be that nobody wrote.
_DYNAMIC = re.compile(r"\bimport[ \t]*\*|\bexec\b|\bglobals[ \t]*\(|\bsetattr[ \t]*\(|\b__getattr__\b|\btype[ \t]*\(")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class PythonClass:
    """A class as written: where its name stands in the file, its bases' names, what its body defines, and its text."""

    name: str
    span: Span
    bases: tuple[str, ...]
    defines: frozenset[str]
    body: str

    @property
    def is_plain_layer(self) -> bool:
        """Whether it is derived from Caffe's own class of layers and nothing else."""
        return self.bases in (("caffe.Layer",), ("Layer",))


@dataclass(frozen=True, slots=True)
class PythonFile:
    """A module's file: its classes by name, and all words of its code.

    One that `makes_names` may have classes that are not written in it.
    """

    path: str
    classes: dict[str, PythonClass]
    words: frozenset[str]
    makes_names: bool


def python_file(module: str, files: FilesBeside) -> PythonFile | None:
    """The file of a module as Python would find it from the folders that users start it from; None where none is."""
    parts = module.split(".")
    if not all(part.isidentifier() or part.replace("-", "_").isidentifier() for part in parts):
        return None
    folder = os.path.dirname(files.path)
    key = (python_file, module, folder, files.start_directory, files.top, files.python_path)
    return files.access.once(key, lambda: _look_for(os.path.join(*parts), folder, files))


def modules_beside(files: FilesBeside) -> tuple[str, ...]:
    """The names of the modules in a net's own folder."""
    folder = os.path.dirname(files.path)
    key = (modules_beside, folder)
    return files.access.once(
        key, lambda: tuple(sorted(name[:-3] for name in files.access.names_in(folder) if name.endswith(".py")))
    )


def _look_for(relative: str, folder: str, files: FilesBeside) -> PythonFile | None:
    for place in _places(folder, files):
        for path in (os.path.join(place, f"{relative}.py"), os.path.join(place, relative, "__init__.py")):
            stored = files.access.stored(path)
            if stored is not None and stored.size <= _LARGEST:
                data = files.access.read(path)
                if data is not None:
                    return _outlined(path, decode(data))
    return None


def _places(folder: str, files: FilesBeside) -> Iterator[str]:
    yield from files.python_path
    starts = [files.start_directory] if files.start_directory else []
    for start in (*starts, *ancestors(folder, files.top)):
        for name in _FOLDERS:
            yield os.path.join(start, name) if name else start


@lru_cache(maxsize=64)
def _outlined(path: str, text: str) -> PythonFile:
    code = _STRING_OR_COMMENT.sub(_blank, text)
    classes: dict[str, PythonClass] = {}
    for found in _CLASS.finditer(code):
        end = _end_of_block(code, found.end(), len(found[1].expandtabs()))
        bases = tuple(base.strip() for base in (found[3] or "").split(",") if base.strip())
        defines = frozenset(one or other for one, other in _METHOD.findall(code[found.end() : end]))
        classes[found[2]] = PythonClass(found[2], Span(*found.span(2)), bases, defines, text[found.end() : end])
    return PythonFile(path, classes, frozenset(_WORD.findall(code)), _DYNAMIC.search(code) is not None)


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _end_of_block(code: str, start: int, indent: int) -> int:
    """Where the block that begins behind a colon ends: before the first line that is indented no further."""
    at = code.find("\n", start)
    while at >= 0:
        following = code.find("\n", at + 1)
        line = code[at + 1 : following if following >= 0 else len(code)]
        if line.strip() and len(line.expandtabs()) - len(line.expandtabs().lstrip()) <= indent:
            return at + 1
        at = following
    return len(code)
