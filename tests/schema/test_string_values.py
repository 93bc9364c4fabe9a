"""String fields that Caffe compares with a list of names."""

from __future__ import annotations

import pytest

from caffe_ls.schema.catalog import load
from caffe_ls.schema.legacy_types import V0_LAYER_TYPES, V1_LAYER_TYPES
from caffe_ls.schema.notes import value_note
from caffe_ls.schema.string_values import (
    FILLER_TYPES,
    LR_POLICIES,
    REGULARIZATION_TYPES,
    SOLVER_TYPES,
    dialects_with_value,
    is_exhaustive,
    values_of,
)


@pytest.mark.parametrize(
    ("message", "field", "names"),
    [
        ("FillerParameter", "type", FILLER_TYPES),
        ("SolverParameter", "lr_policy", LR_POLICIES),
        ("SolverParameter", "type", SOLVER_TYPES),
        ("SolverParameter", "regularization_type", REGULARIZATION_TYPES),
        ("WindowDataParameter", "crop_mode", ("warp", "square")),
    ],
)
def test_bvlc_knows_these_names_and_no_others(message: str, field: str, names: tuple[str, ...]) -> None:
    values = values_of(message, field, load("bvlc"))
    assert values is not None
    assert tuple(values) == names
    assert is_exhaustive(load("bvlc"))


def test_a_field_of_any_text_has_no_names() -> None:
    assert values_of("LayerParameter", "name", load("bvlc")) is None
    assert values_of("SolverParameter", "eval_type", load("bvlc")) is None, "BVLC has no such field"


def test_policies_of_forks_come_with_the_fields_that_they_need() -> None:
    assert "plateau" not in (values_of("SolverParameter", "lr_policy", load("bvlc")) or {})
    ssd = values_of("SolverParameter", "lr_policy", load("ssd")) or {}
    assert ssd["plateau"].with_field == "plateau_winsize"
    assert "multifixed" not in ssd
    assert "multifixed" in (values_of("SolverParameter", "lr_policy", load("intel")) or {})
    assert dialects_with_value("SolverParameter", "lr_policy", "plateau")[0] == "ssd"
    assert dialects_with_value("SolverParameter", "lr_policy", "step")[0] == "bvlc"
    assert dialects_with_value("SolverParameter", "lr_policy", "stpe") == ()


def test_in_forks_that_were_not_read_whole_an_unknown_name_is_not_certain_to_be_wrong() -> None:
    assert is_exhaustive(load("ssd"))
    assert not is_exhaustive(load("nvidia"))


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("FillerParameter", "type"),
        ("SolverParameter", "lr_policy"),
        ("SolverParameter", "type"),
        ("SolverParameter", "regularization_type"),
    ],
)
def test_every_name_has_a_note(message: str, field: str) -> None:
    for name in values_of(message, field, load("bvlc")) or {}:
        assert value_note(message, field, name), name


def test_old_layer_types_lead_to_types_that_bvlc_registers() -> None:
    enum = load("bvlc").enum("V1LayerParameter.LayerType")
    assert enum and set(V1_LAYER_TYPES) == set(enum.values)
    assert {new for old, new in V1_LAYER_TYPES.items() if old != "NONE"} <= load("bvlc").layer_types
    assert set(V0_LAYER_TYPES.values()) <= set(V1_LAYER_TYPES)
    assert V1_LAYER_TYPES[V0_LAYER_TYPES["softmax_loss"]] == "SoftmaxWithLoss"
