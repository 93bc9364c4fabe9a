"""A rule's documentation as people read it: in the manual, and by `caffe-ls explain`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from caffe_ls.rules.finding import Category
from caffe_ls.rules.rule import Rule

CATEGORY_WORDS = {
    Category.FORMAT: "the text format or the schema refuses it",
    Category.VERDICT: "a check of Caffe fails",
    Category.TRAINING: "it runs, and the training suffers",
    Category.LOG: "seen in a training log",
    Category.STYLE: "old, needless or unused",
}
"""What a category means, for tables and headings."""

_STAGE_WORDS = {
    "parse": "when it parses the file",
    "upgrade": "when it upgrades the file to today's form",
    "init": "when it builds the net or the solver",
    "first-iteration": "in the first iteration",
}
_READS_WORDS = {
    "entry": "nets and solvers",
    "prototxt": "nets and solvers",
    "net": "nets",
    "solver": "solvers",
    "log": "training logs",
}
_EXAMPLE = re.compile(r"^(Bad|Good)(?: \(([^\n]*)\))?:\n((?:(?: {4}[^\n]*)?(?:\n|\Z))+)", re.MULTILINE)
_SOURCE = re.compile(r"^Source: [^\n]*(?:\n[^\n]+)*", re.MULTILINE)
_FILE_HEADER = re.compile(r"^#- /(\S+)$", re.MULTILINE)
_MARKS_AT_LINE_START = re.compile(r"^#<(?=\^)", re.MULTILINE)


def explanation(rule: Rule) -> str:
    """The rule's title, what it means for a run, its text and its examples, as Markdown."""
    body = rule.documentation.partition("\n")[2].strip() + "\n"
    return f"# {rule.name}\n\n{rule.summary}.\n\n{_facts(rule)}\n\n{_EXAMPLE.sub(_fence_of(rule), body).strip()}\n"


def reason(rule: Rule) -> str:
    """Why a finding of the rule matters, as Markdown: its text without title, examples and sources."""
    body = rule.documentation.partition("\n")[2]
    return _SOURCE.sub("", _EXAMPLE.sub("", body)).strip()


def _facts(rule: Rule) -> str:
    lines = [f"- Category: `{rule.category.value}` ({CATEGORY_WORDS[rule.category]})"]
    dies = f": Caffe stops {_STAGE_WORDS[rule.stage]}" if rule.stage else ""
    lines.append(f"- Severity: {rule.severity.value}{dies}")
    lines.append(f"- Looks at: {_READS_WORDS[rule.reads]}")
    if rule.fixable:
        lines.append("- Has fixes: `caffe-ls check --fix`, or a quick fix in the editor")
    return "\n".join(lines)


def _fence_of(rule: Rule) -> Callable[[re.Match[str]], str]:
    return partial(_fenced, language="text" if rule.reads == "log" else "prototxt")


def _fenced(found: re.Match[str], language: str) -> str:
    """An example in a fence; marks that begin in the first column lose the `<` that tells tests so."""
    lines = [line[4:] for line in found[3].rstrip().split("\n")]
    text = _FILE_HEADER.sub(r"\n# \1 :", _MARKS_AT_LINE_START.sub("#^", "\n".join(lines)))
    options = f", {_in_words(found[2])}" if found[2] else ""
    return f"**{found[1]}**{options}:\n\n```{language}\n{text}\n```\n\n"


def _in_words(options: str) -> str:
    words = []
    for option in options.split(";"):
        name, _, value = option.strip().partition(" ")
        if name == "settings":
            pairs = re.findall(r'"([^"]+)": ("[^"]*"|[^,}]+)', value)
            words += [f"with `{key} = {setting.strip()}`" for key, setting in pairs]
        elif name == "kind":
            words.append(f"given as a {value}")
        elif name == "path":
            words.append(f"in `{value.lstrip('/')}`")
    return ", ".join(words)
