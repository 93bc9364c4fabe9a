"""Placeholders stand where values belong.

A file with `${NAME}`, `%d` or `@NAME@` in place of values is a template: Caffe refuses it until a script has filled
them in. Nothing else is said about such a file, since what it will be is not known.

Source: protobuf, tokenizer.cc (Tokenizer::Next): none of these characters begins a token of the text format.

Bad:
    layer {
      name: "data"
      type: "Data"
      data_param { source: "train_lmdb" batch_size: ${BATCH_SIZE} }
      #                                             ^^^^^^^^^^^^^
    }

Good:
    layer {
      name: "data"
      type: "Data"
      data_param { source: "train_lmdb" batch_size: 64 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.syntax.lexer import TokenKind, tokens
from caffe_ls.text.span import Span


@document_rule(category=Category.FORMAT, severity=Severity.ERROR, stage="parse", alone=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    if not document.template:
        return
    base = next(base for base, entry in document.file if entry.template)
    for token in tokens(document.text, base):
        if token.kind is TokenKind.TEMPLATE:
            shown = document.text[token.start : token.end]
            message = f"a template: Caffe refuses the file until `{shown}` is filled in"
            yield Finding(Span(token.start, token.end), message)
            return
