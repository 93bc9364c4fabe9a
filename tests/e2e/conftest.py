"""What the tests in real editors share; `make e2e` gives the options."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.environment import CHROMIUM_COMMANDS

# Collected only where `make e2e` has installed what they need.
if importlib.util.find_spec("playwright") is None:
    collect_ignore_glob = ["test_*.py"]
else:
    from playwright.sync_api import Browser, sync_playwright

    CHROMIUM_ARGUMENTS = (
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    )  # fmt: skip

    @pytest.fixture(scope="session")
    def browser() -> Iterator[Browser]:
        """The system's Chromium, which reaches this machine and no other."""
        command = next(path for name in CHROMIUM_COMMANDS if (path := shutil.which(name)))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=command, args=list(CHROMIUM_ARGUMENTS))
            yield browser
            browser.close()


FAULTY_NET = """\
name: "faulty"
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param { shape { dim: 1 dim: 1 dim: 28 dim: 28 } }
}
layer {
  name: "conv1"
  type: "Convolution"
  bottom: "data"
  top: "conv1"
  convolution_param {
    num_outptu: 20
    kernel_size: 5
  }
}
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--vsix", type=Path, help="the packed extension")
    parser.addoption("--editors", type=Path, help="the folder that environment.py filled")
    parser.addoption("--node", type=Path, help="the folder with Node's program")


@pytest.fixture(scope="session")
def vsix(request: pytest.FixtureRequest) -> Path:
    """The packed extension, as users install it."""
    path: Path = request.config.getoption("--vsix")
    return path.resolve()


@pytest.fixture(scope="session")
def editors(request: pytest.FixtureRequest) -> Path:
    """The folder with code-server; screenshots and logs go there too."""
    path: Path = request.config.getoption("--editors")
    return path.resolve()


@pytest.fixture(scope="session")
def node(request: pytest.FixtureRequest) -> Path:
    """The folder with Node's program."""
    path: Path = request.config.getoption("--node")
    return path.resolve()


@pytest.fixture(scope="session")
def unpacked_extension(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension's folder, as an editor unpacks it."""
    folder = tmp_path_factory.mktemp("extension")
    with zipfile.ZipFile(vsix) as archive:
        archive.extractall(folder)
    return folder / "extension"


@pytest.fixture(scope="session")
def server_command(unpacked_extension: Path) -> list[str]:
    """The packed server, started as the extension starts it."""
    script = str(unpacked_extension / "start_server.py")
    return [sys.executable, "-I", "-S", "-X", "utf8", script, "serve", "--stdio"]


@pytest.fixture
def faulty_net(tmp_path: Path) -> Path:
    """A net with one misspelt field, in a folder of its own."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    net = folder / "net.prototxt"
    net.write_text(FAULTY_NET, "utf-8")
    return net
