"""A recurrent net is trained without clipping its gradients.

An LSTM or RNN applies the same weights at each step of time, and its gradient is a product over all steps: now and then
it is a thousand times the usual, and one such update throws the weights away. `clip_gradients` scales all gradients
down together where their L2 norm is above it. What norm is usual shows in a run with `debug_info`; 1 to 10 does for
most nets, 35 in older examples. Small rates may do without, so this is information.

Source: sgd_solver.cpp (SGDSolver::ClipGradients), recurrent_layer.cpp; Pascanu, Mikolov and Bengio, On the difficulty
of training recurrent neural networks (2013).

Bad (path /net.prototxt):
    layer {
      name: "data"
      type: "Input"
      top: "x"
      top: "cont"
      input_param { shape { dim: 20 dim: 4 dim: 8 } shape { dim: 20 dim: 4 } }
    }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 16 } }
    #                          ^^^^^^
    #- /solver.prototxt
    net: "net.prototxt"
    base_lr: 0.1
    lr_policy: "fixed"

Good (path /net.prototxt):
    layer {
      name: "data"
      type: "Input"
      top: "x"
      top: "cont"
      input_param { shape { dim: 20 dim: 4 dim: 8 } shape { dim: 20 dim: 4 } }
    }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 16 } }
    #- /solver.prototxt
    net: "net.prototxt"
    base_lr: 0.1
    lr_policy: "fixed"
    clip_gradients: 10

Bad (path /solver.prototxt):
    net: "net.prototxt"
    base_lr: 0.1
    #<^^^^^
    lr_policy: "fixed"
    max_iter: 1000
    #- /net.prototxt
    layer {
      name: "data"
      type: "Input"
      top: "x"
      top: "cont"
      input_param { shape { dim: 20 dim: 4 dim: 8 } shape { dim: 20 dim: 4 } }
    }
    layer { name: "rnn" type: "RNN" bottom: "x" bottom: "cont" top: "h" recurrent_param { num_output: 16 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.analysis.solvers_beside import SolverBeside, net_of_solver, solvers_training
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Category, FileEdit, Finding, Fix, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import anchor, set_field

_RECURRENT = ("LSTM", "RNN")
_USUAL = "10"


@document_rule(category=Category.TRAINING, severity=Severity.INFORMATION, fixable=True, needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    if document.template:
        return
    if document.kind == "solver":
        yield from _in_solver(document)
        return
    net = next((net for net in judged_nets(document) if net.phase == "TRAIN"), None)
    if net is None or not net.of_type(*_RECURRENT):
        return
    for solver in solvers_training(document):
        if _clips_nothing(solver.document):
            yield _in_net(net, solver)
            return


def _clips_nothing(document: PrototxtDocument) -> bool:
    solver = document.solver
    return solver.complete and "clip_gradients" in solver.declared and solver.number("clip_gradients") < 0


def _clip(document: PrototxtDocument) -> Fix:
    return set_field(document, "clip_gradients", _USUAL, "momentum", "base_lr")


def _in_solver(document: PrototxtDocument) -> Iterator[Finding]:
    if not _clips_nothing(document):
        return
    trained, place = net_of_solver(document, "TRAIN", *_RECURRENT), anchor(document, "clip_gradients", "base_lr")
    layers = trained.layers if trained is not None else ()
    kind = next((layer.type for layer in layers if layer.type in _RECURRENT), None)
    if trained is not None and place is not None and kind is not None:
        message = f"no gradients are clipped, and {trained.name} has {_article(kind)} {kind}"
        yield Finding(place, f"{message}, whose gradients may explode", (_clip(document),))


def _in_net(net: Net, solver: SolverBeside) -> Finding:
    index = net.of_type(*_RECURRENT)[0]
    layer = net.layers[index]
    edits = tuple(FileEdit(change.edit, solver.path) for change in _clip(solver.document).edits)
    fix = Fix(f"Set `clip_gradients: {_USUAL}` in {solver.name}", edits)
    shape = layer.bottom_shapes[0] if layer.bottom_shapes else None
    steps = f" over {shape[0]:,} steps" if shape and shape[0] and shape[0] > 1 else ""
    message = f"{solver.name} clips no gradients: those of {_article(layer.type)} {layer.type}{steps} may explode"
    return Finding(net.place(index, "type"), message, (fix,), layer=layer.name)


def _article(kind: str) -> str:
    return "an" if kind == "LSTM" else "a"
