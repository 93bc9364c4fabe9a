"""The comments that actions write silence the finding that they were asked for, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest
from lsprotocol import types

from caffe_ls.features.code_actions import code_actions
from caffe_ls.features.view import View
from tests.features.views import applied_action, view_of
from tests.fixture import read

_HEAD = 'name: "n"\ninput: "data" input_dim: 8 input_dim: 3 input_dim: 16 input_dim: 16\n'
_NETS = {
    "layers of today": """\
layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 3 dim: 9 dim: 9 } } }
layer {
  name: "conv"
  type: "Convolution" bottom: "data" top: "conv"
  convolution_param {
    num_output: 4
    kernel_size: 3 group: 2
  }
}
layer { name: "relu" type: "Relu" bottom: "conv" top: "conv" }
layer { name: "drop" type: "Dropout" bottom: "conv" top: "drop" dropout_param { dropout_ratio: 1.0 } }
layer { name: "prob" type: "Softmax" bottom: "dorp" top: "prob" }
layer { name: "again" type: "Softmax" bottom: "dropp" top: "again" }
""",
    "V1": _HEAD
    + """\
layers {
  name: "conv1" type: CONVOLUTION bottom: "data" top: "conv1"
  blobs_lr: 1 blobs_lr: 2 blobs_lr: 2
  convolution_param { num_output: 4 kernel_size: 3 }
}
layers { name: "pool1" type: POOLING bottom: "conv1" top: "pool1" pooling_param { kernel_size: 3 stride: 2 pad: 3 } }
layers { name: "prob" type: SOFTMAX bottom: "pol1" top: "prob" }
""",
    "V0": _HEAD
    + """\
layers {
  layer { name: "conv1" type: "conv" num_output: 4
    kernelsize: 3 group: 3 }
  bottom: "data" top: "conv1"
}
layers { layer { name: "pool1" type: "pool" kernelsize: 3 stride: 2 pad: 3 } bottom: "conv1" top: "pool1" }
layers { layer { name: "prob" type: "softmax" } bottom: "pol1" top: "prob" }
""",
}


def _view(text: str) -> View:
    return view_of(read('#- settings {"dialect": "bvlc"}\n#- /net.prototxt\n' + text))


def _asked(view: View, title: str, rule: str) -> types.CodeAction:
    finding = next(finding for finding in view.findings if finding.rule == rule)
    return next(action for action in code_actions(view, finding.span, None) if action.title == title)


def _found(view: View) -> Counter[tuple[str, str]]:
    return Counter((finding.rule, finding.message) for finding in view.findings)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", _NETS.values(), ids=_NETS)
def test_a_comment_above_a_finding_silences_what_its_rule_says_there(text: str, end: str) -> None:
    view = _view(text.replace("\n", end))
    rules = {finding.rule for finding in view.findings}
    assert len(rules) >= 3
    for rule in rules:
        after = _view(applied_action(view, _asked(view, f"Ignore `{rule}` here", rule)))
        assert ("\r\n" in after.document.text) == (end == "\r\n")
        gone = _found(view) - _found(after)
        line = view.document.source.line_of(next(one for one in view.findings if one.rule == rule).span.start)
        there = [one for one in view.findings if view.document.source.line_of(one.span.start) == line]
        assert gone == Counter((one.rule, one.message) for one in there if one.rule == rule)
        assert not _found(after) - _found(view)


@pytest.mark.parametrize("text", _NETS.values(), ids=_NETS)
def test_a_comment_at_the_top_silences_the_rule_in_the_whole_file(text: str) -> None:
    view = _view(text)
    for rule in {finding.rule for finding in view.findings}:
        after = _view(applied_action(view, _asked(view, f"Ignore `{rule}` in this file", rule)))
        assert _found(after) == Counter({key: n for key, n in _found(view).items() if key[0] != rule})


def test_of_two_findings_of_a_rule_the_other_stays() -> None:
    view = _view(_NETS["layers of today"])
    rule = "unknown-bottom"
    after = _view(applied_action(view, _asked(view, f"Ignore `{rule}` here", rule)))
    count = [sum(finding.rule == rule for finding in one.findings) for one in (view, after)]
    assert count == [2, 1]
