"""Options and fixtures of all tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shared", metavar="FOLDER", help="folder with corpus/, oracle/ and tools/ to test against")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    folder = config.getoption("--shared")
    if folder and (Path(folder) / "corpus").is_dir():
        return
    skip = pytest.mark.skip(reason="needs the data that --shared FOLDER names")
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> Path:
    """The folder with corpus/, oracle/ and tools/; only for tests marked `shared`."""
    return Path(request.config.getoption("--shared")).resolve()


class _FailOnSkippedRule(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise AssertionError(record.getMessage()) from (record.exc_info[1] if record.exc_info else None)


@pytest.fixture(autouse=True)
def rules_that_crash_fail_the_test() -> Iterator[None]:
    """In production a rule that raises is logged and skipped; in tests it fails."""
    handler = _FailOnSkippedRule()
    logger = logging.getLogger("caffe_ls.rules.checking")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)
