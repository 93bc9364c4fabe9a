"""A data layer cannot read what its `source` is.

An LMDB where a LevelDB is wanted (which is what `backend` means where it is not given), a file where a folder is
wanted, an HDF5 file where a list of them is wanted, an empty list, a dataset that does not exist: Caffe stops as soon
as it builds the layer, with `Failed to open leveldb`, `mdb_status == 0 (20 vs. 0) Not a directory` or `Failed to find
HDF5 dataset`.

What cannot be looked into is told as information, and so is what has only its name in common with the source: it lies
in a folder above the net's, and Caffe may be started elsewhere.

Source: db_leveldb.cpp, db_lmdb.cpp, image_data_layer.cpp, hdf5_data_layer.cpp, hdf5.cpp, window_data_layer.cpp.

Bad:
    layer {
      name: "images"
      type: "ImageData"
      top: "data"
      top: "label"
      image_data_param { source: "images" new_height: 28 new_width: 28 }
      #                          ^^^^^^^^
    }
    #- /images/0.png

Good:
    layer {
      name: "images"
      type: "ImageData"
      top: "data"
      top: "label"
      image_data_param { source: "images.txt" new_height: 28 new_width: 28 }
    }
    #- /images.txt
    images/0.png 5
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.data_sources import SOURCE_MESSAGES, DataSourceFile, source_files
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import net_text
from caffe_ls.net.model import NetText
from caffe_ls.rules.finding import Category, Finding, Fix, Severity, fix
from caffe_ls.rules.rule import document_rule
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


@document_rule(
    category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="net", fixable=True, needs_brackets=True
)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files = document.context.files
    if files is None or document.template:
        return
    text = net_text(document)
    for source in source_files(text, files):
        if source.path is None:
            continue
        layer = text.layers[source.layer]
        own = layer.spec.fields.group(SOURCE_MESSAGES[layer.spec.type])
        span = own.place("source").shift(layer.base)
        if source.problem:
            message = f"`{source.written}` is nothing that {layer.spec.type} can read: {source.problem}"
            severity = None if files.is_surely_meant(source.written) else Severity.INFORMATION
            yield Finding(span, message, tuple(_fixes(document, text, source)), severity=severity)
        elif source.unread:
            message = f"`{source.written}` cannot be looked at: {source.unread}"
            yield Finding(span, message, severity=Severity.INFORMATION)


def _fixes(document: PrototxtDocument, text: NetText, source: DataSourceFile) -> Iterator[Fix]:
    if not source.backend:
        return
    layer = text.layers[source.layer]
    own = layer.spec.fields.group(SOURCE_MESSAGES[layer.spec.type])
    if own.has("backend"):
        edit = Edit(own.place("backend").shift(layer.base), source.backend)
    else:
        after = own.place("source").shift(layer.base).end
        edit = Edit(Span(after, after), _separator(document.text, after) + f"backend: {source.backend}")
    yield fix(f"Set `backend: {source.backend}`", edit, safe=True)


def _separator(text: str, after: int) -> str:
    """What stands before a field behind this place: a line of its own where the one in front has one."""
    start = text.rfind("\n", 0, after) + 1
    line = text[start:after]
    indentation = line[: len(line) - len(line.lstrip())]
    if not line.lstrip().startswith("source") or text[after:].split("\n", 1)[0].strip():
        return " "
    return ("\r\n" if text[:start].endswith("\r\n") else "\n") + indentation
