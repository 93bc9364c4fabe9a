"""Which solver and net beside a log are taken for those of its run, and how little is opened to know."""

from __future__ import annotations

from collections.abc import Mapping

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.log_files import files_of_log
from caffe_ls.training_log.reader import Reader
from tests.analysis.disk import Disk
from tests.training_log.logs import glog

LOG = glog("Iteration 0, loss = 2.5\n    Train net output #0: cost = 2.5 (* 1 = 2.5 loss)\nIteration 0, lr = 0.01\n")
SOLVER = 'net: "net.prototxt"\nbase_lr: 0.01\n'
NET = 'layer { name: "cost" type: "SoftmaxWithLoss" bottom: "a" bottom: "b" top: "cost" }\n'


def found(files: Mapping[str, str], log: bytes = LOG) -> tuple[tuple[str | None, str | None], set[str]]:
    """The paths of the solver and the net of a log in the folder `/run`, and all that was opened."""
    disk = Disk({f"/run/{name}": text for name, text in files.items()})
    opened: set[str] = set()

    def open_prototxt(path: str) -> PrototxtDocument | None:
        opened.add(path)
        data = disk.read(path)
        return None if data is None else PrototxtDocument(path, data.decode())

    reader = Reader()
    reader.feed(log)
    reader.close()
    record = reader.record()
    solver, net = files_of_log("/run/train.log", record, record.runs[0], disk.access, open_prototxt)
    return (solver.path if solver else None, net.path if net else None), opened


def test_the_only_solver_whose_net_has_what_the_log_speaks_of() -> None:
    files = {"solver.prototxt": SOLVER, "net.prototxt": NET}
    assert found(files)[0] == ("/run/solver.prototxt", "/run/net.prototxt")
    assert found({**files, "net.prototxt": NET.replace("cost", "loss")})[0] == (None, None)
    assert found({**files, "other_solver.prototxt": SOLVER})[0] == (None, None)


def test_what_is_no_solver_and_no_net_of_one_is_not_opened() -> None:
    others = {
        f"{kind}{at}.prototxt": text for at in range(20) for kind, text in (("net", NET), ("deploy", 'name: "a"'))
    }
    notes = {f"list{at}.txt": SOLVER for at in range(20)}
    paths, opened = found({"solver.prototxt": SOLVER, "net.prototxt": NET, **others, **notes})
    assert paths == ("/run/solver.prototxt", "/run/net.prototxt")
    assert opened == set(paths)


def test_among_very_many_files_a_solver_is_known_by_its_name() -> None:
    others = {f"net{at}.prototxt": NET for at in range(200)}
    assert found({"a_solver.prototxt": SOLVER, "net.prototxt": NET, **others})[0][0] == "/run/a_solver.prototxt"
    assert found({"a.prototxt": SOLVER, "net.prototxt": NET, **others})[0] == (None, None)


def test_a_log_that_names_nothing_has_no_files() -> None:
    paths, opened = found({"solver.prototxt": SOLVER, "net.prototxt": NET}, glog("Iteration 0, lr = 0.01\n"))
    assert paths == (None, None)
    assert not opened
