"""Images are read in the order of a list that is sorted by class.

Without `shuffle: true` an ImageData layer reads its list from the top. Where that is sorted by class, as listing one
folder after the other makes it, each batch holds images of one class only: the net learns to answer with that class,
unlearns it with the next one, and the loss swings without falling. Where the list is there its labels are looked at;
where it is not, the finding is a hint.

Source: image_data_layer.cpp (DataLayerSetUp, load_batch).

Bad:
    layer {
      name: "images" type: "ImageData" top: "data" top: "label"
      #                    ^^^^^^^^^^^
      image_data_param { source: "images.txt" batch_size: 2 new_height: 8 new_width: 8 }
      transform_param { scale: 0.00392156863 }
    }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
    #- /images.txt
    cat1.jpg 0
    cat2.jpg 0
    cat3.jpg 0
    cat4.jpg 0
    dog1.jpg 1
    dog2.jpg 1
    dog3.jpg 1
    dog4.jpg 1

Good:
    layer {
      name: "images" type: "ImageData" top: "data" top: "label"
      image_data_param { source: "images.txt" batch_size: 2 new_height: 8 new_width: 8 shuffle: true }
      transform_param { scale: 0.00392156863 }
    }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
    #- /images.txt
    cat1.jpg 0
    cat2.jpg 0
    cat3.jpg 0
    cat4.jpg 0
    dog1.jpg 1
    dog2.jpg 1
    dog3.jpg 1
    dog4.jpg 1
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.data_sources import labels_of, source_files
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import net_text
from caffe_ls.net.data_layers import parameters
from caffe_ls.net.model import Net
from caffe_ls.rules.certain_nets import in_each_state
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.layer_fields import set_field
from caffe_ls.rules.rule import document_rule

# In a list that is shuffled a label lasts for few lines; one that lasts for some batches is learnt alone.
_LONG = 8


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="net", fixable=True, needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    if any(placed.spec.type == "ImageData" for placed in net_text(document).layers):
        yield from in_each_state(document, lambda net: _check(document, net))


def _check(document: PrototxtDocument, net: Net) -> Iterator[Finding]:
    if net.phase != "TRAIN":
        return
    for index in net.of_type("ImageData"):
        layer = net.layers[index]
        if not layer.judged or parameters(layer).flag("shuffle") or not _is_classified(net, index):
            continue
        batch = parameters(layer).integer("batch_size", 1)
        told = _sorted(document, layer.origin, batch)
        if told is None:
            continue
        severity, message = told
        fixes = set_field(net, index, "image_data_param", "shuffle", "true")
        yield Finding(net.place(index, "type"), message, fixes, severity=severity, layer=layer.name)


def _is_classified(net: Net, index: int) -> bool:
    readers = net.consumers(index, 1)
    return any(net.layers[reader].type == "SoftmaxWithLoss" and bottom == 1 for reader, bottom in readers)


def _sorted(document: PrototxtDocument, origin: int, batch: int) -> tuple[Severity | None, str] | None:
    """What the list shows; None where it is well mixed."""
    files = document.context.files
    text = net_text(document)
    sources = source_files(text, files) if files is not None else ()
    source = next((source for source in sources if source.layer == origin), None)
    labels = labels_of(source, text, files) if source is not None and files is not None else None
    if labels is None or not labels.records:
        return Severity.HINT, "the images are read in the order of the list: mix it, or set `shuffle: true`"
    length = labels.records / (labels.changes + 1)
    if labels.different < 2 or length < min(_LONG, 2 * max(batch, 1)):
        return None
    message = f"the list is sorted by label, {length:,.0f} images of each in a row, and `shuffle` is not set"
    return None, message
