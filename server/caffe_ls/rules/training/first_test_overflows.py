"""The test before the first iteration is bound to give nan.

Before it trains, a solver tests its net once (`test_initialization`). The BatchNorms use their stored statistics there,
which are all 0 then: each multiplies its input by 1 / sqrt(eps), 316 with the usual eps. Some 16 of them in a row go
beyond what a float holds, and the first test prints inf, nan or 87.33. That is harmless, but looks like a fault of the
net; without it, nan in a test means something.

Source: solver.cpp (Solver::Step), batch_norm_layer.cpp (BatchNormLayer::Forward_cpu).

Bad (path /solver.prototxt):
    net: "net.prototxt"
    test_iter: 100
    test_interval: 1000
    #<^^^^^^^^^^^
    base_lr: 0.01
    lr_policy: "fixed"
    #- /net.prototxt
    layer { name: "data" type: "Input" top: "x" input_param { shape { dim: 8 dim: 3 dim: 9 dim: 9 } } }
    layer { name: "b01" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b02" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b03" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b04" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b05" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b06" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b07" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b08" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b09" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b10" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b11" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b12" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b13" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b14" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b15" type: "BatchNorm" bottom: "x" top: "x" }
    layer { name: "b16" type: "BatchNorm" bottom: "x" top: "x" }

Good (path /solver.prototxt):
    net: "net.prototxt"
    test_iter: 100
    test_interval: 1000
    test_initialization: false
    base_lr: 0.01
    lr_policy: "fixed"
    #- /net.prototxt
    layer { name: "data" type: "Input" top: "x" input_param { shape { dim: 8 dim: 3 dim: 9 dim: 9 } } }
    layer { name: "b01" type: "BatchNorm" bottom: "x" top: "x" }
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.solvers_beside import net_of_solver
from caffe_ls.net.batch_norms import normalizations_in_a_row
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import set_field

# log10 of what one BatchNorm without statistics multiplies by, and of the greatest float.
_FACTOR = -math.log10(1e-5) / 2
_LARGEST = math.log10(3.4e38)


@document_rule(category=Category.TRAINING, severity=Severity.HINT, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    solver = document.solver
    interval = solver.first("test_interval")
    is_tested = solver.integer("test_interval") > 0 and solver.has("test_iter") and solver.flag("test_initialization")
    if document.template or not solver.complete or interval is None or not is_tested or solver.has("weights"):
        return
    tested = net_of_solver(document, "TEST", "BatchNorm")
    number = 0 if tested is None else normalizations_in_a_row(tested.layers, "TEST")
    if tested is not None and number * _FACTOR > _LARGEST:
        message = f"the first test, before any training, overflows: {number} BatchNorms in a row in {tested.name}"
        fix = set_field(document, "test_initialization", "false", "test_interval")
        yield Finding(interval.name_span, message, (fix,))
