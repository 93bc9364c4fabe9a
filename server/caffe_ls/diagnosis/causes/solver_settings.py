"""Settings of the solver that stop or void a run although Caffe takes them without a word."""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.averages import median
from caffe_ls.analysis.observations import finite_values
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.edits import remove_from_solver, set_solver
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.rules.finding import Fix
from caffe_ls.solver.model import Solver

_SURE = 0.97
_NOTHING_LEFT = 1e-4
_NAME = "solver-misconfigured"


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """`solver-misconfigured`, from what the log shows and from what the solver says."""
    if symptoms.evidence.ended == "fatal":
        return
    yield from _from_log(symptoms)
    if symptoms.evidence.solver is not None:
        yield from _from_solver(symptoms, symptoms.evidence.solver)


def _from_log(symptoms: Symptoms) -> Iterator[Cause]:
    evidence = symptoms.evidence
    rates = evidence.run.rate
    finite = finite_values(rates)
    if not finite and evidence.solver is not None and evidence.solver.number("base_lr") < 0:
        finite = [evidence.solver.number("base_lr")]
    if finite and all(rate < 0 for rate in finite):
        line = rates.line_at(0) if rates.values else evidence.solver_line("base_lr")
        reason = Reason(line, f"the rate is {finite[0]:g}: each update climbs the loss instead of descending it")
        value = f"{-finite[0]:g}"
        yield _cause((reason,), "base_lr", set_solver(evidence, "base_lr", value))
    elif any(rate < 0 for rate in finite):
        at = next(at for at, rate in enumerate(rates.values) if rate < 0)
        reason = Reason(rates.line_at(at), f"the rate turns negative in iteration {rates.iterations[at]}")
        yield Cause(_NAME, 0.8, (reason,), "train no longer than `max_iter`, or choose another policy")
    yield from _rate_of_zero(symptoms)
    yield from _no_forward(symptoms)
    run = evidence.run
    scales = run.clipping_scale.values
    if scales and any(scales) and median(scales) < _NOTHING_LEFT and not symptoms.improved:
        text = f"gradient clipping leaves {100 * median(scales):.2g} % of each gradient: nothing moves"
        fix = remove_from_solver(evidence, "clip_gradients")
        yield Cause(_NAME, 0.85, (Reason(run.clipping.line_at(0), text),), "clip at a norm that is usual here", (fix,))
    if scales and not any(scales):
        reason = Reason(run.clipping.line_at(0), "gradient clipping scales every gradient to 0")
        yield _cause((reason,), "clip_gradients", remove_from_solver(evidence, "clip_gradients"))


def _no_forward(symptoms: Symptoms) -> Iterator[Cause]:
    """Outputs of exactly 0 beside a smoothed loss of 0 or nan from the start: no forward pass was run at all.

    The loss is summed over iter_size passes and divided by it (solver.cpp, Solver::Step).
    """
    evidence, run = symptoms.evidence, symptoms.evidence.run
    outputs = [series for output, series in run.outputs.items() if output.phase == "TRAIN"]
    if not outputs or any(any(series.values) for series in outputs) or not run.loss.values:
        return
    first = run.loss.values[0]
    if evidence.has_debug and any(one.direction == "backward" for one, _ in evidence.every_backward()):
        return
    if math.isnan(first):
        text = "the loss is nan at once, while every output is exactly 0: it was divided by an iter_size of 0"
        yield Cause(_NAME, 0.95, (Reason(run.loss.line_at(0), text),), "look at `iter_size` in the solver")
    elif first == 0 and len(outputs) > 0 and not any(curve.type == "InfogainLoss" for curve in symptoms.losses):
        text = "the loss and every output are exactly 0: no forward pass is run"
        yield Cause(_NAME, 0.82, (Reason(run.loss.line_at(0), text),), "look at `iter_size` in the solver")


def _rate_of_zero(symptoms: Symptoms) -> Iterator[Cause]:
    evidence = symptoms.evidence
    solver, rates = evidence.solver, evidence.run.rate
    zero = [at for at, rate in enumerate(rates.values) if rate == 0]
    if not zero or len(zero) < 0.2 * len(rates.values) or solver is None:
        return
    line, iteration = rates.line_at(zero[0]), rates.iterations[zero[0]]
    if solver.text("lr_policy") in ("step", "multistep", "exp", "plateau") and solver.number("gamma") == 0:
        reasons: tuple[Reason, ...] = (
            Reason(line, f"the rate is 0 from iteration {iteration} on: nothing is learnt any more"),
            Reason(
                evidence.solver_line("lr_policy"), "no gamma is given: it is 0, and so is the rate from the first step"
            ),
        )
        sure = _SURE if zero[0] == 0 or not symptoms.improved else 0.7
        yield Cause(_NAME, sure, reasons, "give a gamma such as 0.1", (set_solver(evidence, "gamma", "0.1"),))
    elif not solver.has("base_lr"):
        reasons = (Reason(line, "the rate is 0: the solver gives no base_lr"),)
        yield Cause(_NAME, 0.9, reasons, "give a base_lr", (set_solver(evidence, "base_lr", "0.01"),))


def _from_solver(symptoms: Symptoms, solver: Solver) -> Iterator[Cause]:
    evidence = symptoms.evidence
    broke, run = symptoms.broke_in_training, evidence.run
    dead_update = _dead_update(solver)
    if solver.has("iter_size") and solver.integer("iter_size") <= 0:
        size = solver.integer("iter_size")
        text = "the loss is divided by 0 at once" if size == 0 else "no forward pass is run, the loss stays 0"
        reason = Reason(evidence.solver_line("iter_size"), f"iter_size is {size}: {text}")
        yield _cause((reason, *_first_loss(symptoms)), "iter_size", set_solver(evidence, "iter_size", "1"))
    if run.started or run.events.get("start"):
        last = run.last_iteration or 0
        if solver.max_iter <= 0 and last == 0:
            reason = Reason(evidence.solver_line("max_iter"), "max_iter is 0 or missing: not one iteration is trained")
            yield _cause((reason,), "max_iter", set_solver(evidence, "max_iter", "10000"))
    if solver.has("clip_gradients") and solver.number("clip_gradients") == 0:
        reason = Reason(evidence.solver_line("clip_gradients"), "clip_gradients 0 scales every gradient to 0")
        yield _cause((reason,), "clip_gradients", remove_from_solver(evidence, "clip_gradients"))
    hidden = symptoms.at_chance is not None and not broke  # MAX pooling and ReLU may hide nan from the loss.
    if dead_update is not None and (broke or hidden or symptoms.evidence.run.last_iteration == 0):
        field, text, fix = dead_update
        found = symptoms.nonfinite
        reasons = [Reason(evidence.solver_line(field, "type"), text)]
        if found is not None and not symptoms.broke_before_any_update:
            reasons.append(Reason(found.line, "the parameters are no numbers after the first updates"))
            sure = 0.5 if symptoms.exploded and not _is_early(symptoms) else 0.96
            yield Cause(_NAME, sure, tuple(reasons), f"change `{field}`", (set_solver(evidence, field, fix),))
        elif hidden and not evidence.has_debug:
            reasons.append(Reason(None, "the net knows nothing: MAX pooling and ReLU hide nan from the loss"))
            confirm = "train with debug_info: true, which shows nan where it comes up"
            yield Cause(_NAME, 0.75, tuple(reasons), confirm, (set_solver(evidence, field, fix),))
    if solver.type == "Adam" and solver.number("momentum2") == 1 and not symptoms.improved:
        reason = Reason(
            evidence.solver_line("momentum2"), "Adam multiplies each step by the root of 1 - momentum2^t: 0"
        )
        yield _cause((reason,), "momentum2", set_solver(evidence, "momentum2", "0.999"))
    if solver.number("weight_decay") < 0 and symptoms.has_trouble:
        text = f"weight_decay {solver.number('weight_decay'):g} makes weights grow instead of holding them back"
        reason = Reason(evidence.solver_line("weight_decay"), text)
        yield _cause((reason,), "weight_decay", set_solver(evidence, "weight_decay", "0.0005"))
    if solver.count("test_iter") and all(number == 0 for number in solver.integers("test_iter")):
        reason = Reason(
            evidence.solver_line("test_iter"), "test_iter is 0: the test nets run nothing and print nothing"
        )
        sure = 0.3 if symptoms.has_trouble else 0.6
        yield Cause(
            _NAME, sure, (reason,), "give the number of test batches", (set_solver(evidence, "test_iter", "100"),)
        )


def _is_early(symptoms: Symptoms) -> bool:
    """Whether it broke by the second displayed iteration."""
    found = symptoms.nonfinite
    shown = symptoms.evidence.run.loss.iterations
    return found is not None and found.iteration is not None and len(shown) > 1 and found.iteration <= shown[1]


def _dead_update(solver: Solver) -> tuple[str, str, str] | None:
    """A field that makes the update divide by 0: its name, why, and a value that does not.

    AdaGrad, RMSProp, AdaDelta and Adam divide by a root of past squares plus delta (adagrad_solver.cpp and its
    siblings): where a gradient is exactly 0, as behind a dead ReLU, and delta 0, that is 0/0. Adam's correction divides
    by 1 - momentum^t and takes the root of 1 - momentum2^t (adam_solver.cpp).
    """
    kind, delta = solver.type, solver.number("delta")
    if kind in ("AdaGrad", "RMSProp", "AdaDelta", "Adam") and delta == 0:
        return "delta", f"{kind} with delta 0 divides 0 by 0 where a gradient is exactly 0", "1e-8"
    if kind == "Adam" and solver.number("momentum") >= 1:
        return "momentum", f"Adam divides by 1 - momentum^t: momentum {solver.number('momentum'):g}", "0.9"
    if kind == "Adam" and solver.number("momentum2") > 1:
        return "momentum2", f"Adam takes the root of 1 - momentum2^t: momentum2 {solver.number('momentum2'):g}", "0.999"
    if kind in ("AdaDelta",) and solver.number("momentum") > 1:
        return "momentum", "AdaDelta's momentum above 1 makes its history grow without end", "0.95"
    return None


def _first_loss(symptoms: Symptoms) -> Iterator[Reason]:
    loss = symptoms.evidence.run.loss
    if loss.values:
        value = loss.values[0]
        text = f"{value:g}" if math.isfinite(value) else "no number"
        yield Reason(loss.line_at(0), f"the loss is {text} from the first iteration on")


def _cause(reasons: tuple[Reason, ...], field: str, fix: Fix) -> Cause:
    return Cause(
        _NAME, _SURE, reasons, f"start it again with `{field}` mended: the first iterations show the difference", (fix,)
    )
