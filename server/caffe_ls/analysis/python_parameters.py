"""`param_str` as the `setup` of a Python layer reads it: by which function, and which entries of what it gives."""

from __future__ import annotations

import json
import re
from typing import Literal, NamedTuple

from caffe_ls.analysis.python_modules import PythonClass

Way = Literal["json", "python", "yaml", "number"]

_CALLS = (
    ("json", r"json\s*\.\s*loads"),
    ("yaml", r"yaml\s*\.\s*(?:safe_load|full_load|unsafe_load|load)"),
    ("python", r"(?:ast\s*\.\s*)?literal_eval|eval"),
    ("number", r"int|float"),
)
_PARAM_STR = r"self\s*\.\s*param_str_?"
_TARGET = r"(?:(?P<target>(?:self\s*\.\s*)?\w+)\s*=\s*)?"
_READING = {way: re.compile(rf"{_TARGET}(?<![\w.])(?P<call>{call})\s*\(\s*{_PARAM_STR}\s*[,)]") for way, call in _CALLS}
_YAML_KEY = re.compile(r"(?:^|[{,])\s*(?:'([^'\n]*)'|\"([^\"\n]*)\"|([\w-]+))\s*:(?:\s|$)", re.MULTILINE)
_LONGEST = 100_000


class Reading(NamedTuple):
    """How a class reads its param_str: with `call`, and the entries that it cannot do without."""

    way: Way
    call: str
    needed: tuple[str, ...]


class Parsed(NamedTuple):
    """What a param_str gives: its entries' names, None where these are not known; `problem` says why it gives none."""

    entries: frozenset[str] | None = None
    problem: str = ""


def reading_of(layer: PythonClass) -> Reading | None:
    """How the layer reads its param_str; None where it does not, or in a way that is not known here."""
    found = [(match.start(), way, match) for way, call in _READING.items() if (match := call.search(layer.body))]
    if len(found) != 1 or len(re.findall(_PARAM_STR, layer.body)) != 1:
        return None  # With several ways, one stands in for another.
    _, way, match = found[0]
    if re.search(r"\b(?:try|except)\b", layer.body[: match.end() + 200]):
        return None
    call = re.sub(r"\s", "", match["call"])
    return Reading(way, call, _needed(layer.body, match["target"] or ""))  # type: ignore[arg-type]


def _needed(body: str, target: str) -> tuple[str, ...]:
    """The entries that are asked for by name without a look whether they are there."""
    if not target or re.search(r"\bKeyError\b", body):
        return ()
    name = re.sub(r"\s", "", target).replace(".", r"\s*\.\s*")
    asked = re.findall(rf"(?<![\w.]){name}\s*\[\s*(['\"])(\w+)\1\s*\](?!\s*=[^=])", body)
    looked = set(re.findall(r"(?:\bget|\bhas_key|\bsetdefault|\bpop)\s*\(\s*['\"](\w+)['\"]", body))
    looked |= set(re.findall(r"['\"](\w+)['\"]\s+(?:not\s+)?in\b", body))
    looked |= set(re.findall(rf"(?<![\w.]){name}\s*\[\s*['\"](\w+)['\"]\s*\]\s*=[^=]", body))
    return tuple(dict.fromkeys(key for _, key in asked if key not in looked))


def parsed(text: str, way: Way) -> Parsed:
    """What a param_str gives, read that way."""
    if len(text) > _LONGEST:
        return Parsed()
    if way == "json":
        return _json(text)
    if way == "python":
        return _python(text)
    if way == "yaml":
        return _yaml(text)
    try:
        float(text)
    except ValueError:
        return Parsed(problem="it is no number" if text.strip() else "it is empty")
    return Parsed()


def _json(text: str) -> Parsed:
    if not text.strip():
        return Parsed(problem="it is empty")
    try:
        found = json.loads(text)
    except ValueError as error:
        quotes = "; JSON takes double quotes only" if "'" in text and '"' not in text else ""
        return Parsed(problem=f"{str(error).partition(':')[0].lower()}{quotes}")
    except RecursionError:
        return Parsed()
    return Parsed(frozenset(found) if isinstance(found, dict) else frozenset())


def _python(text: str) -> Parsed:
    import ast  # where it is used: few nets come here

    if not text.strip():
        return Parsed(problem="it is empty")
    try:
        found = ast.parse(text.strip(" \t"), mode="eval").body
    except SyntaxError as error:
        return Parsed(problem=f"it is no Python expression ({(error.msg or 'invalid').lower()})")
    except (ValueError, RecursionError, MemoryError):
        return Parsed()
    if isinstance(found, ast.Dict):
        keys = [key.value for key in found.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        return Parsed(frozenset(keys) if len(keys) == len(found.keys) else None)
    if isinstance(found, ast.Call) and isinstance(found.func, ast.Name) and found.func.id == "dict" and not found.args:
        names = [keyword.arg for keyword in found.keywords]
        return Parsed(None if None in names else frozenset(name for name in names if name is not None))
    return Parsed(frozenset() if isinstance(found, (ast.Constant, ast.List, ast.Tuple)) else None)


def _yaml(text: str) -> Parsed:
    """Modestly: YAML has more to it, but what layers are given are flat mappings."""
    if not text.strip():
        return Parsed(frozenset(), "it is empty")
    if any(mark in text for mark in ("<<", "&", "*", "!", "|", ">")):
        return Parsed()
    keys = frozenset(one or other or plain for one, other, plain in _YAML_KEY.findall(text))
    if not keys and ":" in text:
        return Parsed(problem="no space follows its `:`")
    return Parsed(keys)
