"""A region proposal net's scores and boxes are not of the same number of anchors.

A proposal layer reads two scores and four box deltas for each anchor. It takes the number of anchors from its own
parameters and the two maps as they are: where they are of different numbers of anchors, Python stops with an error of
shapes at the first iteration, or boxes are paired with the scores of others. The Reshape before it that puts the
scores back, `dim: 18` for 9 anchors, has to say as many channels as the layer makes that computes them.

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

Bad (settings {"dialect": "rfcn"}):
    layer { name: "in" type: "Python" top: "data" top: "info" python_param { module: "input" layer: "Input" } }
    layer { name: "cls" type: "Convolution" bottom: "data" top: "cls"
            convolution_param { num_output: 24 kernel_size: 1 } }
    layer { name: "box" type: "Convolution" bottom: "data" top: "box"
            convolution_param { num_output: 36 kernel_size: 1 } }
    layer { name: "two" type: "Reshape" bottom: "cls" top: "two"
            reshape_param { shape { dim: 0 dim: 2 dim: -1 dim: 0 } } }
    layer { name: "prob" type: "Softmax" bottom: "two" top: "prob" }
    layer { name: "all" type: "Reshape" bottom: "prob" top: "all"
            reshape_param { shape { dim: 0 dim: 18 dim: -1 dim: 0 } } }
    layer { name: "proposal" type: "Python" bottom: "all" bottom: "box" bottom: "info" top: "rois"
    #                                               ^^^^^
            python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': 16" } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.first_weights import WEIGHTED, parameters
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Related, Severity
from caffe_ls.rules.rule import net_rule

_PASSING = ("Reshape", "ReLU", "Sigmoid", "Softmax", "Split")


@net_rule("Python", "Proposal", severity=Severity.WARNING)
def check(net: Net) -> Iterator[Finding]:
    for index in net.of_type("Python", "Proposal"):
        layer = net.layers[index]
        made_of = layer.spec.fields.group("python_param")
        if layer.type == "Python" and made_of.text("layer") != "ProposalLayer":
            continue
        if len(layer.bottoms) < 2 or not layer.judged:
            continue
        scores, boxes = (_channels(net, index, bottom) for bottom in (0, 1))
        if scores == boxes and made_of.text("module").rpartition(".")[2] != "proposal_layer":
            continue  # Two deltas for each anchor, as CTPN's text_proposal_layer reads them.
        made, maker = _made(net, index, 0)
        if scores is not None and boxes is not None and scores * 2 != boxes:
            message = (
                f"scores of {scores / 2:g} anchors, {scores} channels of `{layer.bottoms[0]}`, and boxes of"
                f" {boxes / 4:g}, {boxes} channels of `{layer.bottoms[1]}`"
            )
            yield Finding(net.place(index, "bottom", 1), message, layer=layer.name)
        elif scores is not None and made is not None and maker is not None and made != scores:
            related = (Related(net.place(maker, "name"), f"{made} scores, {made / 2:g} anchors"),)
            message = (
                f"`{layer.bottoms[0]}` has {scores} channels, {scores / 2:g} anchors, made of the {made} scores of"
                f" `{net.layers[maker].name}`"
            )
            yield Finding(net.place(index, "bottom"), message, related=related, layer=layer.name)


def _channels(net: Net, index: int, bottom: int) -> int | None:
    """How many channels a bottom has: by its shape, by a Reshape that says so, or by the layer of weights before."""
    shape = net.layers[index].bottom_shapes[bottom]
    if shape is not None:
        return shape[1] if len(shape) == 4 else None
    source = net.layers[index].sources[bottom]
    if source is None:
        return None
    maker = net.layers[source.layer]
    if maker.type == "Reshape":
        dims = maker.spec.fields.group("reshape_param").group("shape").integers("dim")
        if len(dims) == 4 and dims[1] > 0:
            return dims[1]
    return _made(net, index, bottom)[0]


def _made(net: Net, index: int, bottom: int) -> tuple[int | None, int | None]:
    """The `num_output` of the layer of weights whose numbers a bottom holds, and which that is."""
    source = net.layers[index].sources[bottom]
    while source is not None and net.layers[source.layer].type in _PASSING:
        source = net.layers[source.layer].sources[0]
    if source is None or net.layers[source.layer].type not in WEIGHTED:
        return None, None
    return parameters(net.layers[source.layer]).integer("num_output") or None, source.layer
