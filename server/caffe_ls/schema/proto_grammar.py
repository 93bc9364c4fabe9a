"""The grammar of one statement of a .proto file; comments are taken out before."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyparsing


@cache
def statement_grammar(where: str) -> pyparsing.ParserElement:
    """How a statement of a file or a message reads, or one of an `enum`.

    The result says of which `kind` it is. A block is only announced: its brace is not part of the statement.
    """
    import pyparsing as pp

    identifier = pp.Regex(r"[A-Za-z_]\w*")
    full_name = pp.Regex(r"\.?\s*[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*")
    integer = pp.Regex(r"-?\s*(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,20})(?![\w.])")
    text = pp.OneOrMore(pp.Regex(_QUOTED)).set_parse_action(
        lambda tokens: "".join(_unquoted(token) for token in tokens)
    )
    braces = pp.Forward()
    braces <<= pp.Combine(
        "{" + pp.ZeroOrMore(pp.Regex(_QUOTED) | pp.Regex(r"[^{}\"']+") | braces) + "}", adjacent=False
    )
    word = pp.Regex(r"[-+]?\s*(?:(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+[fF]?|[\w.]+)").set_parse_action(
        lambda tokens: re.sub(r"\s", "", tokens[0])
    )
    option_name = pp.Combine(
        pp.Regex(r"\(\s*\.?[\w.]+\s*\)|[A-Za-z_]\w*") + pp.ZeroOrMore(pp.Regex(r"\.\s*(?:\([\w.]+\)|\w+)")),
        adjacent=False,
    )
    option = pp.Group(option_name + pp.Suppress("=") + (text | word | braces))
    options = pp.Optional(pp.Suppress("[") + pp.Group(pp.DelimitedList(option))("options") + pp.Suppress("]"))
    number = pp.Suppress("=") + integer("number")

    def kind(name: str) -> pyparsing.ParserElement:
        return pp.Keyword(name)("kind")

    def kind_is(name: str) -> pyparsing.ParserElement:
        return pp.Empty().set_parse_action(pp.replace_with(name))("kind")

    general_option = kind("option") + option
    reserved = (kind("reserved") | kind("extensions")) + pp.Regex(r"[^;]+")
    if where == "enum":
        return general_option | reserved | kind_is("value") + identifier("name") + number + options
    map_type = (
        pp.Suppress(pp.Keyword("map") + "<")
        + identifier("map_key")
        + pp.Suppress(",")
        + full_name("type")
        + pp.Suppress(">")
    )
    label = pp.Optional((pp.Keyword("optional") | pp.Keyword("required") | pp.Keyword("repeated"))("label"))
    a_field = kind_is("field") + label + (map_type | full_name("type")) + identifier("name") + number + options
    return (
        (kind("message") | kind("enum") | kind("oneof") | kind("service")) + identifier("name") + pp.StringEnd()
        | kind("extend") + full_name("name") + pp.StringEnd()
        | kind("package") + full_name("name") + pp.StringEnd()
        | kind("import") + pp.Optional(pp.Keyword("public") | pp.Keyword("weak")) + text + pp.StringEnd()
        | kind("syntax") + pp.Suppress("=") + text + pp.StringEnd()
        | general_option + pp.StringEnd()
        | reserved + pp.StringEnd()
        | a_field
    )


_QUOTED = r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def _unquoted(literal: str) -> str:
    def escape(match: re.Match[str]) -> str:
        body = match[1]
        if body[0] in "01234567":
            return chr(int(body, 8) & 0xFF)
        if body[0] in "xX" and len(body) > 1:
            return chr(int(body[1:], 16))
        return _ESCAPES.get(body, body)

    return re.sub(r"\\([0-7]{1,3}|[xX][0-9a-fA-F]{1,2}|.)", escape, literal[1:-1], flags=re.DOTALL)
