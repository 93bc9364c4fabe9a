"""The solver does not say where it runs.

Without `solver_mode` BVLC's `caffe train` runs on the CPU, unless `-gpu` is given on the command line, although the
field's default is GPU. From Python `caffe.set_mode_gpu()` decides.

Source: tools/caffe.cpp (train).

Bad (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    #<^^^^^
    lr_policy: "fixed"
    max_iter: 10000

Good (settings {"dialect": "bvlc"}):
    net: "train_val.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 10000
    solver_mode: GPU
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import add_field, anchor


@document_rule(category=Category.TRAINING, severity=Severity.HINT, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    place = anchor(document, "base_lr")
    if solver.has("solver_mode") or place is None or not solver.complete or document.dialect != "bvlc":
        return
    add = add_field(document, "solver_mode: GPU", "max_iter")
    yield Finding(place, "without `solver_mode` `caffe train` runs on the CPU unless `-gpu` is given", (add,))
