"""All rules, found by walking the package; a rule is imported when it is needed, since every start waits for it."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

import caffe_ls.rules
from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Rule

_FOLDER_OF_LOGS = "caffe_ls.rules.log"


def all_rules() -> tuple[Rule, ...]:
    """Every rule, ordered by name."""
    return _rules(_folders())


@lru_cache(maxsize=1)
def rules_of_logs() -> tuple[Rule, ...]:
    """The rules that read training logs, ordered by name: those of the folder `log`."""
    return _rules(name for name, folder in _folders().items() if folder == _FOLDER_OF_LOGS)


@lru_cache(maxsize=1)
def rules_of_prototxts() -> tuple[Rule, ...]:
    """The rules that read nets and solvers, ordered by name: those of all other folders.

    Those that tell a refusal of the net's model are not among them: `rule_of` gives the one that is needed.
    """
    refusals = {fault.value for fault in Fault}
    return _rules(name for name, folder in _folders().items() if folder != _FOLDER_OF_LOGS and name not in refusals)


def rule_of(fault: Fault) -> Rule | None:
    """The rule that tells this kind of refusal."""
    return rule_named(fault.value)


def rule_named(name: str) -> Rule | None:
    """The rule of that name."""
    return _rule(name) if name in _folders() else None


@lru_cache(maxsize=1)
def _folders() -> dict[str, str]:
    """The package that each rule's module stands in, by the rule's name and ordered by it.

    Rules live in the folders of this package; what stands beside the folders serves them.
    """
    files = Path(caffe_ls.rules.__path__[0]).glob("*/*.py")
    modules = [(file.stem.replace("_", "-"), file.parent.name) for file in files if file.stem != "__init__"]
    return {name: f"caffe_ls.rules.{folder}" for name, folder in sorted(modules)}


def _rules(names: Iterable[str]) -> tuple[Rule, ...]:
    return tuple(rule for name in names if (rule := _rule(name)) is not None)


@cache
def _rule(name: str) -> Rule | None:
    module = importlib.import_module(f"{_folders()[name]}.{name.replace('-', '_')}")
    return next((value for value in vars(module).values() if isinstance(value, Rule) and value.name == name), None)
