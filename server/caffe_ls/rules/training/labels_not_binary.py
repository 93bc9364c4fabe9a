"""Labels of the data that a loss of yes and no cannot use.

SigmoidCrossEntropyLoss wants targets of 0 to 1: with a label of 2 or more its value falls below 0 and its scores grow
without end; with -1 likewise. ContrastiveLoss takes 0 for a pair that differs and everything else for a similar one.

All labels of a list of images are looked at, of a database the first record's.

Source: sigmoid_cross_entropy_loss_layer.cpp, contrastive_loss_layer.cpp.

Bad:
    layer {
      name: "images" type: "ImageData" top: "data" top: "label"
      image_data_param { source: "images.txt" new_height: 8 new_width: 8 shuffle: true }
    }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 1 } }
    layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "fc" bottom: "label" }
    #                                                                         ^^^^^^^
    #- /images.txt
    cat.jpg 1
    dog.jpg 2

Good:
    layer {
      name: "images" type: "ImageData" top: "data" top: "label"
      image_data_param { source: "images.txt" new_height: 8 new_width: 8 shuffle: true }
    }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 1 } }
    layer { name: "loss" type: "SigmoidCrossEntropyLoss" bottom: "fc" bottom: "label" }
    #- /images.txt
    cat.jpg 0
    dog.jpg 1
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.data_sources import labels_of, source_files
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import net_text
from caffe_ls.net.makers import makers
from caffe_ls.net.model import Net
from caffe_ls.rules.certain_nets import in_each_state
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule

_LABELS_AT = {"SigmoidCrossEntropyLoss": 1, "ContrastiveLoss": 2}


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="net", needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    if any(placed.spec.type in _LABELS_AT for placed in net_text(document).layers):
        yield from in_each_state(document, lambda net: _check(document, net))


def _check(document: PrototxtDocument, net: Net) -> Iterator[Finding]:
    files = document.context.files
    for index in net.of_type(*_LABELS_AT) if files is not None else ():
        layer = net.layers[index]
        bottom = _LABELS_AT[layer.type]
        source = layer.sources[bottom] if bottom < len(layer.sources) else None
        found = makers(net, index, bottom)
        if source is None or len(found) != 1 or source.layer != found[0] or source.top != 1 or files is None:
            continue
        origin = net.layers[found[0]].origin
        read = next((one for one in source_files(net.text, files) if one.layer == origin), None)
        labels = labels_of(read, net.text, files) if read is not None else None
        if read is None or labels is None or not labels.records:
            continue
        wrong = labels.largest if labels.largest > 1 else labels.smallest
        if not 0 <= wrong <= 1:
            message = f"`{read.written}` has the label {wrong:,}, and `{layer.type}` knows 0 and 1 alone"
            if layer.type == "ContrastiveLoss":
                message = f"`{read.written}` has the label {wrong:,}: for `{layer.type}` all but 0 is similar"
            yield Finding(net.place(index, "bottom", bottom), message, layer=layer.name)
