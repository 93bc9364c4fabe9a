"""VS Code as a web page: a code-server process with the extension installed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

QUIET_SETTINGS: Mapping[str, object] = {
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
    "workbench.welcomePage.walkthroughs.openOnInstall": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.editor.enablePreview": False,
    "chat.disableAIFeatures": True,
    "chat.commandCenter.enabled": False,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "extensions.ignoreRecommendations": True,
    "security.workspace.trust.enabled": False,
    "git.enabled": False,
    "editor.minimap.enabled": False,
    "editor.hover.delay": 100,
    "editor.accessibilitySupport": "off",
    "files.autoSave": "off",
    "files.hotExit": "off",
}

_SECONDS_TO_START = 90
_SECONDS_TO_END = 15


class CodeServer:
    """Starts in the constructor; `stop` ends it with all that it started."""

    def __init__(
        self,
        program: Path,
        node: Path,
        home: Path,
        extensions: Sequence[Path],
        settings: Mapping[str, object] | None = None,
    ) -> None:
        self._home = home
        self.extensions = home / "extensions"
        user = home / "data/User"
        user.mkdir(parents=True, exist_ok=True)
        (user / "settings.json").write_text(json.dumps({**QUIET_SETTINGS, **(settings or {})}), "utf-8")
        (home / "config.yaml").write_text("auth: none\ncert: false\n", "utf-8")
        self._command = [
            str(node / "node"), str(program / "out/node/entry.js"), "--config", str(home / "config.yaml"),
            "--user-data-dir", str(home / "data"), "--extensions-dir", str(self.extensions),
        ]  # fmt: skip
        self._environment = {
            **os.environ,
            "HOME": str(home),
            "PATH": f"{node}{os.pathsep}{os.environ['PATH']}",
            # No gallery: it would be asked over the network.
            "EXTENSIONS_GALLERY": json.dumps({"serviceUrl": "", "itemUrl": "", "resourceUrlTemplate": ""}),
        }
        for extension in extensions:
            self._install(extension)
        self.port = _free_port()
        self._log = (home / "server.log").open("wb")
        self._process = subprocess.Popen(
            [
                *self._command, "--auth", "none", "--bind-addr", f"127.0.0.1:{self.port}", "--disable-telemetry",
                "--disable-update-check", "--disable-workspace-trust", "--disable-getting-started-override",
                # Else the extension host of a closed page lives on for three hours.
                "--reconnection-grace-time", "3",
            ],
            env=self._environment, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def address(self, folder: Path, file: Path | None = None) -> str:
        """The page that shows a folder, and a file in it."""
        address = f"http://127.0.0.1:{self.port}/?folder={quote(str(folder))}"
        if file is not None:
            payload = json.dumps([["openFile", f"vscode-remote://127.0.0.1:{self.port}{file}"]])
            address += f"&payload={quote(payload)}"
        return address

    def wait(self) -> int:
        """Wait until the process ends by itself."""
        return self._process.wait()

    def stop(self) -> None:
        """End the whole process group: the server, its extension hosts and the language servers."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._log.close()

    def _install(self, extension: Path) -> None:
        command = [*self._command, "--install-extension", str(extension)]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + _SECONDS_TO_START
        while not self._answers():
            if time.monotonic() > until or self._process.poll() is not None:
                raise RuntimeError((self._home / "server.log").read_text("utf-8")[-3000:])
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5).read()
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
