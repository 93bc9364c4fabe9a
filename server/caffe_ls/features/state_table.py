"""Facts in the states in which a net is judged, side by side in a Markdown table; what is the same stands once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from caffe_ls.net.model import Net

# More names than this are counted, not listed.
_LISTED = 12

Facts = Mapping[str, str]
"""What a row is about, and what there is to say."""


def state_table(title: str, columns: Sequence[tuple[str, Facts]]) -> str:
    """A table with a column for each state; states of which all is the same share one."""
    merged: list[tuple[list[str], Facts]] = []
    for name, facts in columns:
        alike = next((names for names, others in merged if others == facts), None)
        if alike is None:
            merged.append(([name], facts))
        else:
            alike.append(name)
    labels = dict.fromkeys(label for _, facts in merged for label in facts)
    head = [title, *(", ".join(dict.fromkeys(names)) for names, _ in merged)]
    rows = [[label, *(facts.get(label, "") for _, facts in merged)] for label in labels]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_row(cells, widths) for cells in (head, ruler, *rows))


def state_names(nets: Sequence[Net]) -> list[str]:
    """A name for the state of each net: its phase, with stages and level where these tell it from others."""
    phases = [net.phase for net in nets]
    return [net.phase if phases.count(net.phase) == 1 else _full_name(net) for net in nets]


def lines_by_state(lines: Sequence[tuple[str, Sequence[str]]]) -> str:
    """Sentences of each state, a line each; what holds in all of them stands once and names none."""
    said: dict[str, list[str]] = {}
    for name, sentences in lines:
        for sentence in sentences:
            said.setdefault(sentence, []).append(name)
    told = (
        sentence if len(names) == len(lines) else f"{', '.join(dict.fromkeys(names))}: {sentence}"
        for sentence, names in said.items()
    )
    return "  \n".join(told)


def code(name: str) -> str:
    """A name from the text as code; what would break the Markdown around it is left out."""
    return "`" + " ".join(name.replace("`", "'").replace("|", "\\|").split()) + "`"


def some_of(names: Sequence[str]) -> str:
    """Names with commas, each once; of very many, the first and how many more."""
    different = list(dict.fromkeys(names))
    listed = ", ".join(different[:_LISTED])
    return f"{listed} and {len(different) - _LISTED:,} more" if len(different) > _LISTED else listed


def _full_name(net: Net) -> str:
    stages = "".join(f" {code(stage)}" for stage in sorted(net.state.stages))
    return f"{net.phase}{stages}" + (f" level {net.state.level}" if net.state.level else "")


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = [
        cells[0].ljust(widths[0]),
        *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)),
    ]
    return f"| {' | '.join(aligned)} |"
