"""Small runs told as Caffe tells them: a solver, a net, iterations with or without debug lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import dedent

from caffe_ls.diagnosis.cause import Cause
from caffe_ls.diagnosis.diagnosing import diagnose
from tests.training_log.logs import glog, read

SOLVER = 'base_lr: 0.01\nmax_iter: 100\nlr_policy: "fixed"\nmomentum: 0.9\nweight_decay: 0.0005\n'

CLASSIFIER = """
    layer {
      name: "data" type: "Input" top: "data" top: "label"
      input_param { shape { dim: 8 dim: 100 } shape { dim: 8 } }
    }
    layer {
      name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1"
      inner_product_param { num_output: 50 weight_filler { type: "xavier" } }
    }
    layer { name: "relu1" type: "ReLU" bottom: "ip1" top: "ip1" }
    layer {
      name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2"
      inner_product_param { num_output: 10 weight_filler { type: "xavier" } }
    }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip2" bottom: "label" top: "loss" }
"""

RISES_AND_BREAKS = (2.31, 6.0, 30.0, 80.0, 87.3365, "nan", "-nan", "inf")
LEARNS = (2.31, 2.2, 2.0, 1.7, 1.4, 1.1, 0.9, 0.7, 0.6, 0.5, 0.4, 0.35)
STUCK = (2.31, 2.30, 2.31, 2.30, 2.29, 2.31, 2.30, 2.30, 2.31, 2.30, 2.30, 2.31)

Debug = Callable[[int], str]


def run(
    losses: Sequence[float | str] = LEARNS,
    *,
    solver: str = SOLVER,
    net: str = CLASSIFIER,
    rates: Callable[[int], float | str] = lambda _: 0.01,
    debug: Debug | None = None,
    display: int = 1,
    end: str = "Optimization Done.",
    output: str = "loss",
    weight: float = 1,
) -> bytes:
    """A log; `debug` gives the debug lines of an iteration, which stand above its loss."""
    lines = []
    if solver:
        lines += ["Initializing solver from parameters: ", *_raw(solver)]
    if net:
        lines += ["Creating training net from net file: net.prototxt", "Initializing net from parameters: ", *_raw(net)]
        lines += ["Network initialization done."]
    lines += ["Starting Optimization", "Solving n"]
    for at, loss in enumerate(losses):
        iteration = at * display
        if debug is not None:
            lines += dedent(debug(iteration)).strip("\n").split("\n")
        lines += [
            f"Iteration {iteration}, loss = {loss}",
            f"    Train net output #0: {output} = {loss} (* {weight:g} = {loss} loss)",
            f"Iteration {iteration}, lr = {rates(iteration)}",
        ]
    return glog("\n".join(lines)) + (glog(end) if end else b"")


def passes(values: dict[str, object]) -> str:
    """Debug lines of the classifier's pass; `values` replaces the usual ones, by `relu1 top` and the like."""
    usual: dict[str, object] = {
        "data top": 0.4, "label top": 4.5, "ip1 top": 0.5, "ip1 weights": 0.05, "ip1 bias": 0, "relu1 top": 0.25,
        "ip2 top": 0.3, "ip2 weights": 0.1, "ip2 bias": 0, "loss top": 2.3, "ip2 steps": 0.02, "ip1 steps": 0.01,
        "size": 5, "slope": 1.5,
    }  # fmt: skip
    told = {**usual, **values}
    return f"""
        [Forward] Layer data, top blob data data: {told["data top"]}
        [Forward] Layer data, top blob label data: {told["label top"]}
        [Forward] Layer ip1, top blob ip1 data: {told["ip1 top"]}
        [Forward] Layer ip1, param blob 0 data: {told["ip1 weights"]}
        [Forward] Layer ip1, param blob 1 data: {told["ip1 bias"]}
        [Forward] Layer relu1, top blob ip1 data: {told["relu1 top"]}
        [Forward] Layer ip2, top blob ip2 data: {told["ip2 top"]}
        [Forward] Layer ip2, param blob 0 data: {told["ip2 weights"]}
        [Forward] Layer ip2, param blob 1 data: {told["ip2 bias"]}
        [Forward] Layer loss, top blob loss data: {told["loss top"]}
        [Backward] Layer ip2, param blob 0 diff: {told["ip2 steps"]}
        [Backward] Layer ip1, param blob 0 diff: {told["ip1 steps"]}
        [Backward] All net params (data, diff): L1 norm = (100, 10); L2 norm = ({told["size"]}, {told["slope"]})
    """


def causes_of(log: bytes) -> tuple[Cause, ...]:
    """The causes of the only run, or of the first with trouble."""
    return diagnose(read(log))


def first_cause(log: bytes) -> str:
    """The name of the likeliest cause."""
    return causes_of(log)[0].cause


def _raw(text: str) -> list[str]:
    return ["|" + line for line in dedent(text).strip("\n").split("\n")]
