"""The learning rate of each iteration, computed as Caffe computes it, in float32.

Follows SGDSolver::GetLearningRate (sgd_solver.cpp), in Intel's Caffe with its warm-up and its stages (`multifixed`), in
NVIDIA's with its ramp and its lowest rate. A policy is asked for single iterations; what happens over a whole
run is found without walking through it: every policy falls into a few rows of iterations along which the rate only
rises or only falls, and these are searched by halves.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

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


@dataclass(frozen=True, slots=True)
class RatePoint:
    """A rate and the iteration that has it."""

    iteration: int
    rate: float


@dataclass(frozen=True, slots=True)
class RateAnalysis:
    """What becomes of the rate in the iterations 0 to `end` - 1; each first point is None where there is none.

    `first_tiny` is the first rate of a size that float32 weights hardly feel, next to the largest;
    `first_above_start` the first above the rate at the start, or above `base_lr` where the rate warms up to that;
    `highest` and `lowest` leave out what is not finite and are None where nothing is finite.
    """

    end: int
    start: RatePoint
    last: RatePoint
    first_nonfinite: RatePoint | None
    first_negative: RatePoint | None
    first_zero: RatePoint | None
    first_tiny: RatePoint | None
    first_above_start: RatePoint | None
    highest: RatePoint | None
    lowest: RatePoint | None

    @property
    def is_constant(self) -> bool:
        """Whether the rate is the same in all iterations."""
        return self.highest is not None and self.lowest is not None and self.highest.rate == self.lowest.rate and (
            self.first_nonfinite is None
        )  # fmt: skip


TINY_SHARE = 1e-7
"""A rate below this share of the largest adds less to a weight than float32 resolves."""


@lru_cache(maxsize=64)
def analyse(policy: RatePolicy, end: int) -> RateAnalysis:
    """The rate over a run of `end` iterations, one at least."""
    end = max(end, 1)
    rows = list(_rows(policy, end))
    start = RatePoint(0, rate_at(policy, 0))
    ends = [point for row in rows for point in _finite_ends(policy, row)]
    highest = max(ends, key=lambda point: (point.rate, -point.iteration), default=None)
    lowest = min(ends, key=lambda point: (point.rate, point.iteration), default=None)
    tiny = TINY_SHARE * max((abs(point.rate) for point in ends), default=0.0)

    def first(holds: Callable[[float], bool]) -> RatePoint | None:
        found = [iteration for row in rows if (iteration := _first(policy, row, holds)) is not None]
        return RatePoint(min(found), rate_at(policy, min(found))) if found else None

    return RateAnalysis(
        end,
        start,
        RatePoint(end - 1, rate_at(policy, end - 1)),
        first(lambda rate: not math.isfinite(rate)),
        first(lambda rate: rate < 0),
        first(lambda rate: rate == 0),
        first(lambda rate: abs(rate) < tiny),
        first(lambda rate: rate > (start.rate if policy.warm_up is None else max(start.rate, policy.base_lr))),
        highest,
        lowest,
    )


def samples(policy: RatePolicy, end: int, most: int = 500) -> tuple[RatePoint, ...]:
    """Points to draw the rate's curve over `end` iterations: spread evenly, and both sides of each step."""
    end = max(end, 1)
    count = max(2, most // 2)
    iterations = {round(index * (end - 1) / (count - 1)) for index in range(count)}
    steps = changes(policy, end)
    for step in steps[: most // 4]:
        iterations |= {step - 1, step}
    return tuple(RatePoint(iteration, rate_at(policy, iteration)) for iteration in sorted(iterations) if iteration >= 0)


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
    return float32(policy.base_lr * float32(power(_inv_base(policy, iteration), -policy.power)))


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


def _inv_base(policy: RatePolicy, iteration: int) -> float:
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


def _rows(policy: RatePolicy, end: int) -> Iterator[Sequence[int]]:
    """The iterations of a run in rows along which the rate is monotone and keeps its sign.

    The first iteration stands alone, since nan and inf in a policy often spare it. Iterations between two steps, which
    have the rate of the first of them, are left out.
    """
    begins_at = min(policy.begins_at, end)
    if not begins_at:
        yield from _rows_of_policy(policy, end)
        return
    yield range(1)
    yield range(1, begins_at)
    yield range(begins_at, min(begins_at + 1, end))
    for row in _rows_of_policy(policy, end):
        yield row[bisect_left(row, begins_at + 1) :]


def _rows_of_policy(policy: RatePolicy, end: int) -> Iterator[Sequence[int]]:
    yield range(1)
    if policy.name == "multifixed":
        yield from ((step,) for step in changes(policy, end))
        return
    if policy.name in STEPPED:
        steps = changes(policy, end)
        yield from (steps[0::2], steps[1::2]) if policy.gamma < 0 else (steps,)
    elif policy.name == "exp" and policy.gamma < 0:
        yield range(1, end, 2)
        yield range(2, end, 2)
    elif policy.name == "inv" and policy.gamma < 0:
        rest = range(1, end)
        to_zero = _first_index(rest, lambda iteration: not _inv_base(policy, iteration) > 0)
        beyond = _first_index(rest, lambda iteration: not _inv_base(policy, iteration) >= 0)
        yield from (rest[:to_zero], rest[to_zero:beyond], rest[beyond:])
    elif policy.name in ("sigmoid", "poly"):
        # A sigmoid has its middle at stepsize, where an infinite gamma is multiplied by 0; poly comes to 0 at max_iter.
        middle = min(max(policy.stepsize if policy.name == "sigmoid" else policy.max_iter, 1), end)
        yield from (range(1, middle), range(middle, min(middle + 1, end)), range(middle + 1, end))
    else:
        yield range(1, end)


def _finite_ends(policy: RatePolicy, row: Sequence[int]) -> Iterator[RatePoint]:
    """The two ends of what is finite in a row: its lowest and its highest rate."""
    if not row:
        return
    stop = _first_index(row, lambda iteration: not math.isfinite(rate_at(policy, iteration)))
    for index in {0, stop - 1} if stop else ():
        yield RatePoint(row[index], rate_at(policy, row[index]))


def _first(policy: RatePolicy, row: Sequence[int], holds: Callable[[float], bool]) -> int | None:
    """The first iteration of a row whose rate `holds`; along a row it does so from some point on, or up to one."""
    if not row:
        return None
    if holds(rate_at(policy, row[0])):
        return row[0]
    if not holds(rate_at(policy, row[-1])):
        return None
    return row[_first_index(row, lambda iteration: holds(rate_at(policy, iteration)))]


def _first_index(row: Sequence[int], holds: Callable[[int], bool]) -> int:
    """The index of the first iteration from which on it `holds`; the row's length where it never does."""
    low, high = 0, len(row)
    while low < high:
        middle = (low + high) // 2
        if holds(row[middle]):
            high = middle
        else:
            low = middle + 1
    return low
