"""A net that the solver names is not there.

Caffe opens `net`, `train_net` and `test_net` from the directory that it is started in, not from the solver's folder,
and stops where there is no such file: `Check failed: fd != -1 (-1 vs. -1) File not found`. It may be there where Caffe
will be run, so this is information; here the folder of the solver and those above it were searched, too.

Source: io.cpp (ReadProtoFromTextFile); upgrade_proto.cpp (ReadNetParamsFromTextFileOrDie).

Bad (kind solver):
    net: "lenet_train_tst.prototxt"
    #    ^^^^^^^^^^^^^^^^^^^^^^^^^^
    base_lr: 0.01
    lr_policy: "fixed"
    #- /README

Good (kind solver):
    net: "lenet_train_test.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    #- /lenet_train_test.prototxt
    name: "LeNet"
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.values import is_filled_in_later

_NET_FIELDS = ("net", "train_net", "test_net")


@document_rule(category=Category.VERDICT, severity=Severity.INFORMATION, reads="solver", needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files = document.context.files
    if files is None or document.template:
        return
    for name in _NET_FIELDS:
        for given in document.solver.given(name):
            written = given.value
            if isinstance(written, str) and not is_filled_in_later(written) and files.find(written) is None:
                message = f"`{written}` is not found from here: Caffe looks for it from the directory it is started in"
                yield Finding(given.span, message)
