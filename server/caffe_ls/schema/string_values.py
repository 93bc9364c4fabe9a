"""String fields that act like enums: Caffe compares them with a list of names and stops at any other."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from caffe_ls.schema.catalog import dialects_with_field
from caffe_ls.schema.legacy_types import V0_LAYER_TYPES, V0_PADDING
from caffe_ls.schema.model import Schema


class StringValue(NamedTuple):
    """One name that a field takes.

    `with_field` is a field of the same message that came into a dialect together with the name, empty for a name that
    every dialect has: `plateau` is there where `plateau_winsize` is.
    """

    name: str
    with_field: str = ""


FILLER_TYPES = ("constant", "gaussian", "positive_unitball", "uniform", "xavier", "msra", "bilinear")
"""What FillerParameter.type may be in BVLC Caffe (filler.hpp, GetFiller)."""

LR_POLICIES = ("fixed", "step", "exp", "inv", "multistep", "poly", "sigmoid")
"""What SolverParameter.lr_policy may be in BVLC Caffe (sgd_solver.cpp, GetLearningRate)."""

SOLVER_TYPES = ("SGD", "Nesterov", "AdaGrad", "RMSProp", "AdaDelta", "Adam")
"""What SolverParameter.type may be in BVLC Caffe (the solvers that REGISTER_SOLVER_CLASS names)."""

REGULARIZATION_TYPES = ("L1", "L2")
"""What SolverParameter.regularization_type may be in BVLC Caffe (sgd_solver.cpp, Regularize)."""


def _values(names: tuple[str, ...], **with_field: str) -> tuple[StringValue, ...]:
    return (*map(StringValue, names), *(StringValue(name, field) for name, field in with_field.items()))


_VALUES: Mapping[tuple[str, str], tuple[StringValue, ...]] = {
    ("FillerParameter", "type"): _values(FILLER_TYPES, diagonal="diag_val"),
    ("SolverParameter", "lr_policy"): _values(LR_POLICIES, plateau="plateau_winsize", multifixed="stageiter"),
    ("SolverParameter", "type"): _values(SOLVER_TYPES),
    ("SolverParameter", "regularization_type"): _values(REGULARIZATION_TYPES),
    ("SolverParameter", "momentum_policy"): _values(("fixed", "poly", "opt")),
    ("SolverParameter", "eval_type"): _values(("classification", "detection")),
    ("SolverParameter", "ap_version"): _values(("11point", "MaxIntegral", "Integral")),
    ("WindowDataParameter", "crop_mode"): _values(("warp", "square")),
    ("V0LayerParameter", "det_crop_mode"): _values(("warp", "square")),
    ("V0LayerParameter", "type"): _values((*sorted((*V0_LAYER_TYPES, V0_PADDING)),)),
}

# The solvers, fillers and policies of the other forks have not been read one by one: more names may be known there.
_READ_WHOLE = frozenset({"bvlc", "ssd"})


def values_of(message: str, field: str, schema: Schema) -> Mapping[str, StringValue] | None:
    """The names that a string field takes in a schema, by name; None for a field that takes any string.

    Whether the list is exhaustive, `is_exhaustive` says.
    """
    values = _VALUES.get((message, field))
    if values is None or schema.field(message, field) is None:
        return None
    return MappingProxyType(
        {
            value.name: value
            for value in values
            if not value.with_field or schema.field(message, value.with_field) is not None
        }
    )


def is_exhaustive(schema: Schema) -> bool:
    """Whether `values_of` gives every name: an unknown one is then certain to be refused when Caffe comes to it."""
    return schema.dialect in _READ_WHOLE


def dialects_with_value(message: str, field: str, value: str) -> tuple[str, ...]:
    """The dialects in which a name is known for a string field; empty when no dialect is known to have it."""
    for known in _VALUES.get((message, field), ()):
        if known.name == value:
            return dialects_with_field(message, known.with_field or field)
    return ()
