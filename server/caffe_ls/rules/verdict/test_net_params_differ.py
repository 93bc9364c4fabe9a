"""A layer has other parameters in the test net than in the train net.

A test net takes its weights from the train net: each layer from the one of the same name. Their blobs must be as many,
and have the same shapes: `Cannot share param 0 weights from layer 'ip1'; shape mismatch`. Caffe sees it at the first
test, which by default comes before the first iteration. The usual cause is an input of another size in the two phases,
such as another `crop_size`, below a layer that looks at the whole of it.

A test net may also stand in a file of its own, `test_net` beside `train_net` in the solver.

Where no solver says that the net is both trained and tested, this is a warning.

Source: net.cpp (Net::ShareTrainedLayersWith).

Bad:
    layer {
      name: "data"
      type: "DummyData"
      top: "data"
      dummy_data_param { shape { dim: 2 dim: 8 } }
      include { phase: TRAIN }
    }
    layer {
      name: "data"
      type: "DummyData"
      top: "data"
      dummy_data_param { shape { dim: 2 dim: 9 } }
      include { phase: TEST }
    }
    layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 4 } }
    #             ^^^^^

Good:
    layer {
      name: "data"
      type: "DummyData"
      top: "data"
      dummy_data_param { shape { dim: 2 dim: 8 } }
      include { phase: TRAIN }
    }
    layer {
      name: "data"
      type: "DummyData"
      top: "data"
      dummy_data_param { shape { dim: 4 dim: 8 } }
      include { phase: TEST }
    }
    layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 4 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.families import differences, tested_with
from caffe_ls.analysis.nets import certain_net, judged_nets
from caffe_ls.net.model import About, AnyShape, Layer, Net
from caffe_ls.net.provenance import places_behind_bottoms
from caffe_ls.net.shapes.step import shapes_differ, shown
from caffe_ls.rules.certain_nets import assumed
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.text.span import Span


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="first-iteration", reads="net")
def check(document: PrototxtDocument) -> Iterator[Finding]:
    told: set[Span] = set()
    for finding in (*_within(document), *_beside(document)):
        if finding.span not in told:
            told.add(finding.span)
            yield finding


def _beside(document: PrototxtDocument) -> Iterator[Finding]:
    """Where a solver trains the net of another file."""
    tests = [net for net in judged_nets(document) if net.phase == "TEST"]
    for relative in tested_with(document) if tests and not document.template else ():
        for test in tests:
            certain = certain_net(document, test)
            for difference in differences(certain, relative.net):
                trained = relative.net.place(difference.there, "name")
                yield Finding(
                    certain.place(difference.here, "name"),
                    f"{difference.message} in {relative.name}",
                    related=(Related(trained, "the layer that is trained", relative.path),),
                    layer=certain.layers[difference.here].name,
                    phases=("TEST",),
                )


def _within(document: PrototxtDocument) -> Iterator[Finding]:
    nets = judged_nets(document)
    trained = next((net for net in nets if net.phase == "TRAIN"), None)
    if trained is None:
        return
    for tested in nets:
        if tested.phase == "TEST" and tested.text is trained.text:
            different = list(_different(trained, tested))
            if not different:
                continue
            certain = {at for at, _ in _different(certain_net(document, trained), certain_net(document, tested))}
            for at, message in different:
                yield _finding(document, tested, at, message, at in certain)


def _finding(document: PrototxtDocument, tested: Net, at: int, message: str, certain: bool) -> Finding:
    layer = tested.layers[at]
    about = tuple(About(bottom) for bottom in range(min(1, len(layer.bottoms))))
    places = places_behind_bottoms(tested, at, about)
    related = tuple(Related(place.span.shift(tested.text.layers[place.layer].base), place.message) for place in places)
    severity = Severity.ERROR if document.context.states else Severity.WARNING
    finding = Finding(tested.place(at, "name"), message, related=related, severity=severity, layer=layer.name)
    return assumed(finding, tested.assumes) if tested.assumes and not certain else finding


def _different(trained: Net, tested: Net) -> Iterator[tuple[int, str]]:
    """The layers of the test net that cannot take the train net's parameters: index and what is wrong."""
    first: dict[str, int] = {}
    for index, layer in enumerate(tested.layers):
        first.setdefault(layer.spec.name, index)
    for source in trained.layers:
        at = first.get(source.spec.name)
        if at is not None and tested.layers[at].param_shapes != source.param_shapes:
            yield from _compared(source, tested.layers[at], at)


def _compared(source: Layer, target: Layer, at: int) -> Iterator[tuple[int, str]]:
    ours, theirs = target.param_shapes, source.param_shapes
    if ours is None or theirs is None:
        return
    if len(ours) != len(theirs):
        plural = "s"[: len(ours) != 1]
        yield (
            at,
            f"`{target.name}` has {len(ours)} parameter blob{plural} in the test net, {len(theirs)} in the train net",
        )
        return
    for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if _differ(one, other):
            yield at, f"parameter {index} is {shown(one)} in the test net, {shown(other)} in the train net"
            return


def _differ(one: AnyShape, other: AnyShape) -> bool:
    return one is not None and other is not None and shapes_differ(one, other)
