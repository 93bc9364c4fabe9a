"""Names that someone may have meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

_CUTOFF = 0.7
_CLEAR = 0.8
# Letters in another order: `nmae`.
_SWAPPED = 0.95
_LEAD = 0.08
_SHOWN = 3
_LONG_ENOUGH = 4
# A word more or less is another name, not a slip: image_transform_param is not transform_param.
_EXTRA_LETTERS = 3


class Nearest(NamedTuple):
    """Known names like the one written, best first; `clear` where the first is so near that no other can be meant."""

    names: tuple[str, ...]
    clear: bool

    def only(self, fits: Callable[[str], bool]) -> Nearest:
        """Those of the names that fit otherwise, too."""
        names = tuple(name for name in self.names if fits(name))
        return Nearest(names, self.clear and names[:1] == self.names[:1])


def nearest_names(written: str, known: Iterable[str]) -> Nearest:
    """The known names that look like `written`; upper and lower case, underscores and dashes do not count."""
    plain = _plain(written)
    if not plain:
        return Nearest((), False)
    scored: list[tuple[float, str]] = []
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(plain)
    for name in known:
        other = _plain(name)
        if other == plain:
            scored.append((2.0 if name.lower() == written.lower() else 1.5, name))
            continue
        if len(other) == len(plain) and sorted(other) == sorted(plain):
            scored.append((_SWAPPED, name))
            continue
        too_different = abs(len(other) - len(plain)) > (1 - _CUTOFF) * (len(other) + len(plain))
        if too_different and not _is_beginning(other, plain):
            continue  # No ratio above the cutoff is possible.
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() >= _CUTOFF and matcher.quick_ratio() >= _CUTOFF:
            score = matcher.ratio()
        elif _is_beginning(other, plain):
            score = _CUTOFF
        else:
            continue
        if score >= _CUTOFF:
            scored.append((score, name))
    scored.sort(key=lambda item: (-item[0], item[1]))
    if scored and scored[0][0] > 1:
        # It differs from one in nothing that can have been meant: those that merely look alike are noise.
        scored = [item for item in scored if item[0] == scored[0][0]]
    if not scored:
        return Nearest((), False)
    best = scored[0][0]
    slip = abs(len(scored[0][1]) - len(written)) <= _EXTRA_LETTERS
    clear = best >= _CLEAR and slip and (len(scored) == 1 or best - scored[1][0] >= _LEAD)
    return Nearest(tuple(name for _, name in scored[:_SHOWN]), clear)


def _is_beginning(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _LONG_ENOUGH and (one.startswith(other) or other.startswith(one))


def is_same_but_for_case(written: str, known: str) -> bool:
    """Whether two names differ at most in upper and lower case, underscores and dashes."""
    return _plain(written) == _plain(known)


def or_list(names: Iterable[str], quote: str = "`") -> str:
    """Names for a message: `a`, `b` or `c`."""
    return _joined(names, quote, "or")


def and_list(names: Iterable[str], quote: str = "`") -> str:
    """Names for a message: `a`, `b` and `c`."""
    return _joined(names, quote, "and")


def _joined(names: Iterable[str], quote: str, word: str) -> str:
    quoted = [f"{quote}{name}{quote}" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
