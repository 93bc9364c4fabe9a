"""What ends a command, and with which exit status."""

from __future__ import annotations

from typing import Final

NOTHING_FOUND: Final = 0
FINDINGS: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141


class CommandError(Exception):
    """The command cannot do what it was asked to; the message is for the user, the exit status is 2."""
