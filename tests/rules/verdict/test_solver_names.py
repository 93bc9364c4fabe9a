"""Names in a solver: type, policy, regularization."""

from __future__ import annotations

from caffe_ls.rules.finding import Severity
from tests.rules.checking import findings_of, fixed

SOLVER = 'net: "n.prototxt"\nmax_iter: 100\ndisplay: 10\nsolver_mode: GPU\nbase_lr: 0.01\n'


def test_a_policy_that_is_missing_is_asked_for_once() -> None:
    found = findings_of(SOLVER)
    assert [(finding.rule, finding.stage) for finding in found] == [("unknown-lr-policy", "first-iteration")]
    assert fixed(SOLVER) == SOLVER + 'lr_policy: "fixed"\n'
    assert 'lr_policy: "multistep"' in fixed(SOLVER + "gamma: 0.1\nstepvalue: 50\n")


def test_a_misspelt_policy_field_is_told_once() -> None:
    assert [finding.rule for finding in findings_of(SOLVER + 'lr_polcy: "fixed"\n')] == ["unknown-field"]


def test_a_forks_policy_offers_the_setting() -> None:
    found = findings_of(SOLVER + 'lr_policy: "plateau"\n')
    assert [finding.rule for finding in found] == ["unknown-lr-policy"]
    assert found[0].fixes[0].setting is not None
    assert findings_of(SOLVER + 'lr_policy: "plateau" gamma: 0.1 plateau_winsize: 5\n', dialect="ssd") == []


def test_fork_whose_names_were_not_read_gets_no_error() -> None:
    found = findings_of(SOLVER + 'lr_policy: "cosine"\ntype: "Lars"\n', dialect="nvidia-0.17")
    assert {finding.severity for finding in found} == {Severity.INFORMATION}


def test_regularization_matters_where_weights_decay() -> None:
    text = SOLVER + 'lr_policy: "fixed"\nregularization_type: "l2"\n'
    assert [finding.severity for finding in findings_of(text)] == [Severity.HINT]
    assert [finding.severity for finding in findings_of(text + "weight_decay: 0.1\n")] == [Severity.ERROR]
    assert [finding.severity for finding in findings_of(text + "weight_decay: 0\n")] == [Severity.HINT]
