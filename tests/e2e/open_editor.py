"""Opens VS Code on a folder in the user's browser, the extension installed, until Ctrl-C.

python open_editor.py --vsix FILE --editors FOLDER WORKSPACE
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import which

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.e2e.code_server import CodeServer

BROWSER_OPENERS = ("xdg-open", "open")


def main() -> None:
    """Start, tell the address, wait."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vsix", type=Path, required=True)
    parser.add_argument("--editors", type=Path, required=True)
    parser.add_argument("--node", type=Path, required=True)
    parser.add_argument("--no-browser", action="store_true", help="only tell the address")
    parser.add_argument("workspace", type=Path)
    options = parser.parse_args()
    # An editor that is ended otherwise must not leave its servers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory() as home:
        server = CodeServer(
            options.editors.resolve() / "code-server", options.node.resolve(), Path(home), [options.vsix.resolve()]
        )
        try:
            address = server.address(options.workspace.resolve(), _first_net(options.workspace.resolve()))
            print(f"VS Code on {options.workspace}: {address}\nCtrl-C ends it.", flush=True)
            opener = next((command for command in BROWSER_OPENERS if which(command)), None)
            if opener and not options.no_browser:
                subprocess.run([opener, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            server.wait()
        except KeyboardInterrupt:
            print()
        finally:
            server.stop()


def _first_net(folder: Path) -> Path | None:
    return next(iter(sorted(folder.glob("*train*.prototxt")) or sorted(folder.glob("*.prototxt"))), None)


if __name__ == "__main__":
    main()
