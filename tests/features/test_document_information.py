"""What a document is taken for is told, so that the client can show it."""

from __future__ import annotations

import pytest

from caffe_ls.features.document_information import document_information
from tests.features.views import view_of
from tests.fixture import read


@pytest.mark.parametrize(
    ("text", "kind", "title", "guessed"),
    [
        ("layer { permute_param { order: 1 } }", "net", "SSD (weiliu89)", True),
        ('#- settings {"dialect": "intel"}\nlayer { }', "net", "Intel Caffe", False),
        ("#- /solver.prototxt\nbase_lr: 0.1", "solver", "BVLC Caffe", True),
        ('#- /map.pbtxt\nitem { name: "cat" }', "other", None, None),
    ],
)
def test_kind_and_dialect(text: str, kind: str, title: str | None, guessed: bool | None) -> None:
    told = document_information(view_of(read(text)))
    assert (told["kind"], told["title"], told["guessed"]) == (kind, title, guessed)
