"""TEST reads the data that TRAIN learns from.

The accuracy on data that the net has learnt says nothing about other data: a net that merely remembers its examples
gets all of them right. Give the test net data of its own. That may be meant where a second test net, in a stage of its
own, is there to compare the two.

Source: none of Caffe's: it takes any source.

Bad:
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
      data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
      transform_param { scale: 0.00390625 }
    }
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
      data_param { source: "train_lmdb" batch_size: 50 backend: LMDB }
      #                    ^^^^^^^^^^^^
      transform_param { scale: 0.00390625 }
    }

Good:
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
      data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
      transform_param { scale: 0.00390625 }
    }
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
      data_param { source: "test_lmdb" batch_size: 50 backend: LMDB }
      transform_param { scale: 0.00390625 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.net.data_layers import parameters
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.text.span import Span

_DATA = ("AnnotatedData", "Data", "HDF5Data", "ImageData", "VideoData", "WindowData")


@document_rule(category=Category.TRAINING, severity=Severity.INFORMATION, reads="net", needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    nets = judged_nets(document)
    if document.template or any(net.state.stages for net in nets):
        return
    learned = {key: (net, index) for net in nets if net.phase == "TRAIN" for key, index in _sources(net)}
    told: set[Span] = set()
    for net in nets:
        for key, index in _sources(net) if net.phase == "TEST" else ():
            trained, other = learned.get(key, (net, index))
            if trained.layers[other].origin == net.layers[index].origin:
                continue
            place = net.in_file(index, parameters(net.layers[index]).place("source"))
            if place not in told:
                told.add(place)
                there = trained.in_file(other, parameters(trained.layers[other]).place("source"))
                message = f"`{key[1]}` is what TRAIN learns from: a test on it says nothing about other data"
                yield Finding(place, message, related=(Related(there, "TRAIN reads it here"),))


def _sources(net: Net) -> Iterator[tuple[tuple[str, str], int]]:
    for index in net.of_type(*_DATA):
        layer = net.layers[index]
        source = parameters(layer).text("source")
        if source and layer.judged:
            yield (layer.type, source), index
