"""A test of no batches.

`test_iter` is the number of batches that a test runs. With 0 the test net is built, and each test prints nothing; with
`test_compute_loss` the test loss is nan. Whether that is a mistake depends on what was meant: some write it to train
without tests, for which `test_iter` and `test_interval` are better left out.

Source: solver.cpp (Solver::Test).

Bad:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    test_iter: 0
    #          ^
    test_interval: 500
    max_iter: 10000

Good:
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    test_iter: 100
    test_interval: 500
    max_iter: 10000
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import replace_value


@document_rule(category=Category.TRAINING, severity=Severity.INFORMATION, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    for given in document.solver.given("test_iter"):
        if isinstance(given.value, int) and given.value <= 0:
            message = f"`test_iter` is {given.value}: tests run no batch and print nothing"
            yield Finding(given.span, message, (replace_value(given, "100"),))
