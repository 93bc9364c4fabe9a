"""A user's own caffe.proto as a schema: read as text, without protoc; never raises."""

from __future__ import annotations

import dataclasses
import re
from bisect import bisect_right
from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from caffe_ls.immutable import dataclass, replace
from caffe_ls.schema.catalog import BVLC, load, nearest_dialect
from caffe_ls.schema.model import FLOAT_TYPES, INTEGER_TYPES, TEXT_TYPES, Enum, Field, Label, Message, Schema
from caffe_ls.schema.proto_comments import without_comments
from caffe_ls.schema.proto_grammar import statement_grammar

if TYPE_CHECKING:
    import pyparsing

OWN_PROTO = "caffe.proto"
"""The dialect's name of a schema that was read from a user's file."""

SCALAR_TYPES = INTEGER_TYPES | FLOAT_TYPES | TEXT_TYPES | {"bool"}

# Limits that no real file comes near; beyond them a file is refused rather than read for minutes.
MOST_STATEMENTS = 20_000
DEEPEST_NESTING = 100
LONGEST_STATEMENT = 20_000
MOST_PROBLEMS = 100


class ProtoProblem(NamedTuple):
    """Something in a .proto file that could not be read; `line` counts from 1."""

    line: int
    message: str


def read_proto(
    text: str, dialect: str = OWN_PROTO, source: str = OWN_PROTO
) -> tuple[Schema | None, tuple[ProtoProblem, ...]]:
    """The schema that a .proto file describes, and what in it could not be read.

    The rest of a file is read in spite of a broken statement; None when nothing was there to read. Which layer types
    the binary registers stands in C++, not here: `layer_types` are those of the bundled dialect that shares most
    fields, and marked as incomplete.
    """
    reader = _Reader(text)
    reader.read()
    problems = tuple(sorted(reader.problems)[:MOST_PROBLEMS])
    if not reader.messages:
        return None, problems or (ProtoProblem(1, "no message is declared"),)
    schema = Schema(
        dialect=dialect,
        source=source,
        messages=MappingProxyType(
            {name: Message(name, MappingProxyType(fields)) for name, fields in reader.messages.items()}
        ),
        enums=MappingProxyType({name: Enum(name, MappingProxyType(values)) for name, values in reader.enums.items()}),
        layer_types=frozenset(),
        documentation=MappingProxyType(reader.documentation),
        layer_types_complete=False,
    )
    return with_nearest_layer_types(schema), problems


def with_nearest_layer_types(schema: Schema) -> Schema:
    """The schema with the registered layer types of the bundled dialect that it shares most fields with."""
    nearest = load(nearest_dialect(schema))
    return replace(schema, layer_types=nearest.layer_types or load(BVLC).layer_types)


@dataclass(frozen=True, slots=True)
class _Statement:
    """One statement: its text without comments, where it begins, and whether a block follows instead of `;`."""

    text: str
    start: int
    end: int
    opens_block: bool


@dataclasses.dataclass(slots=True)
class _Scope:
    """A block that is open: of a message, an enum, an extended message (which is no scope of names), or skipped.

    `name` is the full name, without package, that types declared here get before theirs; `target` is the message that
    fields go to.
    """

    kind: str
    name: str
    target: str


class _Reader:
    """What has been read so far of one file."""

    def __init__(self, text: str) -> None:
        # A byte order mark is white space here, as it is for protoc.
        text = " " + text[1:] if text.startswith("\ufeff") else text
        self.code, self.comments, broken = without_comments(text)
        self.text = text
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.messages: dict[str, dict[str, Field]] = {}
        self.enums: dict[str, dict[str, int]] = {}
        self.documentation: dict[str, str] = {}
        self.problems: list[ProtoProblem] = []
        self.package = ""
        # Types are looked up when all are known: message, field, the type as written, and the scope it stands in.
        self.waiting: list[tuple[str, str, str, str, int]] = []
        self.imports = False
        if broken is not None:
            self.problem(broken, "this comment does not end")

    def problem(self, offset: int, message: str) -> None:
        """Record a problem, once for each line and message."""
        found = ProtoProblem(bisect_right(self.line_starts, offset), message)
        if found not in self.problems[-3:] and len(self.problems) < MOST_PROBLEMS:
            self.problems.append(found)

    def read(self) -> None:
        """Read all statements, then find the types that fields name."""
        scopes = [_Scope("file", "", "")]
        for count, statement in enumerate(_statements(self.code)):
            if count >= MOST_STATEMENTS or len(scopes) > DEEPEST_NESTING:
                self.problem(statement.start, "the rest is not read: the file is too large or too deeply nested")
                break
            if statement.text == "}":
                if len(scopes) == 1:
                    self.problem(statement.start, "unexpected '}'")
                else:
                    scopes.pop()
                continue
            inner = self.statement(statement, scopes[-1])
            if statement.opens_block:
                scopes.append(inner or _Scope("skipped", scopes[-1].name, ""))
        else:
            if len(scopes) > 1:
                self.problem(len(self.text), f"{len(scopes) - 1} '}}' missing at the end of the file")
        self.resolve()

    def statement(self, statement: _Statement, scope: _Scope) -> _Scope | None:
        """Take in one statement; the scope that its block opens, if it is one that matters."""
        if scope.kind == "skipped" or not statement.text:
            return None
        found = self.parsed(statement, "enum" if scope.kind == "enum" else "message")
        if found is None:
            return None
        kind = str(found["kind"])
        if kind in ("message", "enum"):
            if not statement.opens_block:
                self.problem(statement.start, f"expected '{{' behind {kind} {_shown(str(found['name']))}")
                return None
            return self.declaration(kind, str(found["name"]), statement, scope)
        if kind == "package":
            self.package = re.sub(r"\s", "", str(found["name"]))
        elif kind == "import":
            self.imports = True
        elif kind == "value":
            self.enum_value(found, statement, scope)
        elif kind == "extend":
            return _Scope("extend", scope.name, re.sub(r"\s", "", str(found["name"])))
        elif kind == "oneof":
            if scope.kind != "message":
                self.problem(statement.start, "a oneof outside a message")
                return None
            return _Scope("message", scope.name, scope.target)
        elif kind == "field":
            return self.field(found, statement, scope)
        elif kind == "service":
            return None
        return None

    def parsed(self, statement: _Statement, where: str) -> pyparsing.ParseResults | None:
        """The statement's parts, or None and a problem."""
        import pyparsing

        if len(statement.text) > LONGEST_STATEMENT:
            self.problem(statement.start, "this statement is too long")
            return None
        try:
            # Braces in the value of an option may nest deeper than Python recurses.
            return statement_grammar(where).parse_string(statement.text, parse_all=True)
        except RecursionError:
            self.problem(statement.start, "this statement is nested too deeply")
            return None
        except pyparsing.ParseBaseException as error:
            offset = min(error.loc, len(statement.text) - 1)
            while offset < len(statement.text) - 1 and statement.text[offset].isspace():
                offset += 1
            token = re.match(r"[\w.]+|\"[^\"\n]*\"?|\S?", statement.text[offset:])
            shown = _shown(token[0]) if token is not None else ""
            at_end = error.loc >= len(statement.text.rstrip())
            message = "this statement is not complete" if at_end else f"unexpected {shown!r}"
            self.problem(statement.start + offset, message)
            return None

    def declaration(self, kind: str, name: str, statement: _Statement, scope: _Scope) -> _Scope:
        """A message or an enum begins."""
        full = f"{scope.name}.{name}" if scope.name else name
        if full in self.messages or full in self.enums:
            self.problem(statement.start, f"{_shown(full)} is declared twice")
        if kind == "enum":
            self.enums.setdefault(full, {})
        else:
            self.messages.setdefault(full, {})
        self.document(full, statement)
        return _Scope(kind, full, full)

    def enum_value(self, found: pyparsing.ParseResults, statement: _Statement, scope: _Scope) -> None:
        """`NAME = 1;` of an enum."""
        name = str(found["name"])
        values = self.enums[scope.name]
        if name in values:
            self.problem(statement.start, f"{_shown(name)} is declared twice in {_shown(scope.name)}")
            return
        values[name] = _number(str(found["number"]))
        self.document(f"{scope.name}.{name}", statement)

    def field(self, found: pyparsing.ParseResults, statement: _Statement, scope: _Scope) -> _Scope | None:
        """A field, a map or a group; the scope of a group's own fields."""
        if scope.kind not in ("message", "extend"):
            self.problem(statement.start, "a field outside a message")
            return None
        name, written = str(found["name"]), re.sub(r"\s", "", str(found["type"]))
        label = _label(str(found["label"]) if "label" in found else "optional")
        options = {str(option[0]): str(option[1]) for option in found["options"]} if "options" in found else {}
        if "map_key" in found:
            label, written = "repeated", self.map_entry(name, str(found["map_key"]), written, statement, scope)
        group = written == "group"
        if statement.opens_block and not group:
            self.problem(statement.end - 1, "expected ';'")
        if group:
            self.messages.setdefault(f"{scope.name}.{name}" if scope.name else name, {})
            written = name
        declared = Field(
            name=f"[{self.package + '.' if self.package else ''}{scope.name + '.' if scope.name else ''}{name}]"
            if scope.kind == "extend"
            else name,
            number=_number(str(found["number"])),
            label=label,
            type=written if written in SCALAR_TYPES else "",
            default=options.get("default"),
            packed=options.get("packed") == "true",
            deprecated=options.get("deprecated") == "true",
        )
        self.add(declared, written, statement, scope)
        inner = f"{scope.name}.{name}" if scope.name else name
        return _Scope("message", inner, inner) if group else None

    def add(self, declared: Field, written: str, statement: _Statement, scope: _Scope) -> None:
        """Put a field into its message; its type is found later when it is no scalar."""
        target = scope.target
        if scope.kind == "extend":
            prefix = f"{self.package}."
            target = target.lstrip(".").removeprefix(prefix) if self.package else target.lstrip(".")
            if target not in self.messages:
                if not self.imports:
                    self.problem(statement.start, f"extends {_shown(target)}, which is not declared before")
                return
        fields = self.messages[target]
        if declared.name in fields:
            self.problem(statement.start, f"{_shown(declared.name)} is declared twice in {_shown(target)}")
            return
        fields[declared.name] = declared
        self.document(f"{target}.{declared.name}", statement)
        if not declared.type:
            self.waiting.append((target, declared.name, written, scope.name, statement.start))

    def map_entry(self, name: str, key: str, value: str, statement: _Statement, scope: _Scope) -> str:
        """The message that holds one pair of a map; text format shows it as a repeated message of key and value."""
        entry = "".join(part.capitalize() for part in name.split("_")) + "Entry"
        full = f"{scope.target}.{entry}"
        self.messages[full] = {}
        pair = _Scope("message", full, full)
        for number, (part, type_name) in enumerate((("key", key), ("value", value)), start=1):
            declared = Field(part, number, "optional", type_name if type_name in SCALAR_TYPES else "")
            self.add(declared, type_name, statement, pair)
        return entry

    def resolve(self) -> None:
        """Find the message or enum that each field means, from the innermost scope outwards."""
        for message, name, written, scope, offset in self.waiting:
            found = self.find(written, scope)
            declared = self.messages[message][name]
            if not found:
                if not self.imports:
                    self.problem(offset, f"{_shown(written)} is not declared")
                # A default tells an enum from a message; neither is looked into, for neither is known.
                kind = "enum" if declared.default is not None else "message"
                self.messages[message][name] = replace(declared, type=kind, type_name=written.lstrip("."))
                continue
            kind = "enum" if found in self.enums else "message"
            self.messages[message][name] = replace(declared, type=kind, type_name=found)

    def find(self, written: str, scope: str) -> str:
        """The full name without package of a type as written in a scope, empty when there is none."""
        name = written.lstrip(".")
        if not written.startswith("."):
            while scope:
                if (candidate := f"{scope}.{name}") in self.messages or candidate in self.enums:
                    return candidate
                scope = scope.rpartition(".")[0]
        # The name may begin with the package or with its last parts.
        parts = self.package.split(".")
        prefixes = ["", *(".".join(parts[index:]) + "." for index in range(len(parts)) if self.package)]
        for prefix in prefixes:
            if name.startswith(prefix):
                candidate = name.removeprefix(prefix)
                if candidate in self.messages or candidate in self.enums:
                    return candidate
        return ""

    def document(self, name: str, statement: _Statement) -> None:
        """Keep the comment above a statement, or behind it on its line."""
        above = self.comments.above(statement.start)
        behind = self.comments.behind(statement.end)
        text = "\n\n".join(part for part in (above, behind) if part)
        if text:
            self.documentation.setdefault(name, text)


def _shown(name: str) -> str:
    """A name as it stands in a problem's message, cut where it is beyond all measure."""
    return name if len(name) <= 80 else f"{name[:77]}..."


def _label(written: str) -> Label:
    if written == "required":
        return "required"
    return "repeated" if written == "repeated" else "optional"


def _number(written: str) -> int:
    digits = re.sub(r"\s", "", written)
    negative = digits.startswith("-")
    digits = digits.lstrip("-")
    if digits[:2] in ("0x", "0X"):
        value = int(digits, 16)
    else:
        value = (
            int(digits, 8) if digits[:1] == "0" and digits.isdigit() and not set(digits) & {"8", "9"} else int(digits)
        )
    return -value if negative else value


_MARK = re.compile(r'"(?:[^"\\\n]|\\.)*"?|\'(?:[^\'\\\n]|\\.)*\'?|[;{}\[\]]')


def _statements(code: str) -> Iterator[_Statement]:
    """The statements of a text without comments, in order; a `}` that ends a block is one of its own."""
    start, brackets, braces = 0, 0, 0
    for mark in _MARK.finditer(code):
        sign = mark[0]
        if braces:
            # Within the braces of an option's value.
            braces += {"{": 1, "}": -1}.get(sign, 0)
        elif sign == "[":
            brackets += 1
        elif sign == "]":
            brackets = max(0, brackets - 1)
        elif sign == ";":
            yield _statement(code, start, mark.start(), mark.end(), opens_block=False)
            start, brackets = mark.end(), 0
        elif sign == "{":
            if brackets or re.match(r"\s*option\b", code[start : mark.start()]):
                braces = 1
                continue
            yield _statement(code, start, mark.start(), mark.end(), opens_block=True)
            start = mark.end()
        elif sign == "}":
            if code[start : mark.start()].strip():
                yield _statement(code, start, mark.start(), mark.start(), opens_block=False)
            yield _Statement("}", mark.start(), mark.end(), opens_block=False)
            start, brackets = mark.end(), 0
    if code[start:].strip():
        yield _statement(code, start, len(code), len(code), opens_block=False)


def _statement(code: str, start: int, end: int, last: int, *, opens_block: bool) -> _Statement:
    text = code[start:end]
    stripped = text.lstrip()
    return _Statement(stripped.rstrip(), start + len(text) - len(stripped), last, opens_block)
