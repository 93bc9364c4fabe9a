"""How a measurement is taken and shown."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Measurement(NamedTuple):
    """One line of the table: what was measured, the figure, and the budget of the plan for it.

    `holds` None where the line only informs.
    """

    what: str
    figure: str
    budget: str
    holds: bool | None = None


def seconds(run: Callable[[], object], repeats: int = 5) -> float:
    """The median time of a call."""
    return seconds_by_turns(run, repeats=repeats)[0]


def seconds_by_turns(*runs: Callable[[], object], repeats: int = 5) -> list[float]:
    """The median time of each call, made by turns: what slows the machine down for a while slows all of them."""
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(repeats):
        for run, taken in zip(runs, times, strict=True):
            start = time.perf_counter()
            run()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in times]


def against_rival(what: str, own: float, rival: float, rival_name: str, budget: float) -> Measurement:
    """A line for a time that is allowed `budget` times the rival's."""
    ratio = own / rival
    figure = f"{ratio:.2f} x ({1000 * own:.0f} ms against {1000 * rival:.0f} ms of {rival_name})"
    return Measurement(what, figure, f"{budget:g} x", ratio <= budget)


def show(title: str, measurements: Sequence[Measurement]) -> None:
    """Print the table."""
    table = Table(title=title, title_justify="left")
    for heading in ("what", "measured", "budget", ""):
        table.add_column(heading, overflow="fold")
    for line in measurements:
        verdict = "" if line.holds is None else "[green]holds[/]" if line.holds else "[red]OVER[/]"
        table.add_row(line.what, line.figure, line.budget, verdict)
    Console(width=140).print(table)
