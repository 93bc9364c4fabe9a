"""Debug blocks: the same lines in the same order, hundreds of times over; read by the row once the order is known."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from operator import getitem
from struct import Struct

from caffe_ls.training_log.first_nonfinite import first_odd
from caffe_ls.training_log.record import NORMS, NonFinite, Quantity, Run
from caffe_ls.training_log.series import POINTS, Series

_MOST_VALUES = 1_500_000  # of all debug series of a run together, after thinning
_ROWS_AT_ONCE = 128
_VALUES_AT_ONCE = 400_000  # wait to be brought into columns: the fewer portions, the less work


class Template:
    """The lines of one pass through a net: what stands before each value, from the end of the time on."""

    def __init__(self, keys: Sequence[bytes], cut: int, quantities: Sequence[Quantity]) -> None:
        self.heads = tuple(key + b": " for key in keys)
        self.cut = cut
        self.quantities = tuple(quantities)
        self.places = tuple(slice(cut, cut + len(head)) for head in self.heads)
        self.values = tuple(slice(cut + len(head), None) for head in self.heads)
        self.size = len(self.heads)
        self.pack = Struct(f"{self.size}d").pack

    def read(self, lines: Sequence[bytes], start: int) -> list[float] | None:
        """The values when the lines from `start` on are these, to the last byte; else None."""
        row = lines[start : start + self.size]
        if len(row) < self.size or not self._alike(row):
            return None
        cells: Iterator[bytes] = map(getitem, row, self.values)  # type: ignore[arg-type]
        try:
            return list(map(float, cells))
        except ValueError:
            return None

    def begins(self, lines: Sequence[bytes], start: int) -> bool:
        """Whether the lines end within a pass that is like this one so far."""
        row = lines[start : start + self.size]
        return len(row) < self.size and self._alike(row)

    def _alike(self, row: Sequence[bytes]) -> bool:
        return tuple(map(getitem, row, self.places)) == self.heads[: len(row)]


class OpenBlock:
    """The debug lines of a run since its last structural line: whose they are is known when the next one comes."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._rows: list[tuple[Template, list[float], Sequence[int]]] = []  # with the lines of the values
        self._lines: list[int] = []
        self._keys: list[bytes | None] = []
        self._quantities: list[Quantity] = []
        self._values: list[float] = []
        self._cut = 0
        self._alike = True  # the open lines have one cut
        self._norms: list[tuple[tuple[float, ...], int]] = []
        self._waiting_for: tuple[Template, str, int] | None = None
        self._waiting_iterations = array("q")
        self._waiting_starts = array("q")
        self._waiting_values = array("d")  # row after row
        self.templates: dict[tuple[str, bytes], Template] = {}
        self._has_first_nonfinite = False  # in what is open
        self.updates = False
        self.has_backward = False
        self.test: tuple[int, int] | None = None  # iteration and net, after a `Testing net` line

    def __bool__(self) -> bool:
        return bool(self._rows or self._keys or self._norms)

    def template(self, phase: str, key: bytes) -> Template | None:
        return self.templates.get((phase, key))

    def add_row(self, template: Template, values: list[float], line: int) -> None:
        """A whole pass, read at once; `line` is its first."""
        if self._keys:
            self._end_row("")
        self._rows.append((template, values, range(line, line + template.size)))
        if self._run.first_nonfinite is None and not math.isfinite(sum(values)):
            at = first_odd(values)
            if at is not None:
                self._found(template.quantities[at], line + at)
        if not self.has_backward and template.quantities[-1].direction == "backward":
            self.has_backward = True
        self._limit()

    def add_line(self, key: bytes | None, cut: int, quantity: Quantity, value: float, line: int, phase: str) -> bool:
        """A line by itself; whether a pass begins with it: then the lines of the pass before become a template.

        `key` is what stands before the value, from `cut` on; None where the line cannot be read that way.
        """
        begins = not self._keys
        if not begins and quantity == self._quantities[0]:
            self._end_row(phase)
            begins = True
        if begins:
            self._cut, self._alike = cut, True
        self._alike = self._alike and key is not None and cut == self._cut
        self._keys.append(key)
        self._quantities.append(quantity)
        self._values.append(value)
        self._lines.append(line)
        if quantity.direction == "backward":
            self.has_backward = True
        if self._run.first_nonfinite is None and not math.isfinite(value):
            self._found(quantity, line)
        return begins

    def add_norms(self, values: tuple[float, ...], line: int) -> None:
        """The norms over all parameters, L1 and L2, of data and diff each: they wait for their iteration too."""
        self.has_backward = True
        if len(self._norms) < _ROWS_AT_ONCE:
            self._norms.append((values, line))
        at = first_odd(values)
        if self._run.first_nonfinite is None and at is not None:
            self._found(Quantity("norm", None, "", None, NORMS[at][1]), line)

    def close(self, iteration: int, phase: str, net: int) -> None:
        """Give what is open to an iteration."""
        if not self:
            return
        self._end_row(phase)
        if self._has_first_nonfinite and self._run.first_nonfinite is not None:
            self._run.first_nonfinite = self._run.first_nonfinite._replace(iteration=iteration, phase=phase)
            self._has_first_nonfinite = False
        self._settle(iteration, phase, net)
        for values, line in self._norms:
            for norm, value in zip(NORMS, values, strict=True):
                series = self._run.norms.get(norm)
                if series is None:
                    series = self._run.norms[norm] = Series(self._run.points)
                series.add(iteration, value, line)
        self._norms.clear()
        self.has_backward = False

    def flush(self) -> None:
        """Bring the waiting rows into the columns of the run."""
        if self._waiting_for is None:
            return
        template, phase, net = self._waiting_for
        iterations, starts, values = self._waiting_iterations, self._waiting_starts, self._waiting_values
        for into, quantity in enumerate(template.quantities):
            self._series(quantity, phase, net).extend(iterations, values[into :: template.size], starts, into)
        del iterations[:], starts[:], values[:]
        self._waiting_for = None

    def _series(self, quantity: Quantity, phase: str, net: int) -> Series:
        debug = self._run.debug
        series = debug.get((phase, net, quantity))
        if series is None:
            series = debug[phase, net, quantity] = Series(self._run.points)
        if self._run.points is not None and series.points == POINTS and len(debug) * POINTS > _MOST_VALUES:
            series.points = max(64, _MOST_VALUES // len(debug))
        return series

    def _settle(self, iteration: int, phase: str, net: int) -> None:
        for template, values, lines in self._rows:
            if not isinstance(lines, range):  # Other programs' lines stand between.
                self.flush()
                for quantity, value, line in zip(template.quantities, values, lines, strict=True):
                    self._series(quantity, phase, net).add(iteration, value, line)
                continue
            if self._waiting_for != (template, phase, net) or len(self._waiting_values) >= _VALUES_AT_ONCE:
                self.flush()
                self._waiting_for = (template, phase, net)
            self._waiting_iterations.append(iteration)
            self._waiting_starts.append(lines[0])
            self._waiting_values.frombytes(template.pack(*values))
        self._rows.clear()

    def _end_row(self, phase: str) -> None:
        if not self._keys:
            return
        keys = [key or b"" for key in self._keys]
        template = Template(keys, self._cut, self._quantities)
        known = self.templates.get((phase, keys[0])) if phase and self._alike else None
        if known and known.heads == template.heads and known.cut == template.cut:
            template = known
        elif phase and self._alike and (known is None or known.cut != template.cut or known.size <= template.size):
            if len(self.templates) >= 64:
                self.templates.clear()
            self.templates[phase, keys[0]] = template
        alike = range(self._lines[0], self._lines[0] + len(self._lines))
        self._rows.append((template, self._values, alike if alike[-1] == self._lines[-1] else self._lines))
        self._keys, self._quantities, self._values, self._lines = [], [], [], []
        self._limit()

    def _limit(self) -> None:
        """A test of thousands of passes is given to its iteration as it goes; what nothing ever closes is thinned."""
        if len(self._rows) < _ROWS_AT_ONCE:
            return
        if self.test is not None and not self.has_backward:
            self._settle(self.test[0], "TEST", self.test[1])
        elif len(self._rows) >= 4 * _ROWS_AT_ONCE:
            del self._rows[: len(self._rows) // 2 : 2]

    def _found(self, quantity: Quantity, line: int) -> None:
        place = quantity.direction, quantity.layer, quantity.blob, quantity.part
        self._run.first_nonfinite = NonFinite(line, None, "TRAIN", *place)
        self._has_first_nonfinite = True
