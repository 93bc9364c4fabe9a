"""Enum values: the name meant, or the fork that has it."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Severity
from tests.rules.checking import findings_of, fixed


def test_upper_and_lower_case_is_mended_safely() -> None:
    text = 'layer { name: "d" type: "Data" include { phase: Train } }\n'
    assert findings_of(text)[0].fixes[0].safe
    assert fixed(text) == text.replace("Train", "TRAIN")


def test_few_values_are_listed() -> None:
    found = findings_of('layer { name: "e" type: "Eltwise" eltwise_param { operation: ADD } }\n')
    assert found[0].message == "`ADD` is no value of `operation`: use `PROD`, `SUM` or `MAX`"


def test_todays_name_of_a_type_in_the_old_form() -> None:
    assert (
        fixed('layers { name: "s" type: SoftmaxWithLoss }\n', "Replace") == 'layers { name: "s" type: SOFTMAX_LOSS }\n'
    )


def test_a_number_that_no_value_has() -> None:
    found = findings_of('net: "n.prototxt"\nlr_policy: "fixed"\nsolver_mode: 7\n')
    assert found[0].message == "`7` is no value of `solver_mode`: use `CPU` or `GPU`"


@pytest.mark.parametrize(
    ("kind", "dialect", "severity"),
    [
        ("QUADRUPLET_HINGE", "auto", Severity.INFORMATION),
        ("QUADRUPLET_HINGE", "bvlc", Severity.ERROR),
        ("SOFTMAX_LOS", "auto", Severity.ERROR),
    ],
)
def test_a_type_of_the_older_form_that_looks_like_no_other_depends_on_the_users_caffe(
    kind: str, dialect: str, severity: Severity
) -> None:
    found = findings_of(f'layers {{ name: "s" type: {kind} }}\n', dialect=dialect)
    assert [one.severity for one in found if one.rule == "unknown-enum-value"] == [severity]
