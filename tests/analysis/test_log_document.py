"""A log as a document: what its lines are, when they were written, what of a printed text stands where."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.log_document import GrowingLog, LogDocument, Moment, log_document
from caffe_ls.analysis.log_links import belongs, files_of_run, layer_named
from caffe_ls.settings import Settings
from tests.analysis.disk import Disk
from tests.log_explanation.runs import EXPLODING, HEALTHY, START, debug, iteration, log
from tests.training_log.logs import glog


def moment_of(document: LogDocument, text: str, occurrence: int = 0) -> Moment:
    rows = [row for row in range(document.text.line_count) if text.encode() in document.text.line(row)]
    line = document.line(rows[occurrence])
    assert line is not None
    return document.moment(line)


TESTED = (
    START
    + "Iteration 0, Testing net (#1)\n"
    + "    [Forward] Layer ip, top blob ip data: 7\n"
    + "    Test net output #0: loss = 1\n"
    + debug(0.5, 0.3, 0.4, 0.2, 0.01)
    + iteration(0, 2, 0.1)
    + debug(0.5, 0.4, 0.4, 0.2, 0.01)
)


def test_debug_lines_belong_to_the_iteration_below_and_those_of_tests_to_the_test_above() -> None:
    document = log_document("/a.log", log(TESTED))
    assert moment_of(document, "top blob ip data: 7") == ("TEST", 1, 0)
    assert moment_of(document, "Test net output") == ("TEST", 1, 0)
    assert moment_of(document, "top blob ip data: 0.3") == ("TRAIN", 0, 0)
    assert moment_of(document, "Iteration 0, lr") == ("TRAIN", 0, 0)


def test_a_pass_that_nothing_closes_yet_is_of_the_next_display() -> None:
    document = log_document("/a.log", log(TESTED))
    assert moment_of(document, "top blob ip data: 0.4") == ("TRAIN", 0, 1)


def test_update_lines_belong_to_the_iteration_above() -> None:
    text = (
        START + iteration(3, 2, 0.1) + "    [Update] Layer ip, param 0 data: 0.5; diff: 0.001\n" + iteration(4, 2, 0.1)
    )
    assert moment_of(log_document("/a.log", log(text)), "[Update]").iteration == 3


def test_of_two_processes_each_line_belongs_to_its_own_run() -> None:
    first = glog(START + iteration(10, 2, 0.1) + iteration(20, 2, 0.1), thread=77).split(b"\n")
    second = glog("Iteration 500, Testing net (#0)\n    [Forward] Layer ip, top blob ip data: 9\n", thread=78)
    head, tail = first[:-3], first[-3:]
    document = log_document("/a.log", b"\n".join([*head, second.rstrip(b"\n"), *tail]))
    assert moment_of(document, "Iteration 20, lr").iteration == 20


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_places_in_a_printed_net_are_places_in_the_log(end: str) -> None:
    data = log(START.replace('"small"', '"sm\N{LATIN SMALL LETTER A WITH DIAERESIS}ll"')).replace(b"\n", end.encode())
    document = log_document("/a.log", data)
    offset = data.index(b'"InnerProduct"') + 3
    place = document.printed_at(offset)
    assert place is not None
    assert place.document.text[place.offset : place.offset + 4] == "nerP"
    assert document.place_of(place.printed, place.offset) == offset
    assert document.printed_at(data.index(b"Creating Layer ip")) is None
    assert document.printed_at(0) is None


def test_a_log_that_grows_gives_what_it_gives_when_it_is_read_at_once() -> None:
    data = log(EXPLODING)
    whole = log_document("/a.log", data)
    growing = GrowingLog()
    for start in range(0, len(data), 7):
        growing.take(data[start : start + 7])
        growing.document("/a.log", Settings())  # looking at it on the way changes nothing
    growing.close()
    document = growing.document("/a.log", Settings())
    assert [mark[:3] for mark in document.outline] == [mark[:3] for mark in whole.outline]
    found = [document.line(row) for row in range(document.text.line_count)]
    assert [one and (one.kind, one.number, one.body) for one in found] == [
        one and (one.kind, one.number, one.body) for one in map(whole.line, range(whole.text.line_count))
    ]


def test_an_earlier_version_keeps_its_place_in_the_same_record() -> None:
    growing = GrowingLog()
    growing.take(log(START))
    before = growing.document("/a.log", Settings())
    growing.take(log(iteration(0, 2, 0.1)))
    after = growing.document("/a.log", Settings())
    assert before.record is after.record
    assert after.record.runs[0].last_iteration == 0


@pytest.mark.parametrize("data", [b"", b"\n", b"\0\xff\xfe", b"no log at all\n" * 3, b"\r" * 100])
def test_what_is_no_log_has_no_lines_of_caffe(data: bytes) -> None:
    document = log_document("/a.log", data)
    assert all(document.line(row) is None for row in range(document.text.line_count))


# The workspace's files.

NET = 'layer { name: "data" }\nlayer { name: "ip" }\nlayer { name: "relu" }\n'


def test_the_files_of_a_run_are_those_that_the_printed_solver_names() -> None:
    disk = Disk(
        {
            "/w/models/net.prototxt": NET,
            "/w/models/solver.prototxt": 'net: "net.prototxt"\nbase_lr: 0.1\nmax_iter: 6\n',
            "/w/models/other_solver.prototxt": 'net: "net.prototxt"\nbase_lr: 7\n',
        }
    )

    def opened(path: str) -> PrototxtDocument | None:
        data = disk.read(path)
        return None if data is None else PrototxtDocument(path, data.decode())

    document = log_document("/w/models/train.log", log(HEALTHY))
    files = files_of_run(document, document.record.runs[0], disk.access, opened, "/w")
    assert files.train_net is not None
    assert files.solver is not None
    assert (files.train_net.path, files.solver.path) == ("/w/models/net.prototxt", "/w/models/solver.prototxt")


def test_a_net_of_other_layers_does_not_belong_to_a_log() -> None:
    document = log_document("/w/train.log", log(HEALTHY))
    assert belongs(PrototxtDocument("/w/net.prototxt", NET), document)
    assert not belongs(PrototxtDocument("/w/net.prototxt", 'layer { name: "conv1" }'), document)


def test_a_split_means_the_layer_whose_top_it_splits() -> None:
    file = PrototxtDocument("/n", 'layer { name: "ip" }\nlayer { name: "ip_1" }').file
    found = layer_named(file, "blob_ip_1_0_split")
    assert found is not None
    assert found.name == "ip_1"
