"""The editor's settings: asked for, or taken from what the client sends."""

from __future__ import annotations

import logging

from caffe_ls.settings import SETTING_NAMES, Settings, settings_from

SECTION = "caffe"

_logger = logging.getLogger(__name__)


def settings_of(values: object) -> Settings:
    """Settings from whatever a client sends: `{"caffe": {...}}`, the inner table, or names such as `caffe.dialect`.

    Names that are the client's own (the path of the server, its trace) are passed over.
    """
    settings, problems = settings_from(_known(values))
    for problem in problems:
        _logger.warning("%s", problem)
    return settings


def gives_settings(values: object) -> bool:
    """Whether there is any setting in what a client sends."""
    return bool(_known(values))


def _known(values: object) -> dict[str, object]:
    table = {_snake_case(name): value for name, value in _table(values).items()}
    return {name: value for name, value in table.items() if name in SETTING_NAMES}


def _table(values: object) -> dict[str, object]:
    if not isinstance(values, dict):
        return {}
    inner = values.get(SECTION)
    table: dict[str, object] = dict(inner) if isinstance(inner, dict) else {}
    for name, value in values.items():
        if isinstance(name, str) and name != SECTION:
            table.setdefault(name.removeprefix(f"{SECTION}."), value)
    return table


def _snake_case(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).replace("-", "_")
