"""One of several losses drowns the others.

Losses of a net are added up, each times its `loss_weight`. How each is normalised counts as well: one that is summed
up over all places of an image (`normalization: NONE`), or divided by the batch size alone (`normalize: false`), is as
many times as large as there are places. Where one loss counts a thousand times as much as another, the layers that
both reach learn the first alone.

Of losses of different kinds, a distance beside classes, sizes cannot be compared before the run, since a distance has
the unit of its targets. Told of is then only what no usual unit makes up for: weights 100,000 times each other's.

What stands beside each other on purpose, as a small regularising loss, is told of as well: the message says how much
each counts.

Source: net.cpp (Net::ForwardFromTo), loss_layer.cpp, softmax_loss_layer.cpp (get_normalizer).

Bad:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1"
            inner_product_param { num_output: 8 weight_filler { type: "xavier" } } }
    layer { name: "a" type: "InnerProduct" bottom: "fc1" top: "a"
            inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
    layer { name: "b" type: "InnerProduct" bottom: "fc1" top: "b"
            inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
    layer { name: "loss_a" type: "SoftmaxWithLoss" bottom: "a" bottom: "label" top: "loss_a" }
    layer { name: "loss_b" type: "SoftmaxWithLoss" bottom: "b" bottom: "label" top: "loss_b" loss_weight: 0.0001 }
    #                                                                                                     ^^^^^^

Good:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
            dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1"
            inner_product_param { num_output: 8 weight_filler { type: "xavier" } } }
    layer { name: "a" type: "InnerProduct" bottom: "fc1" top: "a"
            inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
    layer { name: "b" type: "InnerProduct" bottom: "fc1" top: "b"
            inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
    layer { name: "loss_a" type: "SoftmaxWithLoss" bottom: "a" bottom: "label" top: "loss_a" }
    layer { name: "loss_b" type: "SoftmaxWithLoss" bottom: "b" bottom: "label" top: "loss_b" loss_weight: 1 }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.losses_of_nets import share_of
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Finding, Related, Severity
from caffe_ls.rules.rule import net_rule

# Losses of one kind, so that their sizes can be compared at all.
_CLASSIFYING = ("InfogainLoss", "MultinomialLogisticLoss", "SigmoidCrossEntropyLoss", "SoftmaxWithLoss")
_OUT_OF_PROPORTION = 1000.0
_OUT_OF_ANY_PROPORTION = 1e5


@net_rule(severity=Severity.INFORMATION, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    found = _compared(net, _of_one_kind(net), _OUT_OF_PROPORTION) or _compared(
        net, _of_any(net), _OUT_OF_ANY_PROPORTION
    )
    if found is not None:
        yield found


def _of_one_kind(net: Net) -> list[tuple[float, int]]:
    losses = net.of_type(*_CLASSIFYING)
    return [(share, index) for index in losses if (share := share_of(net, index)) is not None]


def _of_any(net: Net) -> list[tuple[float, int]]:
    """All losses by their weights alone; sums of other layers are what their makers make of them."""
    return [
        (layer.loss_weights[0], index)
        for index, layer in enumerate(net.layers)
        if any(layer.loss_weights) and layer.type.endswith("Loss")
    ]


def _compared(net: Net, losses: list[tuple[float, int]], factor: float) -> Finding | None:
    shares = sorted((share, index) for share, index in losses if share > 0)
    if len(shares) < 2 or shares[-1][0] < factor * shares[0][0]:
        return None
    (least, small), (most, large) = shares[0], shares[-1]
    layer, other = net.layers[small], net.layers[large]
    related = Related(net.place(large, "name"), f"`{other.name}` counts {most:,.6g}")
    message = f"`{layer.name}` counts {least:,.6g} beside {most:,.6g} of `{other.name}`, which drowns it"
    place = net.place(small, "loss_weight") if layer.spec.fields.has("loss_weight") else net.place(small, "name")
    return Finding(place, message, related=(related,), layer=layer.name)
