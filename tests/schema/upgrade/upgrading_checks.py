"""How tests of the upgrade compare texts."""

from __future__ import annotations

from textwrap import dedent

from caffe_ls.schema.upgrade.report import Upgraded
from caffe_ls.schema.upgrade.upgrading import upgrade_text


def check(before: str, after: str) -> Upgraded:
    """The upgrade of `before` is `after`, whose upgrade is itself; with LF and with CRLF."""
    before, after = dedent(before).removeprefix("\n"), dedent(after).removeprefix("\n")
    upgraded = upgrade_text(before)
    assert upgraded.text == after
    assert upgrade_text(after).text == after
    assert upgrade_text(before.replace("\n", "\r\n")).text == after.replace("\n", "\r\n")
    return upgraded


def check_refused(text: str, reason: str) -> None:
    """The text comes back unchanged, with one problem that says why."""
    text = dedent(text).removeprefix("\n")
    upgraded = upgrade_text(text)
    assert upgraded.text == text
    assert [reason in problem.message for problem in upgraded.problems] == [True], upgraded.problems


def messages(upgraded: Upgraded) -> list[str]:
    """The problems' sentences."""
    return [problem.message for problem in upgraded.problems]
