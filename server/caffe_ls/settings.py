"""What a user can set: one immutable record, from which the settings page and the editor's settings are generated."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

SEVERITY_NAMES = ("error", "warning", "information", "hint", "off")


class Settings(NamedTuple):
    """The settings in force for a file; the names are the same in `caffe-ls.toml` and, behind `caffe.`, in editors."""

    dialect: str = "auto"
    proto: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    rules: Mapping[str, str] = MappingProxyType({})
    data_shape: str = ""
    weights: str = ""
    python_path: tuple[str, ...] = ()
    memory_limit: str = ""


SETTING_NAMES = Settings._fields

DESCRIPTIONS: Mapping[str, str] = {
    "dialect": (
        "The Caffe that the files are for: `auto` guesses it from each file, the files linked with it and the "
        "nearest `caffe.proto`; else a dialect's name, as `caffe-ls rules --dialects` lists them."
    ),
    "proto": (
        "A `caffe.proto` to read instead of the built-in dialects; relative to the folder of `caffe-ls.toml`, or "
        "of the workspace. Without it, the nearest one above the file is used."
    ),
    "select": (
        "Rules or categories to report and no others; empty for all. A category is one of format, verdict, "
        "training, log, style."
    ),
    "ignore": "Rules or categories not to report.",
    "rules": "A severity for each rule named: error, warning, information, hint or off.",
    "data_shape": (
        "The shape of one item that data layers read: channels, height and width, such as `3x227x227`; items of "
        "HDF5 files may have other axes, such as `8x10`. Where it is not set, crop_size and the data itself tell."
    ),
    "weights": (
        "A weights file (`.caffemodel`, `.caffemodel.h5`) that nets are compared with: what of it does not fit is "
        "told. Relative to the folder of `caffe-ls.toml`, or of the workspace; several are separated by commas. "
        "Where it is not set, the files that a net's solver names in `weights` are taken."
    ),
    "python_path": (
        "Folders that PYTHONPATH names when Caffe is started: the modules of Python layers are looked for there, "
        "before the net's own folder and those above it. Relative to the folder of `caffe-ls.toml`, or of the "
        "workspace. Nothing in them is run."
    ),
    "memory_limit": (
        "How much memory training may take, such as `8GB` or `512MB`: nets whose blobs take more are told of by "
        "`memory-above-limit`. Where it is not set, memory is not judged."
    ),
}


def settings_from(values: Mapping[str, object], base: Settings | None = None) -> tuple[Settings, tuple[str, ...]]:
    """Settings from names and values as a TOML file or an editor gives them, over `base`; and what is wrong with them.

    A value of the wrong kind or an unknown name is left out and told, so that one mistake costs no other setting.
    """
    base = base or Settings()
    taken: dict[str, Any] = {name: getattr(base, name) for name in SETTING_NAMES}
    problems: list[str] = []
    for written, value in values.items():
        name = written.replace("-", "_")
        if name not in taken:
            problems.append(f"unknown setting `{written}`")
            continue
        default = getattr(Settings(), name)
        if isinstance(default, str) and isinstance(value, str):
            taken[name] = value
        elif isinstance(default, tuple) and isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value):
            taken[name] = tuple(value)
        elif isinstance(default, Mapping) and isinstance(value, Mapping):
            severities = {str(rule): str(severity) for rule, severity in value.items()}
            wrong = {rule: severity for rule, severity in severities.items() if severity not in SEVERITY_NAMES}
            problems += [
                f"`{severity}` is no severity for `{rule}`: use one of {', '.join(SEVERITY_NAMES)}"
                for rule, severity in wrong.items()
            ]
            taken[name] = MappingProxyType({rule: s for rule, s in severities.items() if rule not in wrong})
        elif value is not None:
            kind = (
                "a table"
                if isinstance(default, Mapping)
                else "a text"
                if isinstance(default, str)
                else "a list of texts"
            )
            problems.append(f"setting `{written}` takes {kind}, not `{value}`")
    return Settings(**taken), tuple(problems)
