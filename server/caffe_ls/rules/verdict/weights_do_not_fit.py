"""A layer cannot take the weights that are to be loaded into it.

Caffe copies trained weights by the names of layers. Where a layer of the net and one of the weights file have the same
name, they must have the same number of parameter blobs, of the same shapes; else it stops with `Cannot copy param 0
weights from layer 'fc8'; shape mismatch` or `Incompatible number of blobs`. It is what happens when `num_output` is
changed for other classes, or a bias or the kind of a BatchNorm.

A layer that is to be learned anew needs a name of its own: nothing but its `name` changes, its blobs keep theirs.

The weights are those that the setting `weights` or `caffe-ls check --weights FILE` names, else those that the net's
solver names in `weights`. Those that a training log in the net's folder started from (`Finetuning from`) are compared,
too, and what does not fit is told as information: the next run may start from others.

Source: net.cpp (CopyTrainedLayersFrom), blob.cpp (Blob::ShapeEquals, Blob::FromProto).

Bad (settings {"weights": "/flickr.caffemodel"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4096 } } }
    layer { name: "fc8" type: "InnerProduct" bottom: "data" top: "fc8" inner_product_param { num_output: 20 } }
    #                                                                                                    ^^
    #- /flickr.caffemodel
    layer { name: "fc8" type: "InnerProduct" blobs { shape { dim: 1000 dim: 4096 } } blobs { shape { dim: 1000 } } }

Good (settings {"weights": "/flickr.caffemodel"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4096 } } }
    layer { name: "fc8_20" type: "InnerProduct" bottom: "data" top: "fc8" inner_product_param { num_output: 20 } }
    #- /flickr.caffemodel
    layer { name: "fc7" type: "InnerProduct" blobs { shape { dim: 1 dim: 1 } } blobs { shape { dim: 1 } } }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.trained_weights import Mismatch, WeightsFile, copied, weights_files
from caffe_ls.net.model import Net
from caffe_ls.rules.certain_nets import in_each_state, name_span
from caffe_ls.rules.finding import Category, Finding, Fix, Severity, fix
from caffe_ls.rules.rule import document_rule
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

_SIZED_BY = ("convolution_param", "inner_product_param", "embed_param", "recurrent_param")


@document_rule(
    category=Category.VERDICT,
    severity=Severity.ERROR,
    stage="init",
    reads="net",
    fixable=True,
    needs_brackets=True,
)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files = weights_files(document)
    if files:
        yield from in_each_state(document, lambda net: _check(document, net, files))


def _check(document: PrototxtDocument, net: Net, files: tuple[WeightsFile, ...]) -> Iterator[Finding]:
    logs = [file.log for file in files if file.log]
    for mismatch in copied(document, net).mismatches:
        name = net.layers[mismatch.layer].name
        message = mismatch.message + (f", from which the run in `{logs[0]}` started" if logs else "")
        yield Finding(
            _place(net, mismatch),
            message,
            tuple(_renaming(document, net, name, files)),
            severity=Severity.INFORMATION if logs else None,
            layer=name,
        )


def _place(net: Net, mismatch: Mismatch) -> Span:
    """The `num_output` or the kernel where it makes the difference, else the layer's name."""
    layer = net.layers[mismatch.layer]
    here, there = mismatch.here, mismatch.there
    for message in _SIZED_BY:
        own = layer.spec.fields.group(message)
        number = own.integer("num_output")
        if number and here and there is not None and number in here and number not in there.shape:
            return own.place("num_output").shift(net.text.layers[layer.origin].base)
    if here and there is not None and len(there.shape) == len(here) == 4 and here[:2] == there.shape[:2]:
        own = layer.spec.fields.group("convolution_param")
        axis = 0 if here[2] != there.shape[2] else 1
        for field, index in ((("kernel_h", "kernel_w")[axis], 0), ("kernel_size", axis)):
            if own.has(field):
                return own.place(field, min(index, own.count(field) - 1)).shift(net.text.layers[layer.origin].base)
    return name_span(net, mismatch.layer)


def _renaming(document: PrototxtDocument, net: Net, name: str, files: Iterable[WeightsFile]) -> Iterator[Fix]:
    """All layers of the name get the new one: those of the other phase share their weights by it."""
    places = [
        placed.spec.fields.place("name").shift(placed.base)
        for placed in net.text.layers
        if placed.spec.name == name and placed.spec.fields.count("name") == 1
    ]
    taken = {placed.spec.name for placed in net.text.layers}
    taken.update(layer.name for file in files if file.weights is not None for layer in file.weights.layers)
    fresh = next(
        new for number in range(1, 10_000) if (new := f"{name}_new{number if number > 1 else ''}") not in taken
    )
    edits = [_rename(document.text, span, fresh) for span in places]
    if edits:
        yield fix(f"Rename the layer to `{fresh}`, to learn it anew", *edits)


def _rename(text: str, span: Span, fresh: str) -> Edit:
    quote = text[span.start] if text[span.start] in "\"'" else '"'
    return Edit(span, f"{quote}{fresh}{quote}")
