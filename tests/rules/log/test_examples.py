"""The examples in the docstrings of log rules are their first tests."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.rules.checking_logs import check_log
from caffe_ls.rules.finding import Category, LogFinding
from caffe_ls.rules.registry import all_rules
from caffe_ls.rules.rule import Rule
from caffe_ls.training_log.ending import ended
from tests.rules.examples import Example, examples_of
from tests.training_log.logs import read

LOG_RULES = [rule for rule in all_rules() if rule.reads == "log"]
CASES = [
    pytest.param(rule, example, id=f"{rule.name}-{'good' if example.good else 'bad'}-{index}")
    for rule in LOG_RULES
    for index, example in enumerate(examples_of(rule))
]


def _findings(rule: Rule, example: Example) -> list[LogFinding]:
    record = read(example.file.text.encode())
    found = [finding for run in record.runs for finding in check_log(Evidence(run, ended(record, run)))]
    return [finding for finding in found if finding.rule == rule.name]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example_gives_findings_on_exactly_the_marked_lines(rule: Rule, example: Example) -> None:
    marked = [example.file.text.count("\n", 0, mark.span.start) + 1 for mark in example.file.marks]
    assert [finding.line for finding in _findings(rule, example)] == sorted(marked)
    assert bool(marked) != example.good, "a bad example has findings, a good one none"


@pytest.mark.parametrize("rule", LOG_RULES, ids=lambda rule: rule.name)
def test_a_rule_shows_what_is_bad_and_what_is_good(rule: Rule) -> None:
    assert {example.good for example in examples_of(rule)} == {True, False}
    assert rule.category is Category.LOG


@pytest.mark.parametrize("rule", LOG_RULES, ids=lambda rule: rule.name)
def test_messages_are_short_and_plain(rule: Rule) -> None:
    for example in examples_of(rule):
        for finding in _findings(rule, example):
            assert not finding.message.endswith(".")
            assert finding.message[0] == "`" or finding.message.startswith("Caffe") or finding.message[0].islower()
            assert not {"illegal", "invalid"} & set(finding.message.lower().split())
