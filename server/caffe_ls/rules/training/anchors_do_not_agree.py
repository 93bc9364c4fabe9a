"""A region proposal net's scores and boxes are not of the same number of anchors.

A proposal layer reads two scores and four box deltas for each anchor. It takes the number of anchors from its own
parameters and the two maps as they are: where they are of different numbers of anchors, Python stops with an error of
shapes at the first iteration, or boxes are paired with the scores of others.

Source: Faster R-CNN's rpn/proposal_layer.py (forward).

Bad (settings {"dialect": "rfcn"}):
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 1 dim: 18 dim: 14 dim: 14 } } }
    layer { name: "boxes" type: "Input" top: "boxes" input_param { shape { dim: 1 dim: 48 dim: 14 dim: 14 } } }
    layer { name: "info" type: "Input" top: "info" input_param { shape { dim: 1 dim: 3 } } }
    layer { name: "proposal" type: "Python" bottom: "scores" bottom: "boxes" bottom: "info" top: "rois"
    #                                                                ^^^^^^^
            python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" } }

Good (settings {"dialect": "rfcn"}):
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 1 dim: 18 dim: 14 dim: 14 } } }
    layer { name: "boxes" type: "Input" top: "boxes" input_param { shape { dim: 1 dim: 36 dim: 14 dim: 14 } } }
    layer { name: "info" type: "Input" top: "info" input_param { shape { dim: 1 dim: 3 } } }
    layer { name: "proposal" type: "Python" bottom: "scores" bottom: "boxes" bottom: "info" top: "rois"
            python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import LayerView, layer_rule


@layer_rule("Python", "Proposal", severity=Severity.WARNING)
def check(view: LayerView) -> Iterator[Finding]:
    layer = view.layer
    if layer.type == "Python" and view.group("python_param").text("layer") != "ProposalLayer":
        return
    scores, boxes = (*layer.bottom_shapes, None, None)[:2]
    if scores is None or boxes is None or len(scores) != 4 or len(boxes) != 4:
        return
    if scores[1] is not None and boxes[1] is not None and scores[1] * 2 != boxes[1]:
        message = (
            f"scores of {scores[1] / 2:g} anchors, {scores[1]} channels of `{layer.bottoms[0]}`, and boxes of"
            f" {boxes[1] / 4:g}, {boxes[1]} channels of `{layer.bottoms[1]}`"
        )
        yield Finding(view.fields.place("bottom", 1), message)
