"""Solvers: `solver_type`, and nets written into them (UpgradeSolverType)."""

from __future__ import annotations

import pytest

from caffe_ls.schema.legacy_types import SOLVER_TYPES
from tests.schema.upgrade.upgrading_checks import check, check_refused, messages


@pytest.mark.parametrize(("number", "old"), list(enumerate(SOLVER_TYPES)))
def test_each_solver_type_becomes_a_type(number: int, old: str) -> None:
    new = f'net: "n"\ntype: "{SOLVER_TYPES[old]}" # kind\n'
    check(f'net: "n"\nsolver_type: {old} # kind\n', new)
    check(f'net: "n"\nsolver_type: {number} # kind\n', new)


def test_solver_type_beside_type_is_refused_as_caffe_does() -> None:
    check_refused('solver_type: SGD\ntype: "Adam"\n', "both given")


def test_an_unknown_solver_type_is_left_and_told() -> None:
    upgraded = check("solver_type: FORKED\n", "solver_type: FORKED\n")
    assert messages(upgraded) == ["`solver_type` is left: it is not one value that BVLC's Caffe knows"]


@pytest.mark.parametrize("field", ["net_param", "train_net_param", "test_net_param"])
def test_old_nets_in_a_solver_are_upgraded_in_place(field: str) -> None:
    check(
        f"""
        base_lr: 1
        {field} {{
          name: "net" # name
          layers {{
            type: RELU
            blobs_lr: 1
          }}
        }}
        """,
        f"""
        base_lr: 1
        {field} {{
          name: "net" # name
          layer {{
            type: "ReLU"
            param {{
              lr_mult: 1
            }}
          }}
        }}
        """,
    )


def test_a_new_solver_stays() -> None:
    text = 'net:"n"\ntype : "SGD"\nnet_param { layer { type: "ReLU" } }\ntest_initialization: 0\n'
    check(text, text)
