"""The examples in the rules' docstrings are their first tests."""

from __future__ import annotations

import pytest

from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding
from caffe_ls.rules.registry import all_rules
from caffe_ls.rules.rule import Rule
from caffe_ls.text.edit import apply_edits
from tests.fixture import Mark, with_marks
from tests.rules.examples import Example, examples_of

RULES = [rule for rule in all_rules() if rule.reads != "log"]  # those of logs: tests/rules/log
CASES = [
    pytest.param(rule, example, id=f"{rule.name}-{'good' if example.good else 'bad'}-{index}")
    for rule in RULES
    for index, example in enumerate(examples_of(rule))
]


def _findings(rule: Rule, example: Example, text: str | None = None) -> list[Finding]:
    return [finding for finding in check(example.document(text)) if finding.rule == rule.name]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example_gives_exactly_the_marked_findings(rule: Rule, example: Example) -> None:
    found = tuple(Mark(finding.span, "") for finding in _findings(rule, example))
    expected = tuple(Mark(mark.span, "") for mark in sorted(example.file.marks))
    assert with_marks(example.file.text, found) == with_marks(example.file.text, expected)
    assert bool(found) != example.good, "a bad example has findings, a good one none"


@pytest.mark.parametrize(("rule", "example"), [case for case in CASES if not case.values[1].good])
def test_fixes_mend_the_bad_example(rule: Rule, example: Example) -> None:
    text, findings = example.file.text, _findings(rule, example)
    fixes = [next((fix for fix in finding.fixes if fix.edits), None) for finding in findings]
    if not all(fixes):
        assert all(finding.fixes for finding in findings) or not rule.fixable or _has_good(rule)
        return
    assert rule.fixable
    # A fix that changes what another one changes is applied in the next round, as an editor does it.
    for _ in findings:
        left = _findings(rule, example, text)
        if not left:
            break
        change = next(fix for fix in left[0].fixes if fix.edits)
        text = apply_edits(text, [edit.edit for edit in change.edits])
    assert _findings(rule, example, text) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_safe_fixes_turn_the_first_bad_example_into_the_first_good_one(rule: Rule) -> None:
    bad, good = (next((e for e in examples_of(rule) if e.good is wanted), None) for wanted in (False, True))
    assert bad is not None, "a rule shows what is bad"
    assert good is not None, "a rule shows what is good"
    if "applying the fixes" not in rule.documentation and not _all_safe(rule, bad):
        return
    text = bad.file.text
    while found := [f for f in _findings(rule, bad, text) if f.fixes and f.fixes[0].safe]:
        text = apply_edits(text, [edit.edit for edit in found[0].fixes[0].edits])
    assert text == good.file.text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_messages_are_short_and_plain(rule: Rule) -> None:
    for example in examples_of(rule):
        for finding in _findings(rule, example):
            words = finding.message.lower().split()
            assert not finding.message.endswith(".")
            assert finding.message[0] == "`" or not finding.message[0].isupper()
            assert not {"illegal", "invalid"} & set(words)


def test_one_rule_per_file() -> None:
    names = [rule.name for rule in all_rules()]
    assert len(names) == len(set(names))


def _all_safe(rule: Rule, example: Example) -> bool:
    found = _findings(rule, example)
    return all(finding.fixes and finding.fixes[0].safe and finding.fixes[0].edits for finding in found)


def _has_good(rule: Rule) -> bool:
    return any(example.good for example in examples_of(rule))
