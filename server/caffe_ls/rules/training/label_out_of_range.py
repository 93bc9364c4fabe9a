"""The data has labels that the net has no class for.

Labels count from 0: a net of 10 classes takes 0 to 9. Releases of Caffe do not look: a greater label, or a negative
one, reads and writes memory beside the scores. The loss is then wrong or nan, other blobs are damaged, or the process
dies, at times only at its end (`double free or corruption`). Often the labels count from 1, or `num_output` was left
behind.

All labels of a list of images are looked at, of a database the first record's. A label that `ignore_label` names may be
any number.

Source: softmax_loss_layer.cpp (the DCHECKs of Forward_cpu), accuracy_layer.cpp.

Bad:
    layer {
      name: "images" type: "ImageData" top: "data" top: "label"
      image_data_param { source: "images.txt" new_height: 8 new_width: 8 }
    }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 2 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" }
    #                                                                 ^^^^^^^
    #- /images.txt
    cat.jpg 1
    dog.jpg 2

Good:
    layer {
      name: "images" type: "ImageData" top: "data" top: "label"
      image_data_param { source: "images.txt" new_height: 8 new_width: 8 }
    }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 2 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" }
    #- /images.txt
    cat.jpg 0
    dog.jpg 1
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.data_sources import SOURCE_MESSAGES, DataSourceFile, labels_of, source_files
from caffe_ls.analysis.disk import FilesBeside
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import net_text
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.certain_nets import in_each_state
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.rule import document_rule

# The layers whose second bottom holds labels, and where they say which axis the classes are on.
_LABELLED = {
    "SoftmaxWithLoss": ("softmax_param", "loss_param"),
    "InfogainLoss": ("infogain_loss_param", "loss_param"),
    "Accuracy": ("accuracy_param", "accuracy_param"),
}


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="net", needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files = document.context.files
    if files is None:
        return
    sources = {
        source.layer: source
        for source in source_files(net_text(document), files)
        if source.first_label is not None or (source.path is not None and not source.problem)
    }
    if sources:
        yield from in_each_state(document, lambda net: _check(net, sources, files))


def _check(net: Net, sources: dict[int, DataSourceFile], files: FilesBeside) -> Iterator[Finding]:
    for index, layer in enumerate(net.layers):
        source = sources.get(layer.origin)
        if source is None or len(layer.tops) < 2:
            continue
        readers = [reader for reader, bottom in net.consumers(index, 1) if bottom == 1]
        labelled = [reader for reader in readers if net.layers[reader].type in _LABELLED]
        # What holds of a loss holds of the accuracy beside it.
        labelled.sort(key=lambda reader: net.layers[reader].type == "Accuracy")
        if labelled:
            yield from _judge(net, index, labelled[0], source, files)


def _judge(net: Net, data: int, reader: int, source: DataSourceFile, files: FilesBeside) -> Iterator[Finding]:
    classes = _classes(net.layers[reader])
    labels = labels_of(source, net.text, files) if classes is not None else None
    if classes is None or labels is None or not labels.records:
        return
    ignored = _ignored(net.layers[reader])
    wrong = next((one for one in (labels.largest, labels.smallest) if not 0 <= one < classes and one != ignored), None)
    if wrong is None:
        return
    there = "is 1 class: 0" if classes == 1 else f"are {classes:,} classes: 0 to {classes - 1:,}"
    message = f"`{source.written}` has the label {wrong:,}, and there {there}"
    own = net.layers[data].spec.fields.group(SOURCE_MESSAGES[net.layers[data].type])
    related = Related(net.in_file(data, own.place("source")), "the labels are read here")
    yield Finding(net.place(reader, "bottom", 1), message, related=(related,), layer=net.layers[reader].name)


def _classes(layer: Layer) -> int | None:
    """How many scores there are for each label; None where that is not known."""
    shape = layer.bottom_shapes[0]
    axis = layer.spec.fields.group(_LABELLED[layer.type][0]).integer("axis", 1)
    if shape is None or not -len(shape) <= axis < len(shape):
        return None
    return shape[axis]


def _ignored(layer: Layer) -> int | None:
    own = layer.spec.fields.group(_LABELLED[layer.type][1])
    return own.integer("ignore_label") if own.has("ignore_label") else None
