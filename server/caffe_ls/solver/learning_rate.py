"""The learning rate of each iteration, computed as Caffe computes it, in float32.

Follows SGDSolver::GetLearningRate (sgd_solver.cpp), in Intel's Caffe with its warm-up and its stages (`multifixed`), in
NVIDIA's with its ramp and its lowest rate.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache

from caffe_ls.immutable import dataclass
from caffe_ls.solver.float32 import exponential, float32, power, quotient
from caffe_ls.solver.model import Solver

STEPPED = frozenset({"step", "multistep", "plateau", "multifixed"})
"""Policies under which the rate stays the same until a given iteration."""

SHRINKING = frozenset({"step", "multistep", "exp", "plateau"})
"""Policies that multiply the rate by gamma again and again."""

POLICIES = frozenset({"fixed", "step", "exp", "inv", "multistep", "poly", "sigmoid", "plateau", "multifixed"})
"""The policies that can be computed; those of other forks are not."""

_OVERRULING_FIELDS = (
    "larc", "local_lr_auto", "min_lr", "rampup_interval", "rampup_lr", "stageiter", "stagelr", "warmup_iter",
    "warmup_start_lr",
)  # fmt: skip
# With these each layer has a rate of its own, which its gradients decide.
_RATES_OF_LAYERS = ("larc", "local_lr_auto")


# The CHECKs of gamma and stepsize came late: SSD's Caffe, for one, does without them.
_CHECKING_DIALECTS = frozenset({"bvlc"})


@dataclass(frozen=True, slots=True)
class WarmUp:
    """The first iterations of a run, in which the rate goes from `start` to `base_lr`, in a line or a parabola."""

    iterations: int
    start: float
    exponent: int


@dataclass(frozen=True, slots=True)
class RatePolicy:
    """All that the learning rate depends on; floats are float32.

    `stages` are the rates of `multifixed`, whose `steps` are the iterations after which the next of them comes.

    Under `plateau` it depends on the loss too: the rate is then the lowest that it can be, that of a run whose loss
    never falls.
    """

    name: str
    base_lr: float
    gamma: float = 0.0
    power: float = 0.0
    stepsize: int = 0
    steps: tuple[int, ...] = ()
    max_iter: int = 0
    warm_up: WarmUp | None = None
    stages: tuple[float, ...] = ()
    lowest: float = -math.inf

    @property
    def begins_at(self) -> int:
        """The first iteration of which the policy itself decides."""
        return 0 if self.warm_up is None else self.warm_up.iterations

    @property
    def depends_on_loss(self) -> bool:
        """Whether the loss decides when the rate changes."""
        return self.name == "plateau"


def refuses_stepsize(solver: Solver) -> bool:
    """Whether Caffe dies of the step size at the first update: of a CHECK, or of a division by 0."""
    policy, size = solver.text("lr_policy"), solver.integer("stepsize")
    return (policy == "step" and size == 0) or (
        policy in ("step", "sigmoid") and size <= 0 and solver.dialect in _CHECKING_DIALECTS
    )


def refuses_gamma(solver: Solver) -> bool:
    """Whether a CHECK of gamma fails at the first update."""
    checked = solver.text("lr_policy") in ("step", "exp", "inv", "multistep", "sigmoid")
    return checked and not solver.number("gamma") >= 0 and solver.dialect in _CHECKING_DIALECTS


def is_overruled(solver: Solver) -> bool:
    """Whether a fork's field makes some iteration's or layer's rate another one than `base_lr` and the policy say."""
    return any(solver.has(field) for field in _OVERRULING_FIELDS)


def policy_of(solver: Solver) -> RatePolicy | None:
    """The policy of a solver; None where its fork's rate is not known here, and where Caffe stops at its settings."""
    name = solver.text("lr_policy")
    if name not in POLICIES or any(solver.has(field) for field in _RATES_OF_LAYERS):
        return None
    if name == "plateau" and "plateau_winsize" not in solver.declared:
        return None
    if refuses_stepsize(solver) or refuses_gamma(solver):
        return None
    stages = _stages(solver) if name == "multifixed" else ()
    if name == "multifixed" and (not stages or len(stages) != solver.count("stageiter")):
        return None
    return RatePolicy(
        name,
        solver.number("base_lr"),
        solver.number("gamma"),
        solver.number("power"),
        solver.integer("stepsize"),
        solver.integers({"plateau": "plateau_winsize", "multifixed": "stageiter"}.get(name, "stepvalue")),
        solver.max_iter,
        _warm_up(solver),
        stages,
        solver.number("min_lr") if "min_lr" in solver.declared else -math.inf,
    )


def _stages(solver: Solver) -> tuple[float, ...]:
    return tuple(float(given.value) for given in solver.given("stagelr") if isinstance(given.value, (int, float)))


def _warm_up(solver: Solver) -> WarmUp | None:
    """Intel's `warmup_iter`, in a line (SGDSolver::GetWarmUpLR), or NVIDIA's `rampup_interval`, in a parabola."""
    line, ramp = solver.integer("warmup_iter"), solver.integer("rampup_interval")
    if line > 0:
        return WarmUp(line, solver.number("warmup_start_lr"), 1)
    return WarmUp(ramp, solver.number("rampup_lr"), 2) if ramp > 0 else None


def rate_at(policy: RatePolicy, iteration: int) -> float:
    """The rate that Caffe uses in an iteration of a run from the start."""
    if policy.warm_up is not None and iteration < policy.warm_up.iterations:
        rate = _warming_up(policy, policy.warm_up, iteration)
    else:
        rate = _RATES[policy.name](policy, iteration)
    return policy.lowest if rate < policy.lowest else rate


def changes(policy: RatePolicy, end: int) -> Sequence[int]:
    """The iterations before `end` at which a stepped policy goes on to its next step, in order; others have none."""
    if policy.name == "step":
        size = policy.stepsize
        # A negative step size gives negative steps: the rate still changes every so many iterations.
        steps = range(abs(size), max(end, 0), abs(size)) if size else range(0)
        return steps[bisect_left(steps, policy.begins_at) :]
    if policy.name in ("multistep", "plateau", "multifixed"):
        found = _steps(policy)
        return found[: bisect_right(found, end - 1)]
    return ()


def _warming_up(policy: RatePolicy, ramp: WarmUp, iteration: int) -> float:
    if ramp.exponent == 1:
        risen = float32(float32(iteration) * policy.base_lr)
        rest = float32(float32(ramp.iterations - iteration) * ramp.start)
        return float32(float32(risen + rest) / ramp.iterations)
    share = float32(float32(iteration) / ramp.iterations)
    height = float32(float32(policy.base_lr - ramp.start) * share)
    return float32(ramp.start + float32(height * share))


def _fixed(policy: RatePolicy, _: int) -> float:
    return policy.base_lr


def _step(policy: RatePolicy, iteration: int) -> float:
    # C++ divides towards 0; so does this for iterations, which are never negative, by a step size of either sign.
    steps = iteration // abs(policy.stepsize)
    return _after_steps(policy, steps if policy.stepsize > 0 else -steps)


def _exp(policy: RatePolicy, iteration: int) -> float:
    return _after_steps(policy, iteration)


def _multistep(policy: RatePolicy, iteration: int) -> float:
    return _after_steps(policy, bisect_right(_steps(policy), iteration))


def _multifixed(policy: RatePolicy, iteration: int) -> float:
    # Stages are looked through from the first on, in each iteration; the last one lasts.
    stage = next((index for index, last in enumerate(policy.steps) if iteration <= last), len(policy.stages) - 1)
    return policy.stages[stage]


def _inv(policy: RatePolicy, iteration: int) -> float:
    return float32(policy.base_lr * float32(power(inv_base(policy, iteration), -policy.power)))


def _poly(policy: RatePolicy, iteration: int) -> float:
    share = float32(quotient(float32(iteration), float32(policy.max_iter)))
    left = float32(power(float32(1 - share), policy.power))
    if policy.lowest > 0:
        return float32(float32(float32(policy.base_lr - policy.lowest) * left) + policy.lowest)
    return float32(policy.base_lr * left)


def _sigmoid(policy: RatePolicy, iteration: int) -> float:
    distance = float32(float32(iteration) - float32(policy.stepsize))
    grown = float32(exponential(float32(-policy.gamma * distance)))
    return float32(policy.base_lr * float32(1 / float32(1 + grown)))


def _after_steps(policy: RatePolicy, steps: int) -> float:
    return float32(policy.base_lr * power(policy.gamma, steps))


def inv_base(policy: RatePolicy, iteration: int) -> float:
    """What the policy `inv` raises to its power."""
    return float32(1 + float32(policy.gamma * float32(iteration)))


_RATES: dict[str, Callable[[RatePolicy, int], float]] = {
    "fixed": _fixed,
    "step": _step,
    "exp": _exp,
    "inv": _inv,
    "multifixed": _multifixed,
    "multistep": _multistep,
    "plateau": _multistep,
    "poly": _poly,
    "sigmoid": _sigmoid,
}


@lru_cache(maxsize=64)
def _steps(policy: RatePolicy) -> tuple[int, ...]:
    """The iterations at which the steps of a multistep or plateau policy are taken.

    Caffe looks at one stepvalue, and takes one step, in an iteration: one that is smaller than the one before it waits
    for that one. A plateau's window begins at the step before it. None is taken while the rate warms up.
    """
    if policy.name == "multifixed":
        return _begins_of_stages(policy)
    found: list[int] = []
    for value in policy.steps:
        if policy.name == "plateau":
            value += found[-1] if found else 0
        found.append(max(value, found[-1] + 1 if found else policy.begins_at))
    return tuple(found)


def _begins_of_stages(policy: RatePolicy) -> tuple[int, ...]:
    """Where the stages of `multifixed` begin; one that is to end before the one before it does is never reached."""
    found: list[int] = []
    for last in policy.steps[:-1]:
        if last >= (found[-1] if found else 0):
            found.append(last + 1)
    begins_at = policy.begins_at
    return tuple(one for one in found if one >= begins_at)
