"""A rule asked about something: one that crashes is told once and finds nothing, one that nobody wants is not asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from caffe_ls.rules.finding import Finding
from caffe_ls.rules.rule import Rule
from caffe_ls.settings import Settings

_told: set[str] = set()
_Subject = TypeVar("_Subject")


def ask(rule: Rule, check: Callable[[_Subject], Iterable[Finding]] | None, subject: _Subject) -> Sequence[Finding]:
    """What a check of the rule finds."""
    if check is None:
        return ()
    try:
        found = list(check(subject))
        return [rule.complete(finding) for finding in found] if found else found
    except Exception:
        if rule.name not in _told:
            _told.add(rule.name)
            import logging

            logging.getLogger(__name__).exception("rule %s failed and is skipped; please report it", rule.name)
        return ()


def is_wanted(rule: Rule, settings: Settings) -> bool:
    """Whether the settings leave a finding of the rule at all: one that nobody sees is not looked for."""
    if not (settings.select or settings.ignore or settings.rules):
        return True
    names = {rule.name, rule.category.value}
    return (
        (not settings.select or not names.isdisjoint(settings.select))
        and names.isdisjoint(settings.ignore)
        and settings.rules.get(rule.name) != "off"
    )
