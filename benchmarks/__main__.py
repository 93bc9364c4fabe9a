"""`python -m benchmarks [--shared FOLDER] [NAME ...]`: run benchmarks and print what holds and what is over budget."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks import corpus, editor, logs
from benchmarks.measurement import show

_BENCHMARKS = {"corpus": corpus.measure, "editor": editor.measure, "logs": logs.measure}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=None, help="folder with corpus/")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(_BENCHMARKS)}; all when none is given")
    options = parser.parse_args()
    shared = options.shared.resolve() if options.shared else None
    for name in options.names or _BENCHMARKS:
        with tempfile.TemporaryDirectory() as folder:
            show(name, _BENCHMARKS[name](shared, Path(folder)))


if __name__ == "__main__":
    main()
