"""The folder that snapshots are to be written to is not found from here.

Where `snapshot` is given, Caffe tries at the start whether it can write there: `Cannot write to snapshot prefix
'snapshots/net'. Make sure that the directory exists and is writeable`. Without it the first try is at the end of the
training, and all that was learnt is lost. Caffe makes no folders.

It is information: Caffe looks for the folder from the directory that it is started in, which cannot be seen.

Source: solver.cpp (Solver::CheckSnapshotWritePermissions, Solver::Snapshot).

Bad:
    net: "net.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    snapshot: 1000
    snapshot_prefix: "snapshots/net"
    #                ^^^^^^^^^^^^^^^
    #- /net.prototxt
    layer { name: "x" type: "Input" top: "x" }

Good:
    net: "net.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    snapshot: 1000
    snapshot_prefix: "net"
    #- /net.prototxt
    layer { name: "x" type: "Input" top: "x" }
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.values import is_filled_in_later


@document_rule(category=Category.VERDICT, severity=Severity.INFORMATION, reads="solver")
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files, solver = document.context.files, document.solver
    given = solver.first("snapshot_prefix")
    if files is None or given is None or not (solver.integer("snapshot") > 0 or solver.flag("snapshot_after_train")):
        return
    folder = posixpath.dirname(solver.text("snapshot_prefix"))
    if not folder or is_filled_in_later(folder) or files.find_folder(folder) is not None:
        return
    message = f"the folder `{folder}` is not found from here: Caffe looks for it from the directory it is started in"
    yield Finding(given.span, f"{message}, and makes none")
