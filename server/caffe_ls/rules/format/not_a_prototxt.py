"""The file is no prototxt at all.

A web page saved in place of the file behind it (the page of a repository instead of its raw file), a pointer of Git LFS
whose content was not fetched, an archive, or weights given where the net's text is meant. Caffe says only `Failed to
parse`.

Source: protobuf, text_format.cc (TextFormat::Parser::Parse); upgrade_proto.cpp (ReadNetParamsFromTextFileOrDie).

Bad:
    <!DOCTYPE html>
    #<^^^^^^^^^^^^^
    <html lang="en"><head><title>train_val.prototxt</title></head></html>

Good:
    name: "CaffeNet"
    layer { name: "data" type: "Input" top: "data" }
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.text.span import Span

_WEB_PAGE = r"\s*(?:<!--.*?-->\s*)*(<!DOCTYPE\s+html[^>\n]*>?|<html\b[^>\n]*>?|<\?xml\b[^>\n]*>?)"
_KINDS = (
    ("a web page", re.compile(_WEB_PAGE, re.IGNORECASE | re.DOTALL)),
    ("a pointer of Git LFS: fetch the file with `git lfs pull`", re.compile(r"(version https://git-lfs[^\n]*)")),
    ("a zip archive", re.compile(r"(PK\x03\x04)")),
    ("a gzip archive", re.compile("(\x1f\udc8b|\x1f\x8b)")),
    ("an HDF5 file", re.compile("((?:\udc89|\x89)HDF)")),
)
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\udc80-\udcff]")
_LOOKED_AT = 4000


@document_rule(category=Category.FORMAT, severity=Severity.ERROR, stage="parse", alone=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    beginning = document.text[:_LOOKED_AT]
    for what, pattern in _KINDS:
        found = pattern.match(beginning.lstrip("\ufeff"))
        if found:
            start = len(beginning) - len(beginning.lstrip("\ufeff"))
            yield Finding(Span(*found.span(1)).shift(start), f"not a prototxt but {what}")
            return
    if "\0" in beginning and len(_BINARY.findall(beginning)) * 20 > len(beginning):
        offset = _BINARY.search(beginning)
        assert offset is not None
        yield Finding(Span(*offset.span()), "not a prototxt but a binary file, such as trained weights")
