"""Findings as the protocol's diagnostics."""

from __future__ import annotations

from lsprotocol import types
from lsprotocol.converters import get_converter

from caffe_ls.features import diagnostics as feature
from caffe_ls.features.client import Client
from caffe_ls.features.view import View
from caffe_ls.rules.finding import Finding, Related, Severity
from caffe_ls.text.span import Span
from tests.features.views import ABLE, view_of
from tests.fixture import read


def diagnostic(view: View, finding: Finding) -> types.Diagnostic:
    """A diagnostic as a client reads it, who must find nothing in it that the protocol does not know."""
    told = feature.diagnostic(view, finding)
    read_by_client = get_converter().structure(told, types.Diagnostic)
    assert get_converter().unstructure(read_by_client) == told
    return read_by_client


def diagnostics(view: View) -> list[types.Diagnostic]:
    assert feature.diagnostics(view) == [feature.diagnostic(view, finding) for finding in view.findings]
    return [diagnostic(view, finding) for finding in view.findings]


def test_findings_stand_where_they_are_marked() -> None:
    fixture = read(
        """
        layer { name: "\U0001f600" type = "ReLU" }
        #                      ^ syntax-error
        """
    )
    view = view_of(fixture)
    found = [(view.span(told.range), told.code) for told in diagnostics(view)]
    assert found == [(mark.span, mark.label) for mark in fixture.files[0].marks]
    assert {told.source for told in diagnostics(view)} == {"caffe-ls"}


def test_of_a_block_of_many_lines_its_first_line_is_underlined() -> None:
    text = """
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
        layer {
          name: "c" type: "Convolution" bottom: "d" top: "c"  convolution_param {  # no size
        #                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ missing-layer-parameter
            kernel_size: 3
            stride: 1
          }
        }
        """
    fixture = read(text)
    (told,) = [one for one in diagnostics(view_of(fixture)) if one.severity is types.DiagnosticSeverity.Error]
    assert (view_of(fixture).span(told.range), told.code) == fixture.files[0].marks[0]


def test_the_other_side_is_told_where_the_client_shows_it() -> None:
    view = view_of(read('#- /solver.prototxt\nnet: "net.prototxt"\n#- /net.prototxt\n\nname: "n"\n'))
    related = (
        Related(Span(0, 3), "here"),
        Related(Span(1, 5), "there", "/net.prototxt"),
        Related(Span(0, 1), "", "/no"),
    )
    finding = Finding(Span(0, 3), "m", related=related, severity=Severity.ERROR, rule="some-rule")
    told = diagnostic(view, finding).related_information or []
    assert [(other.location.uri, other.message) for other in told] == [
        ("file:///solver.prototxt", "here"),
        ("file:///net.prototxt", "there"),
    ]
    assert told[1].location.range.start == types.Position(1, 0)
    assert diagnostic(view_of(read("net: 'x'"), client=Client()), finding).related_information is None


def test_severity_rule_phases_and_tags() -> None:
    view = view_of(read("layer { }"), client=ABLE)
    hint = Finding(Span(0, 1), "m", severity=Severity.HINT, phases=("TRAIN",), rule="unused-blob")
    told = diagnostic(view, hint)
    assert told.severity == types.DiagnosticSeverity.Hint
    assert told.message == "m (TRAIN)"
    assert list(told.tags or ()) == [types.DiagnosticTag.Unnecessary]
    assert told.code == "unused-blob"
