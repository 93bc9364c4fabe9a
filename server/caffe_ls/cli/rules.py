"""`caffe-ls rules`: what can be found, and for which Caffes."""

from __future__ import annotations

import json

from caffe_ls.cli.errors import NOTHING_FOUND
from caffe_ls.cli.output import write
from caffe_ls.rules.registry import all_rules
from caffe_ls.schema.catalog import ANY, dialects, title_of


def list_rules(report_format: str) -> int:
    """Print all rules, ordered by category and name as text, by name as JSON."""
    rules = all_rules()
    if report_format == "json":
        rows = [
            {
                "name": rule.name,
                "category": rule.category.value,
                "severity": rule.severity.value,
                "fixable": rule.fixable,
                "summary": rule.summary,
                "reads": rule.reads,
            }
            for rule in rules
        ]
        write(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
        return NOTHING_FOUND
    width = max((len(rule.name) for rule in rules), default=0)
    categories = list(dict.fromkeys(rule.category for rule in rules))
    for category in sorted(categories, key=lambda category: category.value):
        write(f"{category.value}\n")
        for rule in rules:
            if rule.category is category:
                write(f"  {rule.name:{width}}  {rule.severity.value:11}  {rule.summary}\n")
    return NOTHING_FOUND


def list_dialects(report_format: str) -> int:
    """Print the names of the Caffes that are known, the first being the one for files that tell nothing."""
    known = [(dialect.name, dialect.title) for dialect in dialects()] + [(ANY, title_of(ANY))]
    if report_format == "json":
        write(
            json.dumps([{"name": name, "title": title} for name, title in known], indent=1, ensure_ascii=False) + "\n"
        )
    else:
        width = max(len(name) for name, _ in known)
        write("".join(f"{name:{width}}  {title}\n" for name, title in known))
    return NOTHING_FOUND
