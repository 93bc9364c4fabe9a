"""Rules applied to a run of a training log; a rule that crashes is told once and skipped."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.immutable import replace
from caffe_ls.rules.finding import LogFinding, Severity
from caffe_ls.rules.registry import rules_of_logs
from caffe_ls.rules.rule import Rule
from caffe_ls.settings import Settings

_MOST_FINDINGS = 1_000  # of one rule in one run

_told: set[str] = set()


def check_log(evidence: Evidence, settings: Settings | None = None) -> tuple[LogFinding, ...]:
    """What is to be said about a run, in the order of the log's lines, as the settings leave it."""
    settings = settings or Settings()
    found = [
        finding for rule in _log_rules() if _is_wanted(rule, settings) for finding in _run(rule, evidence, settings)
    ]
    return tuple(sorted(found, key=lambda finding: (finding.line, finding.rule)))


@lru_cache(maxsize=1)
def _log_rules() -> tuple[Rule, ...]:
    return tuple(rule for rule in rules_of_logs() if rule.check_log is not None)


def _is_wanted(rule: Rule, settings: Settings) -> bool:
    names = {rule.name, rule.category.value}
    return (not settings.select or bool(names & set(settings.select))) and not names & set(settings.ignore)


def _run(rule: Rule, evidence: Evidence, settings: Settings) -> Iterator[LogFinding]:
    assert rule.check_log is not None
    try:
        found = list(islice(rule.check_log(evidence), _MOST_FINDINGS))
    except Exception:
        if rule.name not in _told:
            _told.add(rule.name)
            import logging

            logging.getLogger(__name__).exception("rule %s failed and is skipped; please report it", rule.name)
        return
    for finding in found:
        severity = settings.rules.get(rule.name, finding.severity or rule.severity)
        if severity != "off":
            yield replace(finding, rule=rule.name, severity=Severity(severity))
