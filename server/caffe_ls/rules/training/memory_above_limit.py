"""A net takes more memory in training than it may.

What is counted are blobs: activations and their gradients at the batch size that is written, parameters and their
gradients, and what the solver of the same folder keeps for each parameter. What changes a blob in place takes nothing
more, and a gradient that nobody asks for takes nothing. Buffers inside of layers, cuDNN's workspaces and the test nets
come on top of it: training takes more than this.

The rule speaks only where the setting `memory_limit` says how much there is, such as `8GB`. A smaller `batch_size`
takes less; with `iter_size` the gradients of several such batches make one update.

Source: syncedmem.cpp (SyncedMemory::to_gpu), net.cpp (Net::AppendTop, ClearParamDiffs), split_layer.cpp,
sgd_solver.cpp (SGDSolver::PreSolve).

Bad (settings {"memory_limit": "1MB"}):
    name: "wide"
    #     ^^^^^^
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 512 dim: 100 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 512 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 1000 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }

Good (settings {"memory_limit": "1GB"}):
    name: "wide"
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 512 dim: 100 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 512 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 1000 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.analysis.training_memory import bytes_of, training_memory
from caffe_ls.net.memory_use import amount
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="prototxt", needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    limit = bytes_of(document.settings.memory_limit)
    if limit is None or document.template:
        return
    for net in judged_nets(document):
        if net.phase != "TRAIN":
            continue
        use, solver = training_memory(document, net)
        if use.total <= limit:
            continue
        message = (
            f"training takes at least {amount(use.total)} of memory, more than the {amount(limit)} of `memory_limit`: "
            f"{amount(use.activations)} of activations and {amount(use.gradients)} of their gradients, "
            f"{amount(use.parameters + use.parameter_gradients)} of parameters with gradients, "
            f"{amount(use.solver)} of {solver}"
        )
        if net.assumes:
            message += f" (assuming {', '.join(net.assumes)})"
        severity = Severity.INFORMATION if net.assumes else None
        yield Finding(net.text.named, message, severity=severity)
        return
