"""The settings in force for a file, from the nearest `caffe-ls.toml`."""

# ruff: noqa: PTH118, PTH120 - paths are strings here, and os.path's functions on them are pure and fast

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from caffe_ls.immutable import dataclass, field
from caffe_ls.schema import catalog
from caffe_ls.settings import Settings, settings_from
from caffe_ls.text.source import decode

CONFIGURATION_NAME = "caffe-ls.toml"

CATEGORY_NAMES = ("format", "verdict", "training", "log", "style")

Read = Callable[[str], "bytes | None"]

# Folders above a file that are looked at; deeper trees exist only by mistake.
ANCESTOR_LIMIT = 64

_PLACE_OF_ERROR = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


class ConfigurationProblem(NamedTuple):
    """Something wrong in a settings file; `line` from 1, None where it is not known."""

    path: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings and the file that they are from; `path` "" where there is none."""

    path: str = ""
    settings: Settings = field(default_factory=Settings)
    problems: tuple[ConfigurationProblem, ...] = ()


def ancestors(folder: str, top: str = "") -> Iterator[str]:
    """A folder and those above it, up to `top` or else to the file system's root; a bounded number."""
    top = os.path.normpath(top) if top else ""
    for _ in range(ANCESTOR_LIMIT):
        yield folder
        above = os.path.dirname(folder)
        if folder in (above, top) or not above:
            return
        folder = above


def find_configuration(folder: str, read: Read, base: Settings | None = None, top: str = "") -> Configuration:
    """The configuration in force in a folder, given by its absolute path: `caffe-ls.toml` there or nearest above it."""
    for ancestor in ancestors(folder, top):
        path = os.path.join(ancestor, CONFIGURATION_NAME)
        data = read(path)
        if data is not None:
            return parse_configuration(path, data, base)
    return Configuration(settings=base or Settings())


def parse_configuration(path: str, data: bytes, base: Settings | None = None) -> Configuration:
    """The settings that a settings file's content gives, over `base`; what is wrong costs that setting alone."""
    settings = base or Settings()
    text = decode(data).removeprefix("\ufeff")
    try:
        values = _parse_toml(text)
    except ValueError as error:
        return Configuration(path, settings, (_syntax_problem(path, text, str(error)),))
    problems: list[ConfigurationProblem] = []
    for name, value in values.items():
        settings, told = settings_from({name: value}, settings)
        problems += [ConfigurationProblem(path, _line_of(name, text), message) for message in told]
    settings, dialect_problem = _with_known_dialect(settings)
    if dialect_problem:
        problems.append(ConfigurationProblem(path, _line_of("dialect", text), dialect_problem))
    if settings.proto and "proto" in values:
        folder = os.path.dirname(path)
        settings = settings._replace(proto=os.path.normpath(os.path.join(folder, settings.proto)))
    if settings.weights and "weights" in values:
        settings = settings._replace(weights=weights_below(os.path.dirname(path), settings.weights))
    if "python_path" in {name.replace("-", "_") for name in values}:
        settings = settings._replace(python_path=folders_below(os.path.dirname(path), settings.python_path))
    return Configuration(path, settings, tuple(problems))


def weights_below(folder: str, weights: str) -> str:
    """The setting `weights` with each of its paths that is relative being one of a folder."""
    names = (name.strip() for name in weights.split(","))
    return ",".join(os.path.normpath(os.path.join(folder, name)) for name in names if name)


def folders_below(folder: str, folders: tuple[str, ...]) -> tuple[str, ...]:
    """The setting `python_path` with each of its folders that is relative being one below a folder."""
    return tuple(os.path.normpath(os.path.join(folder, one)) for one in folders if one)


def unknown_rules(
    configuration: Configuration, data: bytes, rule_names: Collection[str]
) -> tuple[ConfigurationProblem, ...]:
    """Problems for the names in `select`, `ignore` and `rules` that are neither a rule's nor a category's."""
    settings, text = configuration.settings, decode(data)
    named = [*settings.select, *settings.ignore, *settings.rules]
    return tuple(
        ConfigurationProblem(configuration.path, _line_of(name, text), f"there is no rule `{name}`")
        for name in dict.fromkeys(named)
        if name not in rule_names and (name in settings.rules or name not in CATEGORY_NAMES)
    )


def _parse_toml(text: str) -> dict[str, object]:
    # One of the two is there: tomllib is tomli, taken into Python.
    parser = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        values: dict[str, object] = parser.loads(text)
        return values
    except RecursionError:
        raise ValueError("values are nested too deeply") from None


def _syntax_problem(path: str, text: str, message: str) -> ConfigurationProblem:
    place = _PLACE_OF_ERROR.search(message)
    line = None if place is None else int(place[1] or text.rstrip("\n").count("\n") + 1)
    return ConfigurationProblem(path, line, "no valid TOML: " + _PLACE_OF_ERROR.sub("", message))


def _with_known_dialect(settings: Settings) -> tuple[Settings, str]:
    if settings.dialect in ("", "auto"):
        return settings, ""
    try:
        catalog.load(settings.dialect)
    except ValueError as error:
        return settings._replace(dialect="auto"), str(error)
    return settings, ""


def _line_of(name: str, text: str) -> int | None:
    """The line, from 1, on which a name stands outside comments; None when it is not there as written."""
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    for number, line in enumerate(text.split("\n"), 1):
        if not line.lstrip().startswith("#") and word.search(line):
            return number
    return None
