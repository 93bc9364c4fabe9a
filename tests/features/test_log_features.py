"""What an editor is told of a training log."""

from __future__ import annotations

import pytest
from lsprotocol import types

from caffe_ls.features.client import Client
from caffe_ls.features.log_code_actions import log_code_actions
from caffe_ls.features.log_code_lens import log_code_lens
from caffe_ls.features.log_definition import log_definition
from caffe_ls.features.log_diagnostics import log_diagnostics
from caffe_ls.features.log_document_links import log_document_links
from caffe_ls.features.log_folding import log_folding
from caffe_ls.features.log_highlights import log_highlights
from caffe_ls.features.log_hover import log_hover
from caffe_ls.features.log_references import log_references
from caffe_ls.features.log_symbols import log_symbols
from tests.features.log_views import at, log_view, text_in
from tests.log_explanation.runs import EXPLODING, HEALTHY, START, debug, iteration, log
from tests.training_log.logs import glog

NET = """\
layer {
  name: "data"
  top: "data"
}
layer {
  name: "ip"
  bottom: "data"
  top: "ip"
}
layer {
  name: "relu"
}
"""
SOLVER = 'net: "net.prototxt"\nbase_lr: 0.1\nmax_iter: 6\n'
FILES = {"/w/net.prototxt": NET, "/w/solver.prototxt": SOLVER}


def places(found: list[types.Location]) -> list[tuple[str, int]]:
    return [(location.uri, location.range.start.line) for location in found]


# Hover.


def test_a_hover_covers_what_caffe_said() -> None:
    view = log_view(log(HEALTHY))
    found = log_hover(view, at(view, "Layer ip, top blob", "blob"))
    assert found is not None
    assert found.range is not None
    assert text_in(view, found.range) == "[Forward] Layer ip, top blob ip data: 0.3"


def test_a_printed_net_is_explained_as_a_prototxt() -> None:
    view = log_view(log(HEALTHY))
    found = log_hover(view, at(view, 'type: "InnerProduct"', "InnerProduct"))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "**InnerProduct**, a layer type" in found.contents.value
    assert found.range is not None
    assert text_in(view, found.range) == '"InnerProduct"'


def test_the_layers_of_a_printed_net_have_the_shapes_that_the_run_s_data_gave_them() -> None:
    own = 'type: "Input"', "input_param { shape { dim: 4 dim: 3 } }"
    view = log_view(log(HEALTHY.replace(own[0], 'type: "Data"').replace(own[1], 'data_param { source: "gone" }')))
    found = log_hover(view, at(view, 'type: "InnerProduct"', "InnerProduct"))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "| in `data`         |        4 x 3 |" in found.contents.value


def test_a_printed_solver_is_explained_as_a_prototxt() -> None:
    view = log_view(log(HEALTHY))
    found = log_hover(view, at(view, "lr_policy", "lr_policy"))
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "SolverParameter" in found.contents.value


def test_a_hover_outside_of_caffes_lines_says_nothing() -> None:
    view = log_view(log(HEALTHY) + b"and so on\n")
    assert log_hover(view, at(view, "and so on", "so")) is None
    assert log_hover(view, types.Position(99_999, 5)) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_positions_are_counted_as_the_client_counts(encoding: str) -> None:
    name = "\N{GRINNING FACE}\N{LATIN SMALL LETTER A WITH DIAERESIS}"
    data = log(START + f"    [Forward] Layer {name}, top blob {name} data: 0.3\n")
    view = log_view(data, client=Client(encoding=encoding))  # type: ignore[arg-type]
    (row,) = (row for row in range(view.document.text.line_count) if name.encode() in view.document.text.line(row))
    line = view.document.line(row)
    assert line is not None
    start, end = line.group_span(5)
    place = view.range(start, end)
    units = {"utf-8": 6, "utf-16": 3, "utf-32": 2}[encoding]
    assert place.end.character - place.start.character == units
    assert (view.offset(place.start), view.offset(place.end)) == (start, end)


# Navigation.


def test_a_layer_is_defined_in_the_workspace_and_in_the_printed_net() -> None:
    view = log_view(log(HEALTHY), FILES)
    found = log_definition(view, at(view, "Layer ip, top blob", "ip"))
    assert places(found) == [("file:///w/net.prototxt", 5), (view.uri, 21)]
    assert text_in(view, found[1].range) == '"ip"'


def test_a_blob_is_defined_where_it_is_made() -> None:
    view = log_view(log(HEALTHY), FILES)
    assert places(log_definition(view, at(view, "ip <- data", "data")))[0] == ("file:///w/net.prototxt", 2)


def test_a_bottom_in_the_printed_net_leads_to_its_top() -> None:
    view = log_view(log(HEALTHY))
    found = log_definition(view, at(view, 'bottom: "data"', '"data"'))
    assert text_in(view, found[0].range) == '"data"'
    assert found[0].range.start.line < at(view, 'bottom: "data"').line


def test_the_references_of_a_layer_are_its_lines() -> None:
    view = log_view(log(HEALTHY), FILES)
    found = log_references(view, at(view, "Creating Layer relu", "relu"))
    lines = [text_in(view, location.range) for location in found if location.uri == view.uri]
    assert sum("[Forward] Layer relu" in line for line in lines) == 4
    assert "Creating Layer relu" in lines
    assert not any("Layer ip" in line for line in lines)


def test_one_layer_is_highlighted_and_not_its_blob() -> None:
    view = log_view(log(HEALTHY))
    found = log_highlights(view, at(view, "Layer ip, top blob ip", "ip,"))
    lines = {view.document.text.line(one.range.start.line).decode().partition("] ")[2].strip() for one in found}
    assert {text_in(view, one.range) for one in found} == {"ip"}
    assert "ip needs backward computation." in lines
    assert "ip <- data" in lines
    assert not any(line.startswith("[Forward] Layer relu") for line in lines)


def test_files_that_are_there_are_links() -> None:
    view = log_view(log(HEALTHY + "Snapshotting to binary proto file gone.caffemodel\n"), FILES)
    assert [(text_in(view, link.range), link.target) for link in log_document_links(view)] == [
        ("net.prototxt", "file:///w/net.prototxt")
    ]


def test_lines_of_a_traceback_link_to_their_files() -> None:
    trace = b'Traceback (most recent call last):\n  File "layers/own.py", line 12, in setup\nKeyError: 1\n'
    view = log_view(log(START) + trace, {"/w/layers/own.py": ""})
    assert [link.target for link in log_document_links(view)] == ["file:///w/layers/own.py#L12"]


def test_the_source_of_a_failed_check_is_a_link_where_caffe_is_in_the_workspace() -> None:
    line = b"F1121 01:30:40.000000    77 net.cpp:143] Check failed: a == b (1 vs. 2) \n"
    view = log_view(log(START) + line, {"/w/src/caffe/net.cpp": ""})
    assert [link.target for link in log_document_links(view)] == ["file:///w/src/caffe/net.cpp#L143"]


# The outline.


def names(symbols: list[types.DocumentSymbol]) -> list[str]:
    return [symbol.name for symbol in symbols]


def test_the_outline_has_runs_phases_iterations_and_the_first_trouble() -> None:
    view = log_view(log(EXPLODING) + log(HEALTHY))
    first, second = log_symbols(view)
    assert (first.name, second.name) == ("run 1", "run 2")
    assert first.detail == "iterations 0 to 1, running"
    assert first.children is not None
    assert names(list(first.children)) == [
        "solver",
        "net, as printed (train net)",
        "construction",
        "training",
        "first nan or inf",
    ]
    training = first.children[3]
    assert names(list(training.children or [])) == ["iteration 0", "iteration 1"]
    assert first.children[4].detail == "forward in layer ip, iteration 1"


def test_symbols_lie_within_their_parents_and_do_not_overlap_their_names() -> None:
    view = log_view(log(EXPLODING) + log(HEALTHY))

    def walk(symbols: list[types.DocumentSymbol], within: tuple[int, int]) -> None:
        for symbol in symbols:
            start, end = symbol.range.start.line, symbol.range.end.line
            assert within[0] <= start <= symbol.selection_range.start.line <= end <= within[1], symbol.name
            walk(list(symbol.children or []), (start, end))

    walk(log_symbols(view), (0, view.document.text.line_count))


def test_thousands_of_iterations_are_thinned() -> None:
    view = log_view(log(START + "".join(iteration(at, 1, 0.1) for at in range(2_000))))
    training = next(one for one in log_symbols(view)[0].children or [] if one.name == "training")
    listed = names(list(training.children or []))
    assert len(listed) <= 300
    assert (listed[0], listed[-1]) == ("iteration 0", "iteration 1999")


def folded(data: bytes) -> list[tuple[str, str]]:
    view = log_view(data)
    row = view.document.text.line
    ranges = [(row(one.start_line).decode(), row(one.end_line).decode()) for one in log_folding(view)]
    return [(first.partition("] ")[2] or first, last.partition("] ")[2] or last) for first, last in ranges]


def test_printed_texts_their_layers_construction_and_passes_fold() -> None:
    found = folded(log(HEALTHY))
    assert ("Initializing solver from parameters:", 'net: "net.prototxt"') in found
    assert ("Initializing net from parameters:", "}") in found
    assert ("layer {", "}") in found
    assert ("Creating Layer data", "Network initialization done.") in found
    assert any(first.strip().startswith("[Forward] Layer data") for first, _ in found)


def test_a_test_folds_from_its_first_line_to_its_last_output() -> None:
    text = START + "Iteration 0, Testing net (#0)\n" + "    Test net output #0: loss = 1\n" * 4 + iteration(0, 1, 0.1)
    assert ("Iteration 0, Testing net (#0)", "    Test net output #0: loss = 1") in folded(log(text))


def test_stack_traces_fold() -> None:
    trace = b"*** Check failure stack trace: ***\n" + b"    @     0x7f92 (unknown)\n" * 5 + b"done\n"
    assert ("*** Check failure stack trace: ***", "    @     0x7f92 (unknown)") in folded(log(START) + trace)


def test_a_client_that_takes_few_ranges_gets_the_large_ones() -> None:
    view = log_view(log(HEALTHY))
    assert len(log_folding(view, 2)) == 2


# The verdict.

TOO_FAST = (
    START.replace("base_lr: 0.1", "base_lr: 100")
    + "".join(
        debug(0.5, 10.0 ** (9 * at), 10.0 ** (9 * at), 10.0 ** (9 * at), 10.0 ** (9 * at))
        + iteration(at, 10.0 ** (9 * at), 100)
        for at in range(5)
    )
    + debug(0.5, "inf", "nan", "nan", "nan")
    + iteration(5, "nan", 100)
)


def test_a_run_that_went_wrong_has_its_verdict_above_the_first_line_and_on_the_lines_that_show_it() -> None:
    view = log_view(log(TOO_FAST), {**FILES, "/w/solver.prototxt": SOLVER.replace("0.1", "100")})
    lens = log_code_lens(view)[0]
    assert lens.command is not None
    assert lens.range.start.line == 0
    assert "learning rate too high" in lens.command.title
    assert lens.command.arguments == [view.uri]
    told = log_diagnostics(view)
    assert told[0].code == "learning-rate-too-high"
    assert all(one.severity != types.DiagnosticSeverity.Error for one in told)


def test_the_fix_of_a_cause_edits_the_users_solver() -> None:
    view = log_view(log(TOO_FAST), {**FILES, "/w/solver.prototxt": SOLVER.replace("0.1", "100")})
    top = types.Range(types.Position(0, 0), types.Position(0, 0))
    actions = log_code_actions(view, top, None)
    edits = [change for action in actions if action.edit for change in action.edit.document_changes or []]
    assert any(isinstance(one, types.TextDocumentEdit) and one.text_document.uri == "file:///w/solver.prototxt"
               for one in edits)  # fmt: skip
    assert log_code_actions(view, top, ["source.fixAll"]) == []
    assert [action.title for action in log_code_actions(view, top, ["quickfix"])] == [one.title for one in actions]


def test_each_line_on_which_a_rule_found_something_offers_the_fixes_of_its_cause() -> None:
    view = log_view(log(TOO_FAST), {**FILES, "/w/solver.prototxt": SOLVER.replace("0.1", "100")})
    (verdict,) = view.verdicts
    assert verdict.findings
    for finding in verdict.findings:
        row = view.document.text.index_of(finding.line)
        actions = log_code_actions(view, types.Range(types.Position(row, 3), types.Position(row, 3)), None)
        assert "base_lr" in actions[0].title
        assert finding.rule in [told.code for told in actions[0].diagnostics or []]
    quiet = view.document.text.line_count - 1
    assert log_code_actions(view, types.Range(types.Position(quiet, 0), types.Position(quiet, 0)), None) == []


def test_a_run_that_was_only_stopped_is_no_warning() -> None:
    told = log_diagnostics(log_view(log(HEALTHY) + glog("Optimization stopped early.")))
    assert {one.severity for one in told} == {types.DiagnosticSeverity.Information}


def test_a_healthy_run_has_no_diagnostics() -> None:
    view = log_view(log(HEALTHY))
    assert log_diagnostics(view) == []


def test_a_log_that_is_still_read_has_no_verdict_yet() -> None:
    view = log_view(log(TOO_FAST))
    early = type(view)(**{**vars(view), "complete": False})
    assert log_diagnostics(early) == []
    (lens,) = log_code_lens(early)
    assert lens.command is not None
    assert lens.command.title.startswith("reading the log")
    top = types.Range(types.Position(0, 0), types.Position(0, 0))
    assert log_code_actions(early, top, None) == []


def test_the_stripped_prefix_takes_nothing_away() -> None:
    bare = b"\n".join(line.partition(b"] ")[2] or line for line in glog(HEALTHY).split(b"\n"))
    view = log_view(bare, FILES)
    found = log_hover(view, at(view, "[Forward] Layer ip, top blob", "blob"))
    assert found is not None
