"""The text is not valid text format.

Caffe reads prototxt files with protobuf's C++ text format parser, which stops at the first such place: the run does not
start, and the only message is `Failed to parse ... file`. Here every such place of the file is reported.

What the parser takes is wider than most files show: `#` comments, `'` and `"` strings, adjacent strings, `;` and `,`
between fields, `<` `>` instead of braces, `[1, 2]` lists of repeated fields, hex and octal integers, `0.5f`. It refuses
`//` comments, a byte order mark, a leading `+`, strings over several lines, and unknown escapes such as `"\\d"`.

Source: protobuf, tokenizer.cc (Tokenizer::Next, ConsumeString, ConsumeNumber) and text_format.cc (ConsumeField).

Bad:
    layer { name: "relu1" type = "ReLU" }
    #                          ^
    layer { name "pool1" type: "Pooling" }
    #           ^

Good:
    layer { name: "relu1" type: "ReLU" }
    layer { name: "pool1" type: "Pooling" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Related, Severity, fix
from caffe_ls.rules.rule import document_rule
from caffe_ls.syntax.tree import SyntaxProblem
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

# What can be no part of any field.
_RUBBISH = frozenset({"unexpected", "unexpected-bracket"})
_TITLES = {
    "equals-sign": "Replace `=` by `:`",
    "colon-missing": "Insert `:`",
    "opening-bracket-missing": "Insert `{`",
    "closing-bracket-missing": "Insert the missing closing bracket",
    "wrong-bracket": "Replace the bracket by the one that was opened",
    "quotes-missing": "Put quotes around the value",
    "quote-missing": "Close the string",
    "plus-sign": "Remove the `+`",
    "full-width": "Write the ASCII character",
    "quoted-name": "Remove the quotes",
    "comment": "Write the comment with `#`",
    "escape": "Double the backslash",
    "byte-order-mark": "Remove the byte order mark",
}


@document_rule(category=Category.FORMAT, severity=Severity.ERROR, stage="parse", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    for base, entry in document.file:
        for problem in entry.problems:
            yield _finding(problem, entry.text).shift(base)


def _finding(problem: SyntaxProblem, text: str) -> Finding:
    edit = _edit(problem, text)
    fixes = () if edit is None else (fix(_title(problem), edit, safe=True),)
    if problem.code in _RUBBISH and not _ends_otherwise(text[slice(*problem.span)]):
        fixes = (fix("Remove it", Edit(problem.span, "")),)
    related = () if problem.other is None else (Related(problem.other, "belongs to this"),)
    return Finding(problem.span, problem.message, fixes, related)


def _ends_otherwise(rubbish: str) -> bool:
    """Whether what cannot stand here belongs to what is around it: a string that a stray quote began, a lone colon."""
    return not rubbish or rubbish[0] in "\"':"


def _edit(problem: SyntaxProblem, text: str) -> Edit | None:
    if problem.replacement is None:
        return None
    span, new_text = problem.replacement
    if problem.code == "equals-sign":
        span = Span(len(text[: span.start].rstrip(" \t")), span.end)
    return Edit(span, new_text)


def _title(problem: SyntaxProblem) -> str:
    return _TITLES[problem.code]
