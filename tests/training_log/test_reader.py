"""Any portions, any bytes, any size: one record."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caffe_ls.training_log.reader import Reader
from caffe_ls.training_log.record import Output, Quantity
from tests.training_log.logs import DEBUG, NORMS, SOLVER, everything, glog, read, run_of


def _long_log() -> bytes:
    chance = random.Random(3)
    text = [
        SOLVER,
        "|display: 1",
        "|snapshot_prefix: 'a b'",
        "Initializing net from parameters:",
        '|name: "n"',
        "|layer {",
        "|}",
    ]
    text += ["Creating Layer ip", "ip <- data", "ip -> ip", "Setting up ip", "Top shape: 4 2 (8)"]
    text += ["ip needs backward computation.", "Network initialization done.", "Starting Optimization"]
    for iteration in range(60):
        if iteration % 20 == 0:
            text.append(f"Iteration {iteration}, Testing net (#0)")
            for _ in range(3):
                text += [f"    [Forward] Layer l{at}, top blob b data: {chance.random():.5g}" for at in range(3)]
            text.append("    Test net output #0: acc = 0.5")
        text += [f"    [Forward] Layer l{at}, top blob b data: {chance.random():.5g}" for at in range(4)]
        if iteration == 31:
            text.append("|noise of another program")
        if iteration == 45:
            text[-2] = "    [Forward] Layer l2, top blob b data: -nan"
        text += [f"    [Backward] Layer l{at}, param blob 0 diff: {chance.random():.5g}" for at in range(4)]
        text += [NORMS.format(1, 2, 3, 4), f"Iteration {iteration} (5 iter/s, 1s/5 iters), loss = 0.5"]
        text += ["    Train net output #0: loss = 0.5 (* 1 = 0.5 loss)", f"Iteration {iteration}, lr = 0.01"]
    return glog("\n".join([*text, "Optimization Done."]))


_LOG = _long_log()
_WHOLE = everything(read(_LOG))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, len(_LOG)), max_size=12), st.booleans())
def test_portions_do_not_matter(cuts: list[int], look_between: bool) -> None:
    reader = Reader()
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(_LOG)], strict=True):
        reader.feed(_LOG[start:end])
        if look_between:
            reader.record()
    reader.close()
    assert everything(reader.record()) == _WHOLE


def test_byte_by_byte() -> None:
    reader = Reader()
    for at in range(len(_LOG)):
        reader.feed(_LOG[at : at + 1])
    reader.close()
    assert everything(reader.record()) == _WHOLE


@pytest.mark.parametrize("cut", [100, 5_000, 20_000])
def test_a_reader_goes_on_from_an_offset(cut: int) -> None:
    first = Reader()
    first.feed(_LOG[:cut])
    before = first.record()
    second = Reader(offset=first.offset, lines=before.lines)
    second.feed(_LOG[first.offset :])
    record = second.record()
    assert (record.bytes, record.lines) == (len(_LOG), _LOG.count(b"\n"))
    assert record.runs[-1].first_nonfinite == read(_LOG).runs[0].first_nonfinite


def test_columns_of_a_block_read_line_by_line_and_at_once_are_the_numbers_printed() -> None:
    log = glog("".join(DEBUG.format(f"0.{at + 1}", at) + f"\nIteration {at}, loss = 1\n" for at in range(9)))
    debug = run_of(log).debug
    forward = debug["TRAIN", 0, Quantity("forward", "ip", "top", "ip", "data")]
    backward = debug["TRAIN", 0, Quantity("backward", "ip", "param", "0", "diff")]
    assert (list(forward.iterations), list(forward.values)) == (list(range(9)), [(at + 1) / 10 for at in range(9)])
    assert list(backward.values) == list(range(9))


def test_every_value_knows_its_line() -> None:
    run = run_of(_LOG)
    lines = _LOG.decode().split("\n")
    named = {
        f"Layer {quantity.layer}, {quantity.end} blob {quantity.blob} {quantity.part}": series
        for (_, _, quantity), series in run.debug.items()
    }
    for said, series in (*named.items(), ("L1 norm", run.norms["L1", "data"]), ("loss = ", run.loss)):
        for at, value in enumerate(series.values):
            line = lines[series.line_at(at) - 1]
            assert said in line
            assert f"{value:g}" in line


def test_printed_texts_map_back_to_the_log() -> None:
    run = run_of(_LOG)
    solver, net = run.texts
    assert (solver.kind, solver.text) == ("solver", b"display: 1\nsnapshot_prefix: 'a b'\n")
    assert net.text == b'name: "n"\nlayer {\n}\n'
    assert _LOG[net.log_offset(net.text.index(b"layer")) :].startswith(b"layer {\n}\nI")
    assert [entry.text for entry in net.tree().entries] != []


def test_the_net_is_told_as_it_was_built() -> None:
    (net,) = run_of(_LOG).nets
    assert (net.layers, net.top_shapes, net.bottoms, net.tops) == (["ip"], [[(4, 2)]], [["data"]], [["ip"]])
    assert (net.needs_backward, net.complete) == ({"ip": True}, True)


def test_iterations_outputs_rates_speeds_and_norms() -> None:
    run = run_of(_LOG)
    assert (run.first_iteration, run.last_iteration, run.rate.count, run.loss.count) == (0, 59, 60, 60)
    assert list(run.outputs) == [Output("TEST", 0, 0, "acc"), Output("TRAIN", 0, 0, "loss")]
    assert list(run.outputs[Output("TEST", 0, 0, "acc")].iterations) == [0, 20, 40]
    assert set(run.speed.values) == {5.0}
    assert run.norms["L2", "data"].values[0] == 3


def test_crlf_changes_nothing_but_offsets() -> None:
    windows = read(_LOG.replace(b"\n", b"\r\n")).runs[0]
    assert windows.debug.keys() == run_of(_LOG).debug.keys()
    assert windows.first_nonfinite == run_of(_LOG).first_nonfinite
    assert windows.texts[0].text == run_of(_LOG).texts[0].text


_TOLD = """
    Initializing solver from parameters:
    |display: 1
    |net: "n.prototxt"
    Initializing net from parameters:
    |name: "n"
    |layer {
    |  name: "ip"
    |}
    Iteration 0, loss = 0.5
        Train net output #0: loss = 0.5 (* 1 = 0.5 loss)
    Iteration 0, lr = 0.01
    |*** Aborted at 1 (unix time) ***
    |    @     0x7f92 caffe::Net<>::Backward()
"""


@pytest.mark.parametrize("lead", ["> ", "[1,0]<stderr>:", "2021-03-04T05:06:{:02}.12Z ", "\t"])
def test_what_stands_before_each_line_of_a_kept_log_is_looked_past(lead: str) -> None:
    lines = glog(_TOLD).decode().splitlines()
    run = run_of("".join(lead.format(at) + line + "\n" for at, line in enumerate(lines)).encode())
    assert [text.text for text in run.texts] == [
        b'display: 1\nnet: "n.prototxt"\n',
        b'name: "n"\nlayer {\n  name: "ip"\n}\n',
    ]
    assert (list(run.loss.values), list(run.rate.values), run.fate) == ([0.5], [0.01], "crashed")


def test_printed_text_ends_at_a_line_of_which_only_the_source_was_kept() -> None:
    run = run_of(glog(_TOLD, form="solver.cpp:12] {2}"))
    assert run.texts[0].text == b'display: 1\nnet: "n.prototxt"\n'
    assert list(run.loss.values) == [0.5]


def test_the_text_of_a_net_may_begin_after_a_line_of_no_words() -> None:
    log = _TOLD.replace('|name: "n"', '\n    |name: "n"')
    assert run_of(glog(log)).texts[1].text.startswith(b'name: "n"')


def test_a_gpu_named_behind_the_prefix_belongs_to_it() -> None:
    run = run_of(glog(_TOLD, form="I1121 01:30:{:02}.000123 {:5} net.cpp:12] [0] {}"))
    assert (run.rank, list(run.loss.values)) == (b"0", [0.5])


def test_runs_one_after_the_other() -> None:
    once = f"Use CPU.\n{SOLVER}\n|display: 1\nIteration 0, loss = 1\nIteration 1, loss = 1\n"
    record = read(glog(once * 2))
    assert [run.start_line for run in record.runs] == [1, 6]


def test_a_count_that_starts_again_is_a_run_whose_beginning_is_lost() -> None:
    record = read(glog("".join(f"Iteration {at}, loss = 1\n" for at in (0, 10, 20, 0, 10))))
    assert [(run.start_line, run.last_iteration) for run in record.runs] == [(1, 20), (4, 10)]


def test_outputs_above_the_first_rate_of_a_log_without_its_beginning_are_of_its_iteration() -> None:
    run = run_of(
        glog(
            """
            Train net output #0: loss = nan (* 1 = nan loss)
            Iteration 860, lr = 0.001
            Iteration 870, loss = nan
            Train net output #0: loss = nan (* 1 = nan loss)
            """
        )
    )
    (series,) = run.outputs.values()
    assert list(series.iterations) == [860, 870]
    assert run.first_nonfinite is not None
    assert run.first_nonfinite.iteration == 860


def test_two_processes_writing_into_one_file() -> None:
    parts = [glog(f"{SOLVER}\nIteration 0, loss = {n}\nIteration 5, loss = {n}", thread=n).split(b"\n") for n in (8, 9)]
    lines = [line for pair in zip(*parts, strict=True) for line in pair if line]
    record = read(b"\n".join(lines) + b"\n")
    assert [list(run.loss.values) for run in record.runs] == [[8, 8], [9, 9]]


def test_snapshots_restores_clipping_and_fatal_lines_are_noted() -> None:
    run = run_of(
        glog(
            "Resuming from a_iter_7.solverstate\nIteration 7, loss = 1\n"
            "Gradient clipping: scaling down gradients (L2 norm 50 > 35) by scale factor 0.7\n"
            "Snapshotting to a.caffemodel\n|Check failed: x (1 vs. 2)"
        )
    )
    assert run.resumed_at == 7
    assert list(run.clipping.values) == [50]
    assert {kind: [event.line for event in events] for kind, events in run.events.items()} == {
        "restore": [1],
        "snapshot": [4],
        "check-failed": [5],
    }


@pytest.mark.parametrize(
    "log",
    [
        b"",
        b"\n\n\n",
        b"\0" * 100_000,
        bytes(range(256)) * 2_000,
        b"x" * 10_000_000,
        b"I1121 01:30:00.000123    77 a.cpp:1] " + b"Iteration 1, loss = " * 400_000,
        b"\r" * 1_000_000,
        b"[Forward] Layer a" + b", top blob x data: " * 50_000,
        b"I1121 01:30:00.000123    77 a.cpp:1] Top shape: " + b"9" * 100_000 + b" (9)\n",
        b"Iteration 99999999999999999999999, loss = 1\n",
        b"Iteration " + b"9" * 5_000 + b", loss = 1\n",
    ],
)
def test_hostile_bytes_give_a_record(log: bytes) -> None:
    record = read(log + b"\n" + glog("Iteration 1, loss = 2"))
    assert record.bytes == len(log) + 1 + len(glog("Iteration 1, loss = 2"))
    assert 2 in record.runs[-1].loss.values


def test_an_endless_line_is_not_kept() -> None:
    reader = Reader()
    for _ in range(200):
        reader.feed(b"y" * 1_000_000)
    assert sum(map(len, reader._pending)) < 1_000_000
    reader.feed(b"\n")
    assert reader.record().bytes == 200_000_001
