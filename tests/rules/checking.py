"""Checks of rules in the language of fixtures."""

from __future__ import annotations

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.kinds import Kind
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding, Fix
from caffe_ls.settings import settings_from
from caffe_ls.text.edit import apply_edits
from tests import fixture
from tests.fixture import Mark, with_marks
from tests.rules.files_beside import document_beside


def document_of(text: str, kind: Kind | None = None, dialect: str = "bvlc") -> PrototxtDocument:
    """The first file of a fixture as a document; BVLC's unless the fixture's settings or `dialect` say otherwise."""
    read = fixture.read(text)
    settings, problems = settings_from({"dialect": dialect, **read.settings})
    assert not problems
    first, *others = read.files
    return document_beside(first.path, first.text, settings, others, kind)


def findings_of(text: str, kind: Kind | None = None, dialect: str = "bvlc") -> list[Finding]:
    """All findings of a fixture's first file."""
    return list(check(document_of(text, kind, dialect)))


def expect(text: str, kind: Kind | None = None, dialect: str = "bvlc") -> list[Finding]:
    """Check that a fixture has exactly the findings that its marks name; the findings."""
    file = fixture.read(text).files[0]
    found = findings_of(text, kind, dialect)
    drawn = with_marks(file.text, tuple(Mark(finding.span, finding.rule) for finding in found))
    assert drawn == with_marks(file.text, tuple(sorted(file.marks)))
    return found


def fixed(text: str, title: str = "", dialect: str = "bvlc") -> str:
    """The fixture's text after the first finding's fix whose title holds `title`."""
    document = document_of(text, dialect=dialect)
    change = _fix(list(check(document)), title)
    return apply_edits(document.text, [edit.edit for edit in change.edits])


def _fix(findings: list[Finding], title: str) -> Fix:
    titles = [fix.title for finding in findings for fix in finding.fixes]
    found = [fix for finding in findings for fix in finding.fixes if title in fix.title]
    assert found, f"no fix {title!r} among {titles}"
    return found[0]
