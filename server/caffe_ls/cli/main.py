"""The entry point of `caffe-ls`: one command is imported and run, and nothing that goes wrong shows a traceback."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from caffe_ls.cli.errors import FAILED, INTERRUPTED, PIPE_CLOSED, CommandError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name; the exit status."""
    try:
        status = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
        return status
    except CommandError as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does; the interpreter must not fail again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except Exception as error:
        if os.environ.get("CAFFE_LS_DEBUG"):
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return _failed(f"internal error: {what}; please report it, with what it prints when CAFFE_LS_DEBUG=1 is set")


def _failed(message: str) -> int:
    print(f"caffe-ls: {message}", file=sys.stderr)
    return FAILED


def _run(arguments: Sequence[str]) -> int:
    if not arguments and not sys.stdin.isatty():
        arguments = ("serve",)
    from caffe_ls.cli.arguments import parse_arguments

    command = parse_arguments(arguments)
    if "serve" not in arguments[:1]:
        # Trees and findings hold no cycles, and looking for some took a fifth of the time.
        gc.disable()
    try:
        return command()
    finally:
        gc.freeze()  # At its end the interpreter looks for cycles too, in all that is there.
