"""`caffe-ls upgrade`: a file of old Caffe in today's form, printed."""

from __future__ import annotations

from caffe_ls.cli.errors import FINDINGS, NOTHING_FOUND, CommandError
from caffe_ls.cli.files import InputFile, Unreadable, read_bytes
from caffe_ls.cli.options import STANDARD_INPUT
from caffe_ls.cli.output import tell, write
from caffe_ls.schema.upgrade.upgrading import upgrade_text
from caffe_ls.text.source import Source, decode


def upgrade(path: str, stdin_path: str = "") -> int:
    """Print the upgraded text; what could not be upgraded goes to standard error, and gives exit status 1."""
    from_standard_input = path == STANDARD_INPUT
    shown = (stdin_path or path) if from_standard_input else path
    data = read_bytes(InputFile(shown, from_standard_input=from_standard_input))
    if isinstance(data, Unreadable):
        raise CommandError(f"{data.path}: {data.reason}")
    text = decode(data)
    upgraded = upgrade_text(text)
    write(upgraded.text)
    source = Source(text)
    for problem in upgraded.problems:
        line, column = source.line_column(problem.span.start)
        tell(f"{shown}:{line}:{column}: {problem.message}")
    return FINDINGS if upgraded.problems else NOTHING_FOUND
