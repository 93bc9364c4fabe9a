"""Rules declare which layers they need: they are not asked elsewhere, where they would find nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from caffe_ls.immutable import replace
from caffe_ls.rules import checking_nets
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding
from caffe_ls.rules.registry import all_rules, rules_of_prototxts
from caffe_ls.rules.rule import Rule
from caffe_ls.schema import catalog
from tests.rules.examples import examples_of


def _found_in_all_examples() -> list[tuple[str, tuple[Finding, ...]]]:
    rules = [rule for rule in all_rules() if rule.reads != "log"]
    return [(rule.name, check(example.document())) for rule in rules for example in examples_of(rule)]


@pytest.fixture
def found_where_rules_want_to_be_asked() -> list[tuple[str, tuple[Finding, ...]]]:
    return _found_in_all_examples()


@pytest.fixture
def found_where_rules_are_asked_of_everything(
    found_where_rules_want_to_be_asked: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[tuple[str, tuple[Finding, ...]]]]:
    rules = tuple(_asked_of_everything(rule) for rule in rules_of_prototxts())
    monkeypatch.setattr(checking_nets, "rules_of_prototxts", lambda: rules)
    _forget_rules()
    yield _found_in_all_examples()
    _forget_rules()


def _asked_of_everything(rule: Rule) -> Rule:
    """The rule without the fields that it needs, and, where it is about whole nets, without the types."""
    return replace(rule, fields=frozenset(), layer_types=rule.layer_types if rule.check_layer else frozenset())


def _forget_rules() -> None:
    checking_nets._rules.cache_clear()
    checking_nets._rules_of_layers.cache_clear()
    checking_nets._rules_of_nets.cache_clear()


def test_a_rule_finds_nothing_where_there_is_not_what_it_needs(
    found_where_rules_want_to_be_asked: list[tuple[str, tuple[Finding, ...]]],
    found_where_rules_are_asked_of_everything: list[tuple[str, tuple[Finding, ...]]],
) -> None:
    assert found_where_rules_are_asked_of_everything == found_where_rules_want_to_be_asked


@pytest.mark.parametrize("rule", [rule for rule in rules_of_prototxts() if rule.fields], ids=lambda rule: rule.name)
def test_fields_that_a_rule_needs_are_fields_of_caffe(rule: Rule) -> None:
    known = [catalog.load(dialect.name) for dialect in catalog.dialects()]
    for field in rule.fields:
        assert any(catalog.messages_with_field(schema, field) for schema in known), field


@pytest.mark.parametrize(
    "rule", [rule for rule in rules_of_prototxts() if rule.layer_types], ids=lambda rule: rule.name
)
def test_layer_types_that_a_rule_needs_are_types_of_caffe(rule: Rule) -> None:
    for kind in rule.layer_types:
        assert catalog.dialects_with_layer_type(kind), kind
