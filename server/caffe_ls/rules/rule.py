"""How a rule is declared.

A rule is a module in a folder of this package, with a docstring and one function marked by `@problem_rule`,
`@document_rule`, `@refusal_rule`, `@layer_rule`, `@net_rule` or `@log_rule`. Its name is the file's name in kebab case.
The docstring's first line is the rule's title; then come why it matters and what Caffe does, and at the end blocks
`Bad:` and `Good:` of indented prototxt or log, which are its first tests: `# ^^^^` under a line of a bad example marks
the span of a finding (in a log, its line). What the fixes make of the bad example must be free of the rule's findings.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.immutable import dataclass, replace
from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Layer, Net, Phase, Refusal
from caffe_ls.net.values import Group
from caffe_ls.rules.finding import Category, Finding, Fix, LogFinding, Related, Severity, Stage
from caffe_ls.schema.model import Schema
from caffe_ls.schema.validation import ProblemKind, SchemaProblem, entry_problems
from caffe_ls.syntax.tree import Entry
from caffe_ls.text.span import Span

if TYPE_CHECKING:
    from caffe_ls.analysis.evidence import Evidence

Reads = Literal["entry", "prototxt", "net", "solver", "log"]


class DiesAt(NamedTuple):
    """When Caffe stops, where it is not when the refusal says."""

    stage: Stage


class DependsOn(NamedTuple):
    """What cannot be seen and decides whether Caffe stops, in words behind the message."""

    words: str


class Marks(NamedTuple):
    """The place to mark, where less than the refusal's says as much."""

    span: Span


Advice: TypeAlias = Fix | Related | str | DiesAt | DependsOn | Marks
"""What a rule adds to a refusal: a fix, a related place, words behind the message, another stage, a doubt, a place."""


@dataclass(frozen=True, slots=True)
class EntryView:
    """A top-level entry as a pure function of its text and the schema may see it; offsets are the entry's.

    `is_guessed` says that the schema is a guess: the file may be for a Caffe that nobody here knows. `foreign` are
    fields, by message and name, that the schema has not and that such a Caffe may have, as the file as a whole shows.
    """

    entry: Entry
    schema: Schema
    root: str
    is_guessed: bool = False
    foreign: frozenset[tuple[str, str]] = frozenset()

    @property
    def problems(self) -> tuple[SchemaProblem, ...]:
        """What the schema refuses in the entry; computed once for all rules."""
        return entry_problems(self.entry, self.schema, self.root)


@dataclass(frozen=True, slots=True)
class RefusalView:
    """A refusal of a net, and the document that the net was made of."""

    document: PrototxtDocument
    net: Net
    refusal: Refusal

    @property
    def layer(self) -> Layer | None:
        """The layer at which Caffe stops; None where it stops before it builds layers."""
        return next((layer for layer in self.net.layers if layer.origin == self.refusal.layer), None)

    def place(self, span: Span) -> Span:
        """A span of the layer's entry as the document's."""
        assert self.refusal.layer is not None
        return span.shift(self.net.text.layers[self.refusal.layer].base)


@dataclass(frozen=True, slots=True)
class LayerView:
    """A layer as its own text, its bottoms' shapes and the phase make it; offsets are its entry's, as `text` is.

    Of `layer` a rule may read nothing that tells of other layers: `sources`, `bottoms_need_backward` and `origin`.
    """

    layer: Layer
    phase: Phase
    dialect: str
    text: str = ""

    @property
    def fields(self) -> Group:
        """The layer's fields."""
        return self.layer.spec.fields

    def group(self, name: str) -> Group:
        """One of the layer's parameter messages; empty, at the layer's own place, where it is not given."""
        return self.layer.spec.fields.group(name)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's declaration and its check.

    Where a rule that stands `alone` finds an error, nothing else is said about the file. A rule that `needs_brackets`
    is held back where brackets are missing or too many, since fields then seem to stand where they were not meant to.
    One `of_first_weights` speaks of what fillers make: it is asked about nets that are trained from scratch only. One
    `of_connections` speaks of what flows through the net: it is not asked while connections are wrong.

    A rule is asked where it may find something only: about layers of `layer_types`, or nets that have such a layer,
    where types are named, in `phase`, where one is, and about layers that give one of `fields`, where any are.
    """

    name: str
    category: Category
    severity: Severity
    stage: Stage | None
    fixable: bool
    reads: Reads
    summary: str
    docstring: str
    alone: bool = False
    needs_brackets: bool = False
    of_first_weights: bool = False
    of_connections: bool = False
    layer_types: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    phase: Phase | None = None
    problem_kind: ProblemKind | None = None
    check_problem: Callable[[EntryView, SchemaProblem], Iterable[Finding]] | None = None
    check_document: Callable[[PrototxtDocument], Iterable[Finding]] | None = None
    fault: Fault | None = None
    advice_on_refusal: Callable[[RefusalView], Iterable[Advice]] | None = None
    check_layer: Callable[[LayerView], Iterable[Finding]] | None = None
    check_net: Callable[[Net], Iterable[Finding]] | None = None
    check_log: Callable[[Evidence], Iterable[LogFinding]] | None = None

    @property
    def documentation(self) -> str:
        """The docstring of the rule's module, without its margin."""
        # Not above: `inspect` takes as long to import as all rules that a file needs.
        import inspect

        return inspect.cleandoc(self.docstring)

    def complete(self, finding: Finding) -> Finding:
        """The finding with the rule's name, and its severity and stage where it has none of its own."""
        severity = finding.severity or self.severity
        stage = finding.stage or (self.stage if severity is Severity.ERROR else None)
        return replace(finding, rule=self.name, severity=severity, stage=stage)


def problem_rule(
    kind: ProblemKind,
    *,
    category: Category,
    severity: Severity,
    stage: Stage | None = None,
    fixable: bool = False,
    needs_brackets: bool = False,
) -> Callable[[Callable[[EntryView, SchemaProblem], Iterable[Finding]]], Rule]:
    """Declare what is said about each schema problem of one kind; clean entries cost nothing."""

    def declare(check: Callable[[EntryView, SchemaProblem], Iterable[Finding]]) -> Rule:
        name, summary, docstring = _describe(check)
        return Rule(
            name, category, severity, stage, fixable, "entry", summary, docstring,
            needs_brackets=needs_brackets, problem_kind=kind, check_problem=check,
        )  # fmt: skip

    return declare


def document_rule(
    *,
    category: Category,
    severity: Severity,
    reads: Reads = "prototxt",
    stage: Stage | None = None,
    fixable: bool = False,
    alone: bool = False,
    needs_brackets: bool = False,
) -> Callable[[Callable[[PrototxtDocument], Iterable[Finding]]], Rule]:
    """Declare a check of a whole document of the kind that `reads` names (`prototxt`: nets and solvers)."""

    def declare(check: Callable[[PrototxtDocument], Iterable[Finding]]) -> Rule:
        name, summary, docstring = _describe(check)
        return Rule(
            name, category, severity, stage, fixable, reads, summary, docstring,
            alone=alone, needs_brackets=needs_brackets, check_document=check,
        )  # fmt: skip

    return declare


def refusal_rule(fault: Fault, *, fixable: bool = False) -> Callable[[Callable[[RefusalView], Iterable[Advice]]], Rule]:
    """Declare the rule that tells one kind of refusal of the net's model; the function gives fixes and further places.

    Words that it gives are added to the message.
    """

    def declare(advise: Callable[[RefusalView], Iterable[Advice]]) -> Rule:
        name, summary, docstring = _describe(advise)
        assert name == fault.value
        return Rule(
            name, Category.VERDICT, Severity.ERROR, "init", fixable, "net", summary, docstring,
            fault=fault, advice_on_refusal=advise,
        )  # fmt: skip

    return declare


def layer_rule(
    *types: str,
    severity: Severity,
    category: Category = Category.TRAINING,
    stage: Stage | None = None,
    fixable: bool = False,
    fields: Collection[str] = (),
    phase: Phase | None = None,
) -> Callable[[Callable[[LayerView], Iterable[Finding]]], Rule]:
    """Declare a check of each layer of these types (of all types where none is named) in each phase it is built in.

    Where `fields` are named, it is asked about layers only that give one of them, among their own fields or in one of
    their parameter messages; where a phase is, about layers as they are built in it. The findings, with the entry's
    offsets, are kept with the layer while its text and its shapes stay as they are.
    """

    def declare(check: Callable[[LayerView], Iterable[Finding]]) -> Rule:
        name, summary, docstring = _describe(check)
        return Rule(
            name, category, severity, stage, fixable, "net", summary, docstring,
            layer_types=frozenset(types), fields=frozenset(fields), phase=phase, check_layer=check,
        )  # fmt: skip

    return declare


def net_rule(
    *types: str,
    severity: Severity,
    category: Category = Category.TRAINING,
    stage: Stage | None = None,
    fixable: bool = False,
    phase: Phase | None = None,
    of_first_weights: bool = False,
    of_connections: bool = True,
) -> Callable[[Callable[[Net], Iterable[Finding]]], Rule]:
    """Declare a check of a whole net, asked for each state in which the net will be used; offsets are the document's.

    It is asked at each keystroke: look only at the layers that matter (`Net.of_type`). Where types are named, it is
    asked about nets only that have a layer of one of them; where a phase is, about nets in that phase. One
    `of_first_weights` is asked only where the net is trained and nobody names weights that it starts from, one
    `of_connections` only where all connections are as somebody may mean them.
    """

    def declare(check: Callable[[Net], Iterable[Finding]]) -> Rule:
        name, summary, docstring = _describe(check)
        return Rule(
            name, category, severity, stage, fixable, "net", summary, docstring,
            of_first_weights=of_first_weights, of_connections=of_connections,
            layer_types=frozenset(types), phase=phase, check_net=check,
        )  # fmt: skip

    return declare


def log_rule(*, severity: Severity) -> Callable[[Callable[[Evidence], Iterable[LogFinding]]], Rule]:
    """Declare a check of a run of a training log, with the solver and the net that made it."""

    def declare(check: Callable[[Evidence], Iterable[LogFinding]]) -> Rule:
        name, summary, docstring = _describe(check)
        return Rule(name, Category.LOG, severity, None, False, "log", summary, docstring, check_log=check)

    return declare


def _describe(check: Callable[..., object]) -> tuple[str, str, str]:
    """Name and title of the rule whose module holds `check`, and the module's docstring."""
    docstring = sys.modules[check.__module__].__doc__
    assert docstring
    summary, _, _ = docstring.partition("\n")
    return check.__module__.rpartition(".")[2].replace("_", "-"), summary.rstrip("."), docstring
