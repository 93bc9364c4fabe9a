"""The outline of nets and solvers."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.features.document_symbols import document_symbols
from caffe_ls.immutable import replace
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span
from tests.features.views import view_of
from tests.fixture import read

Outline = list[tuple[str, str, "Outline"]]  # type: ignore[misc]


def outline(text: str) -> Outline:
    """Names, details and children."""
    return _drawn(document_symbols(view_of(read(text))))


def _drawn(symbols: list[types.DocumentSymbol]) -> Outline:
    return [(symbol.name, symbol.detail or "", _drawn(list(symbol.children or ()))) for symbol in symbols]


def test_layers_are_told_with_their_types_and_rules() -> None:
    found = outline("""
        name: "Net"
        layer { name: "data" type: "Data" top: "x" include { phase: TRAIN stage: "a" } }
        layer { name: "ip" type: "InnerProduct" bottom: "x" exclude { phase: TEST } }
        layer { type: "ReLU" }
        layer { }
    """)
    assert found == [
        ("name", '"Net"', []),
        ("data", "Data (TRAIN, a)", []),
        ("ip", "InnerProduct (not TEST)", []),
        ("ReLU", "ReLU", []),
        ("layer", "", []),
    ]


def test_layers_of_older_forms_are_told_by_the_types_of_today() -> None:
    found = outline("""
        layers { name: "a" type: POOLING }
        layers { layer { name: "b" type: "conv" } bottom: "a" }
    """)
    assert found == [("a", "Pooling", []), ("b", "Convolution", [])]


def test_fields_of_a_solver_stand_together_by_what_they_are_about() -> None:
    found = outline("""
        #- /solver.prototxt
        net: "net.prototxt"
        test_iter: 10
        test_interval: 5
        base_lr: 0.1
        momentum: 0.9
        max_iter: 7
        snapshot_prefix: "s"
    """)
    assert found == [
        ("net", '"net.prototxt"', []),
        ("tests", "test_iter, test_interval", [("test_iter", "10", []), ("test_interval", "5", [])]),
        ("learning", "base_lr, momentum", [("base_lr", "0.1", []), ("momentum", "0.9", [])]),
        ("max_iter", "7", []),
        ("snapshot_prefix", '"s"', []),
    ]


def test_a_net_in_a_solver_has_its_layers() -> None:
    found = outline("""
        #- /solver.prototxt
        base_lr: 1
        net_param { name: "Inner" layer { name: "a" type: "ReLU" } }
    """)
    assert found == [("base_lr", "1", []), ("net_param", "Inner", [("a", "ReLU", [])])]


def test_a_symbol_spans_its_field_and_selects_its_name() -> None:
    view = view_of(read('# first\nlayer {\n  name: "\U0001f600a"\n  type: "ReLU"\n}\n'))
    (symbol,) = document_symbols(view)
    assert (symbol.range.start.line, symbol.range.end.line) == (1, 4)
    start, end = view.span(symbol.selection_range)
    assert view.document.text[start:end] == '"\U0001f600a"'


def test_symbols_move_with_the_text_around_them() -> None:
    view = view_of(read('layer {\n name: "a" }\nlayer {\n name: "b" }\n'))
    document_symbols(view)
    for place, new_text in ((Span(0, 0), "\n"), (Span(10, 10), "\r\n"), (Span(22, 22), " ")):
        document = view.document.edited(Edit(place, new_text))
        fresh = replace(view, document=PrototxtDocument(document.path, document.text))
        view = replace(view, document=document)
        assert document_symbols(view) == document_symbols(fresh)


def test_selections_lie_within_their_symbols_in_broken_text() -> None:
    text = 'name: layer { name: [1, 2] type: }\nlayer { name: "a" include { phase: } layers { layer { \n base_lr: ['
    for end in range(len(text) + 1):
        for symbol in document_symbols(view_of(read(text[:end]))):
            assert symbol.range.start <= symbol.selection_range.start
            assert symbol.selection_range.end <= symbol.range.end


def test_files_of_other_programs_have_none() -> None:
    assert outline('#- /map.pbtxt\nitem { name: "cat" id: 1 }') == []
