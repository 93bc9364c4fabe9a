"""A layer has more or fewer tops than its type makes.

Each type checks how many blobs it is asked to make: `Check failed: ExactNumTopBlobs() == top.size() (1 vs. 0) ReLU
Layer produces 1 top blob(s) as output`. Losses alone get a missing top by themselves. Convolutions make one top for
each bottom.

Where a blob that is read below is missing for this reason, it is not told a second time.

Source: layer.hpp (Layer::CheckBlobCounts); net.cpp (Net::Init, AutoTopBlobs).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 8 } } }
    layer { name: "ip1" type: "InnerProduct" bottom: "data" inner_product_param { num_output: 4 } }
    #                         ^^^^^^^^^^^^^^
    layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2" inner_product_param { num_output: 4 } }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 8 } } }
    layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 4 } }
    layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2" inner_product_param { num_output: 4 } }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Layer, Net
from caffe_ls.net.shapes.registry import layer_type
from caffe_ls.rules.connecting import add_connection, free_name, missing_names
from caffe_ls.rules.finding import fix
from caffe_ls.rules.rewriting import removal
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.written import field_span

_MOST_OFFERED = 3
_USUALLY_IN_PLACE = frozenset({
    "AbsVal", "BatchNorm", "Bias", "BNLL", "Dropout", "ELU", "PReLU", "ReLU", "Scale", "Sigmoid", "TanH",
})  # fmt: skip


@refusal_rule(Fault.WRONG_NUMBER_OF_TOPS, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    layer = view.layer
    assert layer is not None
    declared = layer_type(layer.type, view.net.text.dialect)
    assert declared is not None
    given = len(layer.spec.tops)
    wanted = declared.tops(layer.spec)
    least, most = (len(layer.bottoms),) * 2 if declared.equal_counts else (wanted.least, wanted.most)
    if given > most:
        places = [view.place(layer.spec.fields.place("top", index)) for index in range(most, given)]
        spans = [span for place in places if (span := field_span(view.document, place)) is not None]
        if len(spans) == len(places):
            yield fix("Remove what is too much", *(removal(view.document.text, span) for span in spans))
    elif given == least - 1:
        base = view.net.text.layers[layer.origin].base
        for name in list(dict.fromkeys(_candidates(view.net, layer)))[:_MOST_OFFERED]:
            first = _is_read_as_second(view.net, layer)
            edit = add_connection(view.document, base, layer.spec, "top", [name], first)
            if edit is not None:
                yield fix(f"Make `{name}`", edit)


def _candidates(net: Net, layer: Layer) -> Iterator[str]:
    """What the layer may have been meant to make: a blob of its name, in place, what is read below and not made."""
    missing = missing_names(net)
    if layer.name in missing:
        yield layer.name
    if layer.type in _USUALLY_IN_PLACE:
        yield from layer.bottoms[:1]
    yield from missing
    yield free_name(net, layer)


def _is_read_as_second(net: Net, layer: Layer) -> bool:
    """Whether what the layer makes is read as labels only, so that what it lacks is the data."""
    position = net.layers.index(layer)
    readers = [reader for top in range(len(layer.tops)) for reader in net.consumers(position, top)]
    return all(bottom > 0 for _, bottom in readers)
