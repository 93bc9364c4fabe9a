"""A MemoryData layer reads what a program hands it, and `caffe train` hands it nothing.

It is for programs, in C++ or Python, that call `AddMatVector` or `set_input_arrays` before each pass. Run from the
command line the net is built, and the first pass ends with `MemoryDataLayer needs to be initialized by calling Reset`.

It is told of nets that a solver in their folder trains: the others are for programs anyway.

Source: memory_data_layer.cpp (MemoryDataLayer::Forward_cpu).

Bad:
    layer {
      name: "data"
      type: "MemoryData"
      #     ^^^^^^^^^^^^
      top: "data"
      top: "label"
      memory_data_param { batch_size: 8 channels: 3 height: 32 width: 32 }
    }
    #- /solver.prototxt
    net: "net.prototxt"

Good:
    layer {
      name: "data"
      type: "Data"
      top: "data"
      top: "label"
      data_param { source: "train_lmdb" batch_size: 8 backend: LMDB }
    }
    #- /solver.prototxt
    net: "net.prototxt"
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.analysis.solvers_beside import solvers_training
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule


@document_rule(category=Category.VERDICT, severity=Severity.INFORMATION, stage="first-iteration", reads="net")
def check(document: PrototxtDocument) -> Iterator[Finding]:
    found = {net.place(at, "type"): net.layers[at] for net in judged_nets(document) for at in net.of_type("MemoryData")}
    solvers = solvers_training(document) if found else ()
    if solvers:
        message = f"a program must hand this layer its data: `caffe train` with {solvers[0].name} does not"
        for place, layer in found.items():
            yield Finding(place, message, layer=layer.name)
