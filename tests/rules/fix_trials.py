"""Every fix of a file's findings, tried: the result parses, the finding is gone, and no other has come.

    python -m tests.rules.fix_trials --shared FOLDER [--only TEXT]

tries all fixes of all files, of the corpus and of those that were made wrong, which takes minutes; the tests try some.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from caffe_ls.analysis.disk import Access
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.kinds import Kind
from caffe_ls.cli.files import disk_access
from caffe_ls.cli.opening import Opener
from caffe_ls.cli.options import CheckOptions, CommonOptions
from caffe_ls.cli.side_by_side import side_by_side
from caffe_ls.immutable import replace
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding, Fix, Severity
from caffe_ls.text.edit import apply_edits
from caffe_ls.text.source import decode, encode

# After these nothing else is said of a file, or of what stands in wrong brackets.
_HIDE_ALL = ("merge-conflict", "syntax-error", "template-placeholder", "wrong-kind-of-file")
# A layer's right type, a policy or a value may need more than the text has; only then it shows what is missing.
_NEED_MORE = (
    "invalid-layer-parameter", "missing-layer-parameter", "unknown-enum-value", "unknown-layer-type",
    "unknown-lr-policy", "wrong-value-type",
)  # fmt: skip
# The first of two rules speaks where both would, or sees less than the second.
_SHOWS_ONLY_THEN = frozenset({
    ("pooling-window-outside-input", "pooling-skips-input"),
    ("unknown-field", "duplicate-field"),  # A field of a solver is judged by itself.
    ("weights-stay-zero", "saturating-stack"),
    ("weights-never-saved", "snapshot-folder-not-found"),
    ("scores-taken-for-probabilities", "scores-cut-before-loss"),
    ("batch-norm-global-stats-in-training", "bias-before-batch-norm"),
    ("python-module-written-as-path", "python-module-not-found"),
    ("max-iter-missing", "tests-never-run"),
})  # fmt: skip


class File(NamedTuple):
    """A file to try fixes on, and how it is read."""

    path: Path
    kind: Kind | None = None
    dialect: str = ""
    data_shape: str = ""
    batch: int | None = None

    @property
    def options(self) -> CheckOptions:
        common = CommonOptions(dialect=self.dialect, kind=self.kind, data_shape=self.data_shape, batch=self.batch)
        return CheckOptions(paths=(str(self.path),), common=common)


class Trial(NamedTuple):
    """A fix that was tried: what is wrong with its result, empty where nothing is."""

    path: str
    rule: str
    message: str
    fix: str
    wrong: str


def files_of(shared: Path) -> Iterator[File]:
    """The files of the corpus, then those that were made wrong, as parity.py reads them."""
    with (shared / "corpus" / "prototxt.tsv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            if row["kind"] in ("net", "solver"):
                yield File(shared / "corpus" / row["path"], "solver" if row["kind"] == "solver" else "net")
    for dialect, folder in (("bvlc", shared / "oracle"), ("ssd", shared / "oracle" / "ssd")):
        with (folder / "mutants.jsonl").open(encoding="utf-8") as lines:
            for mutant in map(json.loads, lines):
                kind: Kind = "solver" if mutant["verdicts"][0]["phase"] is None else "net"
                yield _as_parity(folder / "mutants" / f"{mutant['id']}.prototxt", kind, dialect)
        kinds: tuple[tuple[str, Kind], ...] = (("nets", "net"), ("solvers", "solver"))
        for name, kind in kinds:
            yield from (_as_parity(path, kind, dialect) for path in sorted((folder / name).iterdir()))


def _as_parity(path: Path, kind: Kind, dialect: str) -> File:
    return File(path, kind, dialect, "3x227x227", 1)


def trials(file: File, each: int | None = None) -> list[Trial]:
    """The fixes of a file's findings, tried one by one; of each rule the first `each` findings that have any."""
    access = disk_access()
    text = decode(file.path.read_bytes())
    document = Opener(file.options, access).document(str(file.path), text)
    findings = check(document)
    known = Counter(finding.rule for finding in findings)
    tried: Counter[str] = Counter()
    found = []
    for finding in findings:
        fixes = [fix for fix in finding.fixes if fix.edits or fix.setting or fix.new_files]
        if not fixes or (each is not None and tried[finding.rule] >= each):
            continue
        tried[finding.rule] += 1
        for fix in fixes:
            wrong = _wrong(file, document, access, finding, fix, known)
            found.append(Trial(str(file.path), finding.rule, finding.message, fix.title, wrong))
    return found


def _wrong(
    file: File, document: PrototxtDocument, access: Access, finding: Finding, fix: Fix, known: Mapping[str, int]
) -> str:
    texts = changed_texts(document, access, fix)
    after = _opened(file, document, access, fix, texts)
    if _syntax_problems(after) > _syntax_problems(document):
        return "does not parse"
    left = check(after)
    if fix.setting is not None:  # Another dialect may know less of the rest.
        return "the finding stays" if any(_is_same(finding, one) for one in left) else ""
    numbers = Counter(one.rule for one in left)
    if numbers[finding.rule] >= known.get(finding.rule, 0):
        return "the finding stays"
    fresh = [one for one in left if numbers[one.rule] > known.get(one.rule, 0)]
    fresh = [one for one in fresh if (finding.rule, one.rule) not in _SHOWS_ONLY_THEN]
    if finding.severity is Severity.ERROR or finding.rule in _NEED_MORE:
        fresh = [one for one in fresh if _is_brought(one, finding, after, fix)]
    return "; ".join(f"brings {one.rule}: {one.message}" for one in fresh)


def _is_same(one: Finding, other: Finding) -> bool:
    return (one.rule, one.span, one.message) == (other.rule, other.span, other.message)


def _is_brought(fresh: Finding, mended: Finding, after: PrototxtDocument, fix: Fix) -> bool:
    """Whether the fix of an error made another finding, and did not merely bring to light what the error hid.

    Of what Caffe refuses, the rest of the file is not judged, or as far as it does not depend on it; but that the text
    which the fix wrote is refused, or wrong, is the fix's own fault.
    """
    if mended.rule in _HIDE_ALL or fresh.severity not in (Severity.ERROR, Severity.WARNING):
        return False
    if mended.rule in _NEED_MORE and fresh.stage != "parse":
        return False
    entries = after.file
    return entries.index_at(fresh.span.start) in {entries.index_at(place) for place in _places_after(fix)}


def _places_after(fix: Fix) -> Iterator[int]:
    """Where the texts that a fix writes begin, in the file as it is then."""
    moved = 0
    for change in sorted((change.edit for change in fix.edits if change.path is None), key=lambda edit: edit.span):
        yield change.span.start + moved
        moved += len(change.new_text) - (change.span.end - change.span.start)


def changed_texts(document: PrototxtDocument, access: Access, fix: Fix) -> dict[str | None, str]:
    """The texts that a fix makes, by path; None is the document's own."""
    texts: dict[str | None, str] = dict(fix.new_files)
    for path in dict.fromkeys(change.path for change in fix.edits):
        before = document.text if path is None else decode(access.read(path) or b"")
        texts[path] = apply_edits(before, (change.edit for change in fix.edits if change.path == path))
    return texts


def _opened(
    file: File, document: PrototxtDocument, access: Access, fix: Fix, texts: Mapping[str | None, str]
) -> PrototxtDocument:
    """The document after a fix, with the other files that it changes."""
    options = file.options
    if fix.setting is not None:
        name, value = fix.setting
        assert name == "dialect"
        options = replace(options, common=replace(options.common, dialect=value))
    others = {path: encode(text) for path, text in texts.items() if path is not None}
    seen = with_files(access, others) if others else access
    return Opener(options, seen).document(str(file.path), texts.get(None, document.text))


def with_files(access: Access, files: Mapping[str, bytes]) -> Access:
    """The disk, with some files as they would be."""

    def read(path: str) -> bytes | None:
        return files[path] if path in files else access.read(path)

    return Access(read, access.names_in, stored_at=access.stored_at)


def _syntax_problems(document: PrototxtDocument) -> int:
    return sum(len(entry.problems) for entry in document.file.entries)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shared", type=Path, required=True, help="folder with corpus/ and oracle/")
    parser.add_argument("--only", default="", help="files whose path holds this text")
    options = parser.parse_args()
    files = [file for file in files_of(options.shared) if options.only in str(file.path)]
    number = failed = 0
    for found in side_by_side(files, trials):
        number += len(found)
        for trial in found:
            if trial.wrong:
                failed += 1
                print(f"{trial.path}: {trial.rule}: {trial.message}\n    {trial.fix}: {trial.wrong}")
    print(f"{number:,} fixes of {len(files):,} files tried, {failed} went wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
