"""What depends on one thing that cannot be seen is told once, at the first place that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from caffe_ls.immutable import replace
from caffe_ls.rules.finding import Category, FileEdit, Finding, Fix, Related, Severity
from caffe_ls.rules.registry import rule_named

# Nobody reads more, and a program that reads the report would suffer.
_MOST_PLACES = 100


def told_once(findings: Iterable[Finding]) -> list[Finding]:
    """The findings; what information says alike of many places is one, with the other places as related ones.

    A build without cuDNN or a fork that nobody knows is one cause, however many layers ask for it. What training makes
    of a layer is that layer's own matter, and told at its place; so are errors and warnings, and hints, since editors
    draw many of them as unused text.
    """
    alike: dict[tuple[object, ...], list[Finding]] = {}
    found: list[Finding] = []
    for finding in findings:
        rule = rule_named(finding.rule)
        if finding.severity is not Severity.INFORMATION or rule is None or rule.category is Category.TRAINING:
            found.append(finding)
        else:
            key = (finding.rule, finding.message, finding.phases, finding.assumes)
            alike.setdefault(key, []).append(finding)
    found += [_joined(sorted(group, key=lambda one: one.span)) for group in alike.values()]
    return found


def _joined(group: Sequence[Finding]) -> Finding:
    first, *others = group
    if not others:
        return first
    places = "place" if len(others) == 1 else "places"
    related = tuple(Related(other.span, other.message) for other in others[:_MOST_PLACES])
    return replace(
        first,
        message=f"{first.message} (and {len(others):,} more {places})",
        related=(*first.related, *related),
        fixes=tuple(_fix_of_all(fix, group) for fix in first.fixes),
    )


def _fix_of_all(fix: Fix, group: Sequence[Finding]) -> Fix:
    """The fix in all places that have one of its title; as it is, where another place has none."""
    same = [next((one for one in finding.fixes if one.title == fix.title), None) for finding in group]
    everywhere = [one for one in same if one is not None]
    if fix.setting or any(one.new_files for one in everywhere) or len(everywhere) < len(group):
        return fix
    return replace(
        fix, title=f"{fix.title} (in {len(group):,} places)", given=(), later=lambda: _edits_of_all(everywhere)
    )


def _edits_of_all(fixes: Sequence[Fix]) -> tuple[FileEdit, ...]:
    return tuple(dict.fromkeys(change for fix in fixes for change in fix.edits))
