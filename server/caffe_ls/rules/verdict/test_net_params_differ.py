"""The test net's layer has other parameters than the layer of its name that is trained.

At each test the solver gives the test nets the parameters of the train net, layer by layer of the same name. Their
number and shapes must be the same; else Caffe stops at the first test, which by default is before the first iteration:
`Cannot share param 0 weights from layer 'fc'; shape mismatch` or `Incompatible number of blobs for layer fc`.

A layer that is meant to be another one needs another name; then it is tested as its fillers made it.

Source: net.cpp (ShareTrainedLayersWith), solver.cpp (Solver::Test).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer {
      name: "fc" type: "InnerProduct" bottom: "data" top: "fc" include { phase: TRAIN }
      inner_product_param { num_output: 10 }
    }
    layer {
      name: "fc" type: "InnerProduct" bottom: "data" top: "fc" include { phase: TEST }
      #     ^^^^
      inner_product_param { num_output: 5 }
    }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer {
      name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
      inner_product_param { num_output: 10 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.families import Relative, differences, tested_with
from caffe_ls.analysis.nets import certain_net, judged_nets
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.rule import document_rule


@document_rule(
    category=Category.VERDICT, severity=Severity.ERROR, stage="first-iteration", reads="net", needs_brackets=True
)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    if document.template:
        return
    nets = judged_nets(document)
    trained = [net for net in nets if net.phase == "TRAIN"]
    beside = list(tested_with(document))
    found: dict[str, Finding] = {}
    for test in nets:
        if test.phase == "TEST":
            findings = [
                *(finding for train in trained for finding in _within(document, test, train)),
                *(finding for other in beside for finding in _compare(certain_net(document, test), other.net, other)),
            ]
            found.update({finding.message: finding for finding in findings})
    yield from found.values()


def _within(document: PrototxtDocument, test: Net, train: Net) -> Iterator[Finding]:
    """Guesses about data only add to what differs: the nets without them are built where something does."""
    if any(differences(test, train)):
        yield from _compare(certain_net(document, test), certain_net(document, train))


def _compare(test: Net, train: Net, relative: Relative | None = None) -> Iterator[Finding]:
    for difference in differences(test, train):
        where = f"in {relative.name}" if relative is not None else "in the train net"
        path = None if relative is None else relative.path
        related = Related(train.place(difference.there, "name"), "the layer that is trained", path)
        name = test.layers[difference.here].name
        message = f"{difference.message} {where}"
        yield Finding(test.place(difference.here, "name"), message, related=(related,), layer=name, phases=("TEST",))
