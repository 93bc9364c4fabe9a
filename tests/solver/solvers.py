"""Solvers from texts."""

from __future__ import annotations

from caffe_ls.schema import catalog
from caffe_ls.solver.learning_rate import RatePolicy, policy_of
from caffe_ls.solver.lower import lower_solver
from caffe_ls.solver.model import Solver
from caffe_ls.syntax.parser import parse


def solver_of(text: str, dialect: str = "bvlc") -> Solver:
    """The solver that a text says."""
    return lower_solver(parse(text), catalog.load(dialect))


def policy(text: str, dialect: str = "bvlc") -> RatePolicy:
    """The learning rate policy that a text says."""
    found = policy_of(solver_of(text, dialect))
    assert found is not None
    return found
