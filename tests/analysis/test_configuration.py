"""Settings files are found, read, and never fatal."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.configuration import (
    ANCESTOR_LIMIT,
    ancestors,
    find_configuration,
    parse_configuration,
    unknown_rules,
)
from caffe_ls.settings import Settings
from tests.analysis.disk import Disk


def test_the_nearest_settings_file_is_in_force_and_no_other() -> None:
    disk = Disk({"/a/caffe-ls.toml": 'dialect = "ssd"', "/a/b/caffe-ls.toml": 'ignore = ["style"]'})
    assert find_configuration("/a/b/c", disk.read).settings == Settings(ignore=("style",))
    assert find_configuration("/a", disk.read).settings == Settings(dialect="ssd")
    assert find_configuration("/x", disk.read).settings == Settings()


def test_nothing_is_looked_for_above_the_workspace() -> None:
    disk = Disk({"/caffe-ls.toml": 'dialect = "ssd"', "/a/caffe-ls.toml": 'dialect = "ssd"'})
    assert find_configuration("/a/b/c", disk.read, top="/a/b").settings == Settings()
    assert find_configuration("/a/b/c", disk.read, top="/a/").settings == Settings(dialect="ssd")


def test_ancestors_are_few_and_come_to_an_end() -> None:
    assert list(ancestors("/a/b")) == ["/a/b", "/a", "/"]
    assert list(ancestors("")) == [""]
    assert len(list(ancestors("/x" * 1_000))) == ANCESTOR_LIMIT


def test_all_settings_are_read() -> None:
    text = """
        dialect = "SSD"
        data-shape = "3x227x227"
        proto = "../fork/caffe.proto"
        select = ["format", "verdict"]
        [rules]
        unknown-field = "hint"
    """
    found = parse_configuration("/a/b/caffe-ls.toml", text.encode())
    assert found.problems == ()
    assert found.settings == Settings(
        dialect="SSD",
        data_shape="3x227x227",
        proto="/a/fork/caffe.proto",
        select=("format", "verdict"),
        rules=found.settings.rules,
    )
    assert dict(found.settings.rules) == {"unknown-field": "hint"}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# dialekt\ndialekt = 1", 2, "unknown setting `dialekt`"),
        ("\nselect = 3", 2, "setting `select` takes a list of texts, not `3`"),
        ('dialect = "sdd"', 1, "unknown dialect 'sdd'"),
        ('[rules]\nx = "loud"', 1, "`loud` is no severity for `x`"),
        ("a = [", 1, "no valid TOML"),
        ("a = 1\nb = = 2", 2, "no valid TOML"),
        ("a = " + "[" * 100_000, None, "no valid TOML"),
        ("\x00", 1, "no valid TOML"),
    ],
)
def test_a_mistake_costs_that_setting_alone_and_is_told(text: str, line: int | None, message: str) -> None:
    found = parse_configuration("/caffe-ls.toml", text.encode())
    (problem,) = found.problems
    assert problem.path == "/caffe-ls.toml"
    assert message in problem.message
    assert line is None or problem.line == line
    assert found.settings.dialect == "auto"


def test_what_is_right_beside_a_mistake_holds() -> None:
    found = parse_configuration("/caffe-ls.toml", b'dialect = "ssd"\nselect = 3\nignore = ["style"]\n')
    assert (found.settings.dialect, found.settings.ignore, len(found.problems)) == ("ssd", ("style",), 1)


def test_bytes_that_are_no_utf8_and_a_byte_order_mark_are_read() -> None:
    assert parse_configuration("/x", b'\xef\xbb\xbfdialect = "ssd" # caf\xc3\xa9\n').settings.dialect == "ssd"
    assert parse_configuration("/x", b'dialect = "\xff"\n').settings.dialect == "auto"


def test_rules_that_do_not_exist_are_told_categories_are_known() -> None:
    text = b'select = ["format", "known"]\nignore = ["stile"]\n[rules]\nknown = "off"\nstyle = "off"\n'
    found = parse_configuration("/caffe-ls.toml", text)
    assert [(problem.line, problem.message) for problem in unknown_rules(found, text, {"known"})] == [
        (2, "there is no rule `stile`"),
        (5, "there is no rule `style`"),
    ]


def test_folders_for_modules_are_below_the_settings_file() -> None:
    found = parse_configuration("/desk/caffe-ls.toml", b'python-path = ["caffe/python", "../lib", "/opt/caffe/python"]')
    assert found.settings.python_path == ("/desk/caffe/python", "/lib", "/opt/caffe/python")
    assert found.problems == ()
