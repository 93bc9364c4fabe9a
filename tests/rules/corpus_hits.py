"""How often each rule speaks of the corpus: nets and solvers that people trained with, and what they left behind."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from caffe_ls.cli.files import disk_access
from caffe_ls.cli.opening import Opener
from caffe_ls.cli.options import CheckOptions
from caffe_ls.cli.side_by_side import side_by_side
from caffe_ls.rules.checking import check
from caffe_ls.rules.registry import all_rules
from caffe_ls.text.source import decode

GOLDEN = Path(__file__).with_name("corpus_hits.txt")

_HEAD = """\
# Hits of each rule on the nets and solvers of the corpus: rule, severity, files, hits. Refreshed by `make update`;
# a change of behaviour shows here. A rule whose warnings are many is too eager: those are nets that were trained.
"""


def corpus_hits(shared: Path) -> str:
    """The table, a rule and severity a line; rules that say nothing of the corpus have a line of zeros."""
    files: Counter[tuple[str, str]] = Counter()
    hits: Counter[tuple[str, str]] = Counter()
    for found in side_by_side(_paths(shared), _hits_of):
        hits.update(found)
        files.update(found.keys())
    silent = {rule.name for rule in all_rules() if rule.reads != "log"} - {rule for rule, _ in hits}
    rows = [(*key, files[key], hits[key]) for key in hits] + [(rule, "-", 0, 0) for rule in silent]
    return _HEAD + "".join(f"{rule} {severity} {many} {number}\n" for rule, severity, many, number in sorted(rows))


def _paths(shared: Path) -> list[Path]:
    with (shared / "corpus" / "prototxt.tsv").open(newline="", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["kind"] in ("net", "solver")]
    return [shared / "corpus" / row["path"] for row in rows]


def _hits_of(path: Path) -> Counter[tuple[str, str]]:
    opener = Opener(CheckOptions(paths=()), disk_access())
    findings = check(opener.document(str(path), decode(path.read_bytes())))
    return Counter((finding.rule, finding.severity.value) for finding in findings if finding.severity is not None)
