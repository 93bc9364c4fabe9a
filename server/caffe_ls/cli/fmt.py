"""`caffe-ls fmt`: files formatted in place."""

from __future__ import annotations

from pathlib import Path

from caffe_ls.cli.errors import FAILED, FINDINGS, NOTHING_FOUND
from caffe_ls.cli.files import InputFile, Unreadable, input_files, read_bytes, reason_of
from caffe_ls.cli.output import tell, write
from caffe_ls.cli.progress import watched
from caffe_ls.syntax.formatting import format_text
from caffe_ls.text.source import decode, encode


def fmt(paths: tuple[str, ...], check_only: bool, stdin_path: str = "") -> int:
    """Format the files, print standard input formatted; with `check_only`, name the files that would change."""
    changed, failed = 0, False
    files = list(input_files(paths, stdin_path))
    for file in watched(files, len(files), "formatting"):
        answer = file if isinstance(file, Unreadable) else _format(file, check_only)
        if isinstance(answer, Unreadable):
            tell(f"{answer.path}: {answer.reason}")
            failed = True
        elif answer:
            changed += 1
    if check_only:
        tell(f"{changed} file{'s'[: changed != 1]} would change")
    elif changed:
        tell(f"{changed} file{'s'[: changed != 1]} formatted")
    if failed:
        return FAILED
    return FINDINGS if check_only and changed else NOTHING_FOUND


def _format(file: InputFile, check_only: bool) -> bool | Unreadable:
    """Whether the file's text is not as it should be, or was not."""
    data = read_bytes(file)
    if isinstance(data, Unreadable):
        return data
    text = decode(data)
    formatted = format_text(text)
    if check_only:
        if formatted != text:
            write(f"{file.path}\n")
        return formatted != text
    if file.from_standard_input:
        write(formatted)
        return False
    if formatted == text:
        return False
    try:
        Path(file.path).write_bytes(encode(formatted))
    except OSError as error:
        return Unreadable(file.path, f"cannot be written: {reason_of(error)}")
    return True
