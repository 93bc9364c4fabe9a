"""What is found in the things of a row is found again only where they are new."""

from __future__ import annotations

from caffe_ls.rules.rows import found_in_entries, found_in_row
from caffe_ls.syntax.tree import Entry
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span
from tests.rules.checking import document_of

_TEXT = 'name: "n"\nlayer { name: "a" }\nlayer { name: "b" }\nlayer { name: "c" }\n'
_DOCUMENT = document_of(_TEXT)


class _Looking:
    """Looks for texts longer than the number given, and notes at what it looked."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def at(self, thing: str, number: int) -> str | None:
        self.seen.append(thing)
        return thing.upper() if len(thing) > number else None


def _look_at_all(looking: _Looking, things: list[str], number: int = 1) -> tuple[list[str], list[tuple[int, str]]]:
    looking.seen.clear()
    found = found_in_row(_DOCUMENT, looking, things, (number,), lambda thing: looking.at(thing, number))
    return looking.seen, list(found)


def test_all_of_a_new_row_is_looked_at_and_found_by_its_index() -> None:
    assert _look_at_all(_Looking(), ["aa", "b", "cc"]) == (["aa", "b", "cc"], [(0, "AA"), (2, "CC")])


def test_of_a_row_that_was_changed_in_the_middle_only_what_is_new_is_looked_at() -> None:
    looking, row = _Looking(), ["aa", "b", "cc", "dd"]
    _look_at_all(looking, row)
    new = "ee" * 2
    assert _look_at_all(looking, [row[0], new, *row[2:]]) == ([new], [(0, "AA"), (1, "EEEE"), (2, "CC"), (3, "DD")])
    assert _look_at_all(looking, [row[0], *row[2:]]) == ([], [(0, "AA"), (1, "CC"), (2, "DD")])
    assert _look_at_all(looking, row) == ([row[1]], [(0, "AA"), (2, "CC"), (3, "DD")])
    assert _look_at_all(looking, []) == ([], [])


def test_a_thing_that_stands_twice_in_a_row_is_found_twice() -> None:
    looking, thing = _Looking(), "aa"
    _look_at_all(looking, [thing])
    assert _look_at_all(looking, [thing, thing])[1] == [(0, "AA"), (1, "AA")]
    assert _look_at_all(looking, [thing])[1] == [(0, "AA")]


def test_all_is_looked_at_again_when_what_it_depends_on_has_changed() -> None:
    looking, row = _Looking(), ["aa", "bbb"]
    _look_at_all(looking, row, 1)
    assert _look_at_all(looking, row, 2) == (["aa", "bbb"], [(1, "BBB")])


def test_entries_are_found_with_their_places_in_each_version_of_a_text() -> None:
    looked: list[str] = []

    def name_of(entry: Entry, unwanted: str) -> str | None:
        looked.append(entry.text)
        return None if f'"{unwanted}"' in entry.text else entry.text

    document = document_of(_TEXT)
    edited = document.edited(Edit(Span(6, 9), '"a longer name"'))
    for version in (document, edited):
        for base, entry, found in found_in_entries(version, name_of, "b"):
            assert version.text[base:].startswith(found)
            assert found == entry.text
    assert len([text for text in looked if '"c"' in text]) == 1
    assert len(looked) == len(document.file.entries) + 1
