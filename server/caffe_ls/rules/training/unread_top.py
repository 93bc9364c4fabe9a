"""A blob of the train net that nothing reads.

What no layer reads is an output of the net. Caffe prints the outputs of the train net at each `display`, number by
number: a label that nobody uses makes as many lines as the batch has items, a feature map thousands. Weights whose
outputs lead nowhere are never trained. A `Silence` layer reads a blob and does nothing.

Losses and accuracies are meant to be outputs, and nothing is said of them, nor of a net without a loss.

Source: net.cpp (Net::Init, net_output_blobs), solver.cpp (Solver::Step).

Bad:
    layer { name: "data" type: "DummyData" top: "data" top: "label" top: "id"
    #                                                                    ^^^^
      dummy_data_param { shape { dim: 8 dim: 20 } shape { dim: 8 } shape { dim: 8 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1"
      inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" top: "label" top: "id"
      dummy_data_param { shape { dim: 8 dim: 20 } shape { dim: 8 } shape { dim: 8 } } }
    layer { name: "silence" type: "Silence" bottom: "id" }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1"
      inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from caffe_ls.net.model import Layer, Net, count
from caffe_ls.rules.finding import Finding, Fix, Severity, fix
from caffe_ls.rules.layer_fields import layer_behind
from caffe_ls.rules.rule import net_rule

_MEANT = re.compile(r"Accuracy|Loss|Error|Evaluate|Python|ArgMax", re.IGNORECASE)
# So many lines at each display hide the others.
_MANY_LINES = 100


@net_rule(severity=Severity.HINT, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    if not any(any(layer.loss_weights) and layer.needs_backward for layer in net.layers):
        return
    for index, layer in enumerate(net.layers):
        unread = [top for top in range(len(layer.spec.tops)) if not net.consumers(index, top)]
        if unread and layer.judged and not any(layer.loss_weights) and not _MEANT.search(layer.type):
            for top in unread:
                yield _unread(net, index, layer, top)


def _unread(net: Net, index: int, layer: Layer, top: int) -> Finding:
    lines = count(layer.top_shapes[top])
    printed = f"its {lines:,} numbers are" if lines is not None and lines > 1 else "it is"
    message = f"nothing reads `{layer.tops[top]}`: {printed} printed at each `display`"
    if layer.param_shapes and layer.spec.params != () and all(spec.lr_mult for spec in layer.spec.params):
        message += ", and the layer's weights are not trained"
    severity = Severity.INFORMATION if lines is not None and lines >= _MANY_LINES else None
    return Finding(
        net.place(index, "top", top), message, _silence(net, index, top), severity=severity, layer=layer.name
    )


def _silence(net: Net, index: int, top: int) -> tuple[Fix, ...]:
    if _rests_on_weights(net, index):
        return ()  # They learn nothing then: what should read the blob was forgotten.
    blob = net.layers[index].tops[top]
    edit = layer_behind(net, index, f'name: "silence_{blob}" type: "Silence" bottom: "{blob}"')
    return (fix(f"Add a `Silence` layer for `{blob}`", edit),) if edit is not None else ()


def _rests_on_weights(net: Net, index: int) -> bool:
    """Whether layers with weights make the blob, and learn by it alone."""
    waiting = [index]
    while waiting:
        at = waiting.pop()
        layer = net.layers[at]
        if layer.param_shapes and (not layer.spec.params or any(spec.lr_mult for spec in layer.spec.params)):
            return True
        waiting += [
            source.layer
            for source in layer.sources
            if source is not None and len(net.consumers(source.layer, source.top)) == 1
        ]
    return False
