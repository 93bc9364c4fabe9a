"""All rules, found by walking the package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

import caffe_ls.rules
from caffe_ls.rules.rule import Rule

_MECHANISM = frozenset({"finding", "rule", "registry", "checking"})


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Every rule, ordered by name."""
    found: list[Rule] = []
    for module in pkgutil.walk_packages(caffe_ls.rules.__path__, "caffe_ls.rules."):
        if module.ispkg or module.name.rpartition(".")[2] in _MECHANISM:
            continue
        found += [value for value in vars(importlib.import_module(module.name)).values() if isinstance(value, Rule)]
    return tuple(sorted(found, key=lambda rule: rule.name))


def rule_named(name: str) -> Rule | None:
    """The rule of that name."""
    return next((rule for rule in all_rules() if rule.name == name), None)
