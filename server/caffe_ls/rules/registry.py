"""All rules, found by walking the package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

import caffe_ls.rules
from caffe_ls.rules.rule import Rule


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Every rule, ordered by name. Rules live in the folders of this package; what stands beside them serves them."""
    found: list[Rule] = []
    for module in pkgutil.walk_packages(caffe_ls.rules.__path__, "caffe_ls.rules."):
        if not module.ispkg and module.name.count(".") > caffe_ls.rules.__name__.count(".") + 1:
            found += [value for value in vars(importlib.import_module(module.name)).values() if isinstance(value, Rule)]
    return tuple(sorted(found, key=lambda rule: rule.name))


def rule_named(name: str) -> Rule | None:
    """The rule of that name."""
    return next((rule for rule in all_rules() if rule.name == name), None)
