"""Fatal lines: the CHECK that failed, what it means, and the line in the prototxt that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.fatal_messages import Family, family_of, protobuf_family_of
from caffe_ls.analysis.log_document import LogDocument, LogLine
from caffe_ls.analysis.log_links import LayerPlace, layer_named
from caffe_ls.log_explanation.around import Around
from caffe_ls.log_explanation.layer_of_run import LayerOfRun, file_name
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding, Severity

_COMPARED = re.compile(r"Check failed: (.+?) ([=!<>]=|[<>]) (.+?) \(([^()\s]+) vs\. ([^()\s]+)\)")
_PROTOBUF_PLACE = re.compile(r"Error parsing text-format ([\w.]+): (\d+):(\d+): (.*)")
_NAMED_LAYER = re.compile(r"(?:\(layer|from layer|for layer|[Ll]ayer) '?([^'\s,;)]+)'?")
_PARSED_FILE = re.compile(rb"Failed to parse \w+ file: (\S[^\r\n]*?)\s*$")
_LINES_BELOW = 5
_MOST_FINDINGS = 3


def fatal_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """A line of severity F: glog prints `Check failed: EXPR (a vs. b) text`, and the process ends."""
    family = family_of(line.source, line.body)
    yield "**Caffe stopped here**" + (f": {family.meaning}" if family is not None else "")
    if family is not None and family.remedy:
        yield f"To mend it: {family.remedy}"
    compared = _COMPARED.search(line.body)
    if compared:
        yield (
            f"It asks for `{compared[1]} {compared[2]} {compared[3]}`; on the left stood {compared[4]}, "
            f"on the right {compared[5]}"
        )
    if line.source:
        yield f"Said by `{line.source}`"
    yield from _where(document, line, around, family)


def protobuf_line(document: LogDocument, line: LogLine, around: Around) -> Iterator[str]:
    """`[libprotobuf ERROR ...] Error parsing text-format caffe.X: LINE:COLUMN: what` (text_format.cc)."""
    if "libprotobuf WARNING" in line.body:
        yield "**A warning of the library that reads Caffe's files**; large weights files bring it, and it is harmless"
        return
    place = _PROTOBUF_PLACE.search(line.body)
    family = protobuf_family_of(line.body)
    yield "**The text-format parser refuses a file**" + (f": {family.meaning}" if family is not None else "")
    if place is None:
        return
    yield (
        f"Line {place[2]}, column {place[3]} of the file that holds a `{place[1].rpartition('.')[2]}`; the place is "
        "that of the token after the fault. Caffe's own fatal line follows and names the file"
    )
    named = _file_named_below(document, line, around)
    if named is not None:
        paths = [named]
    else:
        files = around.files(line.run)
        wanted = [files.solver] if place[1].endswith("SolverParameter") else list(files.nets())
        paths = [found.path for found in wanted if found is not None]
    links = [around.pointer(path, int(place[2]), f"{file_name(path)}:{place[2]}") for path in paths]
    if links:
        yield "There: " + " · ".join(links)


def _file_named_below(document: LogDocument, line: LogLine, around: Around) -> str | None:
    """The file that Caffe's own fatal line names, which follows that of the parser."""
    for row in range(line.row + 1, line.row + 1 + _LINES_BELOW):
        found = _PARSED_FILE.search(document.text.line(row))
        if found:
            return around.find(found[1].decode("utf-8", "replace"))
    return None


def _where(document: LogDocument, line: LogLine, around: Around, family: Family | None) -> Iterator[str]:
    layer = _layer(document, line)
    if layer is None:
        yield from _in_solver(line, around, family)
        return
    yield f"It was layer `{layer.name}`" + (f" ({layer.type})" if layer.type else "")
    for found, place in layer.in_workspace(around):
        field = _field_in(found, place, family)
        at = found.source.line_of(field if field is not None else place.name_span.start) + 1
        yield "In the workspace: " + around.pointer(found.path, at, f"{file_name(found.path)}:{at}")
        yield from (f"- {one.message}" for one in _errors_of(found, layer.name))
    yield from layer.definitions(around)


def _in_solver(line: LogLine, around: Around, family: Family | None) -> Iterator[str]:
    solver = around.files(line.run).solver
    if solver is None or family is None:
        return
    for _, entry in solver.file:
        if entry.field is not None and entry.field.name in family.fields:
            start = next(base for base, one in solver.file if one is entry) + entry.field.start
            at = solver.source.line_of(start) + 1
            yield "In the workspace: " + around.pointer(solver.path, at, f"{file_name(solver.path)}:{at}")
            return


def _layer(document: LogDocument, line: LogLine) -> LayerOfRun | None:
    """The layer that was being made, or that the message names."""
    if line.run.started and not _NAMED_LAYER.search(line.body):
        return None
    built = document.net_in_construction(line)
    if built is None or built[0].complete:
        named = _NAMED_LAYER.search(line.body)
        if named is None:
            return None
        phase, net = ("TRAIN", 0) if built is None else (built[0].phase, built[0].net)
        return LayerOfRun(document, line.run, phase, net, named[1])
    row = built[1]
    if row is None:
        named = _NAMED_LAYER.search(line.body)
        return None if named is None else LayerOfRun(document, line.run, built[0].phase, built[0].net, named[1])
    return LayerOfRun(document, line.run, built[0].phase, built[0].net, built[0].layers[row])


def _field_in(document: PrototxtDocument, place: LayerPlace, family: Family | None) -> int | None:
    """Where in a layer the first field of a family stands that is given."""
    text = document.text[place.span.start : place.span.end]
    for name in family.fields if family is not None else ():
        found = re.search(rf"\b{re.escape(name)}\s*[:{{]", text)
        if found:
            return place.span.start + found.start()
    return None


def _errors_of(document: PrototxtDocument, layer: str) -> list[Finding]:
    """What the rules say against that layer."""
    if layer_named(document.file, layer) is None:
        return []
    found = [one for one in check(document) if one.severity is Severity.ERROR and one.layer == layer]
    return found[:_MOST_FINDINGS]
