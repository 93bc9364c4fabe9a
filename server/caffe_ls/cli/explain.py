"""`caffe-ls explain`: a rule's documentation, or what a line of a training log means."""

from __future__ import annotations

import difflib
import os
import re
import sys

from caffe_ls.cli.errors import NOTHING_FOUND, CommandError
from caffe_ls.cli.output import write
from caffe_ls.rules.registry import all_rules, rule_named
from caffe_ls.rules.rule import Rule

_EXAMPLE = re.compile(r"^(Bad|Good)(?: \([^)\n]*\))?:\n((?:(?: {4}.*)?\n)+)", re.MULTILINE)


def explain(subject: str) -> int:
    """Print what a rule finds, or what a line of a log says: rendered on a terminal, as Markdown elsewhere."""
    rule = rule_named(subject)
    markdown = documentation_of(rule) if rule is not None else _line_explained(subject)
    if markdown is None:
        raise CommandError(_unknown(subject))
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(markdown))
    else:
        write(markdown)
    return NOTHING_FOUND


def _line_explained(line: str) -> str | None:
    """What a single line of a log means, without the rest of its log; None for what is none of Caffe's."""
    from caffe_ls.analysis.log_document import log_document
    from caffe_ls.log_explanation.explain import explain as explain_row

    found = explain_row(log_document("", line.encode("utf-8", "surrogateescape") + b"\n"), 0)
    return None if found is None else found.markdown + "\n"


def documentation_of(rule: Rule) -> str:
    """A rule's documentation as Markdown, its examples fenced."""
    facts = [rule.category.value, rule.severity.value]
    if rule.stage:
        facts.append(f"Caffe stops at `{rule.stage}`")
    if rule.fixable:
        facts.append("can be mended by `--fix` or a quick fix")
    body = _EXAMPLE.sub(_fence, rule.documentation.partition("\n")[2].strip() + "\n")
    return f"# {rule.name}\n\n**{rule.summary}.**\n\n*{', '.join(facts)}*\n\n{body.strip()}\n"


def _fence(found: re.Match[str]) -> str:
    lines = [line[4:] for line in found[2].rstrip().split("\n")]
    text = "\n".join(lines)
    heading = found[0].partition("\n")[0]
    return f"{heading}\n\n```prototxt\n{text}\n```\n\n"


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, [rule.name for rule in all_rules()], n=1)
    hint = f"; did you mean {near[0]}?" if near else "; `caffe-ls rules` lists the rules"
    return f"there is no rule {name!r}, and it is no line of a log of Caffe's{hint}"
