"""The nets that a document makes, in the states asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.net.graph import build
from caffe_ls.net.lower import lower_file
from caffe_ls.net.model import DataSource, Net, State
from caffe_ls.settings import Settings

_DATA_SHAPE = re.compile(r"([1-9]\d{0,9})x([1-9]\d{0,9})x([1-9]\d{0,9})")


def nets_of(document: PrototxtDocument, states: Sequence[State], batch: int | None = None) -> list[Net]:
    """The net of a net file in each state; what data layers read is as the settings say."""
    text = lower_file(document.file, document.dialect)
    data = data_source(document.settings, batch)
    return [build(text, state, data) for state in states]


def data_source(settings: Settings, batch: int | None = None) -> DataSource:
    """What settings tell of the data; a shape that is none counts as not given."""
    found = _DATA_SHAPE.fullmatch(settings.data_shape)
    return DataSource((int(found[1]), int(found[2]), int(found[3])) if found else None, batch)
