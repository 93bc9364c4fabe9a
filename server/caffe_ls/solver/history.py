"""What a solver keeps beside the parameters: as many numbers for each that is learnt as its type has use for."""

from __future__ import annotations

from caffe_ls.solver.model import Solver

_HISTORY = {"AdaDelta": 2, "Adam": 2}
_KEPT_ON_CPU = {"SGD": 0, "AdaDelta": 2}


def numbers_per_parameter(solver: Solver) -> int:
    """How many numbers a solver allocates for each number that is learnt.

    The history is one of each, two of AdaDelta and Adam (sgd_solver.cpp, SGDSolver::PreSolve; adadelta_solver.cpp,
    adam_solver.cpp). `update_` and `temp_` take memory only once they are used: on the CPU by all types but SGD
    (ComputeUpdateValue), and by L1 regularization (SGDSolver::Regularize).
    """
    kept = _HISTORY.get(solver.type, 1)
    on_cpu = solver.text("solver_mode") == "CPU"
    if on_cpu:
        kept += _KEPT_ON_CPU.get(solver.type, 1)
    # On the CPU AdaDelta and Adam use `temp_` anyhow.
    uses_temp = on_cpu and solver.type in _HISTORY
    if not uses_temp and solver.text("regularization_type") == "L1" and solver.number("weight_decay") != 0:
        kept += 1
    return kept
