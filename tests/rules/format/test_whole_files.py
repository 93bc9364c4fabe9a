"""Files that are no prototxt, or the wrong one: one finding and no more."""

from __future__ import annotations

from caffe_ls.rules.finding import Severity
from tests.rules.checking import expect, findings_of, fixed


def test_a_web_page_is_one_finding() -> None:
    rows = "<tr><td>layer {</td></tr>\n" * 300
    found = findings_of(f"<!DOCTYPE html>\n<html>\n<body>{rows}</body></html>\n")
    assert [finding.rule for finding in found] == ["not-a-prototxt"]


def test_a_pointer_of_git_lfs_says_what_to_do() -> None:
    found = findings_of("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")
    assert [finding.rule for finding in found] == ["not-a-prototxt"]
    assert "git lfs pull" in found[0].message


def test_a_template_is_one_finding_however_many_placeholders() -> None:
    expect("""
        layer {
          name: "${NAME}_conv"
          num_outputs: ${COUNT}
        #              ^^^^^^^^ template-placeholder
          kernel: ${KERNEL}
        }
    """)


def test_merge_conflicts_are_one_finding_whose_fixes_keep_a_side() -> None:
    text = 'lr_policy: "fixed"\n<<<<<<< HEAD\nbase_lr: 1\n=======\nbase_lr: 2\n>>>>>>> other\nnet: "n.prototxt"\n'
    found = findings_of(text)
    assert [finding.rule for finding in found] == ["merge-conflict"]
    assert fixed(text, "first side") == 'lr_policy: "fixed"\nbase_lr: 1\nnet: "n.prototxt"\n'
    assert fixed(text, "second side") == 'lr_policy: "fixed"\nbase_lr: 2\nnet: "n.prototxt"\n'


def test_a_solver_where_a_net_is_meant() -> None:
    found = findings_of('net: "n.prototxt"\nbase_lr: 0.1\nlr_policy: "fixed"\n', kind="net")
    assert [finding.rule for finding in found] == ["wrong-kind-of-file"]
    assert found[0].message == "this is a solver, where a net is expected"


def test_a_net_in_a_file_named_solver_is_a_warning_beside_other_findings() -> None:
    found = findings_of("""
        #- /solver.prototxt
        layer { name: "a" type: "Input" top: "a" }
        layer { name: "b" type: "Relu" bottom: "a" top: "a" }
    """)
    assert [(finding.rule, finding.severity) for finding in found] == [
        ("wrong-kind-of-file", Severity.WARNING),
        ("unknown-layer-type", Severity.ERROR),
    ]
