"""Rules applied to a document: suppression, selection, severity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.immutable import replace
from caffe_ls.rules.asking import ask, is_wanted
from caffe_ls.rules.checking_nets import findings_of_nets
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.layers import layer_name
from caffe_ls.rules.registry import rule_named, rules_of_prototxts
from caffe_ls.rules.rows import found_in_entries
from caffe_ls.rules.rule import EntryView, Rule
from caffe_ls.rules.told_once import told_once
from caffe_ls.rules.unknown_words import words_of_unknown_fork
from caffe_ls.schema.validation import ProblemKind, SchemaProblem, entry_problems
from caffe_ls.settings import Settings
from caffe_ls.syntax.tree import Entry, Message

# Problems of the parser after which fields may seem to stand in another message than the one they were meant for.
_BRACKET_PROBLEMS = frozenset({
    "closing-bracket-missing", "list", "opening-bracket-missing", "unexpected", "unexpected-bracket", "value-missing",
    "wrong-bracket",
})  # fmt: skip

# Of one rule in one file: nobody reads more, and an editor, or a program that reads the report, would suffer.
MOST_FINDINGS = 1_000


def check(document: PrototxtDocument) -> tuple[Finding, ...]:
    """The findings of a document in the order of the text, as its settings and its suppression comments leave them."""
    if document.kind not in ("net", "solver"):
        return ()
    found = (finding for finding in _raw_findings(document) if not _suppressed(finding, document))
    chosen = (_by_settings(finding, document.settings) for finding in found)
    once = told_once(finding for finding in chosen if finding is not None)
    return tuple(sorted(_bounded(once), key=_order))


def _bounded(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first findings of each rule; the last of them says how many were left out."""
    last: dict[str, Finding] = {}
    numbers: dict[str, int] = {}
    for finding in findings:
        number = numbers[finding.rule] = numbers.get(finding.rule, 0) + 1
        if number < MOST_FINDINGS:
            yield finding
        elif number == MOST_FINDINGS:
            last[finding.rule] = finding
    for rule, finding in last.items():
        left_out = numbers[rule] - MOST_FINDINGS
        more = f" ({left_out:,} more places like this are not reported)" if left_out else ""
        yield replace(finding, message=finding.message + more)


def _order(finding: Finding) -> tuple[int, int, str]:
    return finding.span.start, finding.span.end, finding.rule


def _raw_findings(document: PrototxtDocument) -> list[Finding]:
    told: dict[str, Sequence[Finding]] = {}
    for rule in _document_rules(document.kind):
        if rule.alone:
            alone = told[rule.name] = ask(rule, rule.check_document, document)
            if any(finding.severity is Severity.ERROR for finding in alone):
                return list(alone)
    broken = _is_broken(document)
    found = [*_findings_of_entries(document, broken), *_findings_of_document(document, told, broken)]
    # Brackets and placeholders may leave it open which layers there are.
    if not broken and not document.template:
        found += findings_of_nets(document)
    return found


def _findings_of_entries(document: PrototxtDocument, broken: bool) -> Iterator[Finding]:
    schema, root, is_guessed = document.schema, document.root, document.dialect_is_guessed
    foreign = words_of_unknown_fork(document)
    # The problems are found for other rules too, and hardly any entry has some.
    for base, entry, _ in found_in_entries(document, entry_problems, schema, root):
        for finding in _entry_findings(EntryView(entry, schema, root, is_guessed, foreign)):
            if broken and finding.rule in _rules_that_need_brackets() and _is_simple(entry):
                continue
            yield finding.shift(base)


def _findings_of_document(
    document: PrototxtDocument, told: Mapping[str, Sequence[Finding]], broken: bool
) -> Iterator[Finding]:
    """What rules find in the document; those that were asked before have `told` what."""
    for rule in _document_rules(document.kind):
        if (broken and rule.needs_brackets) or not is_wanted(rule, document.settings):
            continue
        for finding in told[rule.name] if rule.alone else ask(rule, rule.check_document, document):
            if finding.layer is None:
                entry = document.file.entries[document.file.index_at(finding.span.start)]
                finding = replace(finding, layer=layer_name(entry))
            yield finding


def _is_broken(document: PrototxtDocument) -> bool:
    """Whether brackets are missing or too many, so that fields seem to stand where they were not meant to."""
    return any(_is_broken_entry(entry) for entry in document.file.entries if entry.problems)


def _is_broken_entry(entry: Entry) -> bool:
    return bool(entry.problems) and any(problem.code in _BRACKET_PROBLEMS for problem in entry.problems)


def _is_simple(entry: Entry) -> bool:
    return entry.field is None or not isinstance(entry.field.value, Message)


@lru_cache(maxsize=1)
def _rules_that_need_brackets() -> frozenset[str]:
    return frozenset(rule.name for rule in rules_of_prototxts() if rule.needs_brackets)


def _entry_findings(view: EntryView) -> tuple[Finding, ...]:
    """What rules find in an entry; kept with it."""
    cache, key = view.entry.cache, (_entry_findings, view.schema, view.root, view.is_guessed, view.foreign)
    known = cache.get(key)
    if known is None:
        known = cache[key] = tuple(_about(view))
    return known  # type: ignore[return-value]


def _about(view: EntryView) -> Iterator[Finding]:
    broken = _is_broken_entry(view.entry)
    found: list[Finding] = []
    for problem in view.problems:
        for rule in _problem_rules(problem.kind):
            if not (broken and rule.needs_brackets):
                found += ask(rule, _check_with(rule, view), problem)
    name = layer_name(view.entry) if found else None
    for finding in found:
        yield finding if finding.layer is not None or name is None else replace(finding, layer=name)


def _check_with(rule: Rule, view: EntryView) -> Callable[[SchemaProblem], Iterable[Finding]]:
    assert rule.check_problem is not None
    return partial(rule.check_problem, view)


@lru_cache(maxsize=16)
def _problem_rules(kind: ProblemKind) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules_of_prototxts() if rule.problem_kind is kind)


@lru_cache(maxsize=4)
def _document_rules(kind: str) -> tuple[Rule, ...]:
    rules = rules_of_prototxts()
    return tuple(rule for rule in rules if rule.check_document is not None and rule.reads in ("prototxt", kind))


def _suppressed(finding: Finding, document: PrototxtDocument) -> bool:
    if not document.suppressions:
        return False
    line = document.source.line_of(finding.span.start)
    for suppression in document.suppressions:
        if suppression.rules and not _names(finding, suppression.rules):
            continue
        if suppression.whole_file:
            return True
        comment = document.source.line_of(suppression.span.start)
        before = document.source.text[document.source.line_starts[comment] : suppression.span.start]
        alone = not before.strip("\ufeff \t")
        if line == comment or (alone and line == comment + 1):
            return True
    return False


def _names(finding: Finding, selectors: Iterable[str]) -> bool:
    return finding.rule in selectors or _category_of(finding.rule) in selectors


@lru_cache(maxsize=512)
def _category_of(rule_name: str) -> str:
    rule = rule_named(rule_name)
    return "" if rule is None else rule.category.value


def _by_settings(finding: Finding, settings: Settings) -> Finding | None:
    """The finding with the severity that the settings give it, or None where they leave it out.

    What they make an error has the stage at which its rule's errors stop Caffe.
    """
    if settings.select and not _names(finding, settings.select):
        return None
    if settings.ignore and _names(finding, settings.ignore):
        return None
    wanted = settings.rules.get(finding.rule)
    if wanted == "off":
        return None
    if not wanted:
        return finding
    rule = rule_named(finding.rule)
    stage = finding.stage or (rule.stage if wanted == "error" and rule is not None else None)
    return replace(finding, severity=Severity(wanted), stage=stage)
