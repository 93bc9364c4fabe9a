"""How many numbers a solver keeps for each one that is learnt."""

from __future__ import annotations

import pytest

from caffe_ls.solver.history import numbers_per_parameter
from tests.solver.solvers import solver_of

_L1 = 'regularization_type: "L1" weight_decay: 0.1'


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", 1),
        *((f'type: "{name}"', 1) for name in ("SGD", "Nesterov", "AdaGrad", "RMSProp")),
        *((f'type: "{name}"', 2) for name in ("AdaDelta", "Adam")),
        ("solver_type: ADAM", 2),
    ],
)
def test_on_a_gpu_it_is_the_history_alone(text: str, numbers: int) -> None:
    assert numbers_per_parameter(solver_of(text)) == numbers


@pytest.mark.parametrize(
    ("name", "numbers"), [("SGD", 1), ("Nesterov", 2), ("AdaGrad", 2), ("RMSProp", 2), ("AdaDelta", 4), ("Adam", 3)]
)
def test_on_a_cpu_most_use_room_for_the_update(name: str, numbers: int) -> None:
    assert numbers_per_parameter(solver_of(f'type: "{name}" solver_mode: CPU')) == numbers


def test_l1_regularization_uses_room_of_its_own_unless_the_update_has_it() -> None:
    assert numbers_per_parameter(solver_of(_L1)) == 2
    assert numbers_per_parameter(solver_of('type: "Adam" solver_mode: CPU ' + _L1)) == 3
    assert numbers_per_parameter(solver_of('regularization_type: "L1"')) == 1
