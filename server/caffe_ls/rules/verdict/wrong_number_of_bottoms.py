"""A layer has more or fewer bottoms than its type reads.

Each type checks how many blobs it is given: `Check failed: ExactNumBottomBlobs() == bottom.size() (2 vs. 1)
SoftmaxWithLoss Layer takes 2 bottom blob(s) as input`. The usual cause is a `bottom` that was forgotten, as the labels
of a loss.

Source: layer.hpp (Layer::CheckBlobCounts).

Bad:
    layer { name: "data" type: "Input" top: "data" top: "label" input_param { shape { dim: 2 } } }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 4 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" top: "loss" }
    #                                                    ^^^^

Good:
    layer { name: "data" type: "Input" top: "data" top: "label" input_param { shape { dim: 2 } } }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 4 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Layer, Net
from caffe_ls.net.shapes.registry import layer_type
from caffe_ls.rules.connecting import add_connection, unread_tops
from caffe_ls.rules.finding import fix
from caffe_ls.rules.proving import proven
from caffe_ls.rules.rewriting import removal
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.written import field_span

_MOST_OFFERED = 3


@refusal_rule(Fault.WRONG_NUMBER_OF_BOTTOMS, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    layer = view.layer
    assert layer is not None
    declared = layer_type(layer.type, view.net.text.dialect)
    assert declared is not None
    wanted = declared.bottoms(layer.spec)
    given = len(layer.bottoms)
    if given > wanted.most:
        places = [view.place(layer.spec.fields.place("bottom", index)) for index in range(wanted.most, given)]
        spans = [span for place in places if (span := field_span(view.document, place)) is not None]
        if len(spans) == len(places):
            yield fix("Remove what is too much", *(removal(view.document.text, span) for span in spans))
    elif given == wanted.least - 1:
        base = view.net.text.layers[layer.origin].base
        first = wanted.least > 1 and _reads_labels(view.net, layer)
        for name in list(dict.fromkeys(_candidates(view.net, layer)))[:_MOST_OFFERED]:
            edit = add_connection(view.document, base, layer.spec, "bottom", [name], first)
            if edit is not None:
                yield proven(view.document, fix(f"Read `{name}`", edit))


def _candidates(net: Net, layer: Layer) -> Iterator[str]:
    """What the layer may have been meant to read: its own top in place, labels that others read, what nothing reads."""
    position = net.layers.index(layer)
    above = {top for other in net.layers[:position] for top in other.tops}
    if not layer.bottoms:
        yield from (top for top in layer.tops if top in above)
    else:
        yield from (
            other.bottoms[1]
            for other in net.layers
            if other.type in (layer.type, "Accuracy") and len(other.bottoms) > 1 and other.bottoms[1] in above
            and other.bottoms[0] == layer.bottoms[0]
        )  # fmt: skip
    for index, top in unread_tops(net, position):
        if net.layers[index].tops[top] not in layer.bottoms:
            yield net.layers[index].tops[top]
    sources = [other for other in net.layers[:position] if not other.bottoms]
    if layer.bottoms:
        yield from (top for other in sources for top in other.tops[1:] if top not in layer.bottoms)
    elif position:
        yield from net.layers[position - 1].tops[:1]


def _reads_labels(net: Net, layer: Layer) -> bool:
    """Whether all that the layer reads are labels, so that it lacks the predictions."""
    sources = [source for source in layer.sources if source is not None]
    return bool(sources) and all(source.top > 0 and not net.layers[source.layer].bottoms for source in sources)
