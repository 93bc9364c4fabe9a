"""Which rules there are, and when they are loaded."""

from __future__ import annotations

import subprocess
import sys

from caffe_ls.net.faults import Fault
from caffe_ls.rules.registry import all_rules, rule_named, rule_of, rules_of_logs, rules_of_prototxts

_LOADED_BY_A_NET = """
import sys
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.checking import check
from caffe_ls.settings import Settings
check(PrototxtDocument("net.prototxt", 'layer { name: "a" type: "ReLU" bottom: "b" top: "a" }', Settings()))
print(*sorted(sys.modules))
"""


def test_each_rule_has_a_name_of_its_own_by_which_it_is_found() -> None:
    assert [rule_named(rule.name) for rule in all_rules()] == list(all_rules())
    assert len({rule.name for rule in all_rules()}) == len(all_rules())
    assert rule_named("no-such-rule") is None


def test_a_rule_reads_logs_exactly_when_it_stands_in_their_folder() -> None:
    assert all(rule.check_log is not None and rule.reads == "log" for rule in rules_of_logs())
    assert all(rule.check_log is None and rule.reads != "log" for rule in rules_of_prototxts())


def test_each_kind_of_refusal_has_its_rule_and_no_other_rule_reads_nets_or_solvers_unasked() -> None:
    of_refusals = {fault: rule_of(fault) for fault in Fault}
    assert [fault for fault, rule in of_refusals.items() if rule is None or rule.fault is not fault] == []
    assert {*rules_of_logs(), *rules_of_prototxts(), *of_refusals.values()} == {*all_rules()}
    assert all(rule.fault is None for rule in rules_of_prototxts())


def test_a_net_loads_no_rule_of_logs_and_of_refusals_those_that_it_meets() -> None:
    command = [sys.executable, "-c", _LOADED_BY_A_NET]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "caffe_ls.rules.training.implausible_base_lr" in loaded
    assert not [name for name in loaded if name.startswith("caffe_ls.rules.log.")]
    assert "caffe_ls.rules.verdict.unknown_bottom" in loaded
    assert "caffe_ls.rules.verdict.shared_param_mismatch" not in loaded
