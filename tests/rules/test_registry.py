"""Which rules there are, and when they are loaded."""

from __future__ import annotations

import subprocess
import sys

from caffe_ls.rules.registry import all_rules, rule_named, rules_of_logs, rules_of_prototxts

_LOADED_BY_A_NET = """
import sys
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.checking import check
from caffe_ls.settings import Settings
check(PrototxtDocument("net.prototxt", 'layer { name: "a" }', Settings()))
print(*sorted(sys.modules))
"""


def test_each_rule_has_a_name_of_its_own_by_which_it_is_found() -> None:
    assert [rule_named(rule.name) for rule in all_rules()] == list(all_rules())
    assert len({rule.name for rule in all_rules()}) == len(all_rules())
    assert rule_named("no-such-rule") is None


def test_a_rule_reads_logs_exactly_when_it_stands_in_their_folder() -> None:
    assert all(rule.check_log is not None and rule.reads == "log" for rule in rules_of_logs())
    assert all(rule.check_log is None and rule.reads != "log" for rule in rules_of_prototxts())
    assert {*rules_of_logs(), *rules_of_prototxts()} == {*all_rules()}


def test_a_net_loads_no_rule_of_logs() -> None:
    command = [sys.executable, "-c", _LOADED_BY_A_NET]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "caffe_ls.rules.training.implausible_base_lr" in loaded
    assert not [name for name in loaded if name.startswith("caffe_ls.rules.log.")]
