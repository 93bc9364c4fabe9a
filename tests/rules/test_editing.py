"""What is kept from one version of a text to the next changes nothing: nets and findings are those of a fresh start."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import certain_net, data_source, judged_nets, net_text
from caffe_ls.net.graph import build
from caffe_ls.net.model import Net
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Finding
from caffe_ls.text.edit import Edit
from caffe_ls.text.source import decode
from caffe_ls.text.span import Span

_EDITS = 30
_QUOTED = re.compile(r'"[^"\n]*"')
_NUMBER = re.compile(r"\b\d+\b")
_TYPES = ('"Convolution"', '"InnerProduct"', '"ReLU"', '"Concat"', '"Softmax"', '"SoftmaxWithLoss"', '"Strange"')

_BRANCHES = """
name: "branches"
layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
        transform_param { crop_size: 12 } data_param { source: "l" batch_size: 2 } }
layer { name: "tested" type: "MemoryData" top: "data" top: "label" include { phase: TEST }
        memory_data_param { batch_size: 2 channels: 3 height: 12 width: 12 } }
layer { name: "c1" type: "Convolution" bottom: "data" top: "c1" param { lr_mult: 0 }
        convolution_param { num_output: 4 kernel_size: 3 bias_term: false weight_filler { type: "xavier" } } }
layer { name: "r1" type: "ReLU" bottom: "c1" top: "c1" }
layer { name: "code" type: "Python" bottom: "c1" top: "c1" python_param { module: "m" layer: "L" } }
layer { name: "c2" type: "Convolution" bottom: "c1" top: "c2" convolution_param { num_output: 4 kernel_size: 1 } }
layer { name: "n2" type: "BatchNorm" bottom: "c2" top: "c2" }
layer { name: "c3" type: "Convolution" bottom: "c1" top: "c3" propagate_down: false
        convolution_param { num_output: 4 kernel_size: 1 } }
layer { name: "sum" type: "Eltwise" bottom: "c2" bottom: "c3" top: "sum" }
layer { name: "p" type: "Pooling" bottom: "sum" top: "p" pooling_param { pool: AVE kernel_size: 2 stride: 2 } }
layer { name: "a" type: "InnerProduct" bottom: "p" top: "a" param { name: "w" } param { name: "b" }
        inner_product_param { num_output: 10 } }
layer { name: "s" type: "Slice" bottom: "p" top: "s0" top: "s1" slice_param { slice_point: 2 } }
layer { name: "b" type: "InnerProduct" bottom: "s0" top: "b" inner_product_param { num_output: 10 } }
layer { name: "quiet" type: "Silence" bottom: "s1" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "a" bottom: "label" top: "loss" }
layer { name: "aux" type: "SoftmaxWithLoss" bottom: "b" bottom: "label" loss_weight: 0.3 }
layer { name: "acc" type: "Accuracy" bottom: "a" bottom: "label" top: "acc" include { phase: TEST } }
"""

_TWINS = """
force_backward: true
input: "x" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
input: "y" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
layers { name: "one" type: CONVOLUTION bottom: "x" top: "one" param: "w" param: "b" blobs_lr: 1 blobs_lr: 2
         convolution_param { num_output: 4 kernel_size: 3 } }
layers { name: "two" type: CONVOLUTION bottom: "y" top: "two" param: "w" param: "b" blobs_lr: 1 blobs_lr: 2
         convolution_param { num_output: 4 kernel_size: 3 } }
layers { name: "apart" type: CONTRASTIVE_LOSS bottom: "one" bottom: "two" bottom: "x" top: "apart" }
layers { name: "both" type: CONCAT bottom: "one" bottom: "two" top: "both" }
"""


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("text", [_BRANCHES, _TWINS], ids=["branches", "twins"])
def test_after_any_edits_all_is_as_if_the_text_were_new(text: str, seed: int) -> None:
    _edit_and_compare("net.prototxt", text, random.Random(seed), _EDITS)


@pytest.mark.parametrize("text", [_BRANCHES, _TWINS], ids=["branches", "twins"])
def test_after_an_edit_of_any_number_or_name_all_is_as_if_the_text_were_new(text: str) -> None:
    document = PrototxtDocument("net.prototxt", text)
    _compare(document)
    for what, others in ((_NUMBER, ("0", "3")), (_QUOTED, ('"c1"', '"loss"', '"both"'))):
        for place in what.finditer(text):
            for other in others:
                _compare(document.edited(Edit(Span(*place.span()), other)))


@pytest.mark.shared
def test_edits_of_real_nets(shared: Path) -> None:
    with (shared / "corpus/prototxt.tsv").open(newline="", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["kind"] == "net"]
    chance = random.Random(1)
    for row in chance.sample(rows, min(40, len(rows))):
        data = (shared / "corpus" / row["path"]).read_bytes()
        if len(data) < 20_000:
            _edit_and_compare("net.prototxt", decode(data), chance, 10)


def _edit_and_compare(path: str, text: str, chance: random.Random, edits: int) -> None:
    document = PrototxtDocument(path, text)
    _compare(document)
    for _ in range(edits):
        edit = chance.choice(_KINDS)(document, chance)
        if edit is None:
            continue
        before, document = document, document.edited(edit)
        _compare(document)
        if chance.random() < 0.4:
            # Back again: what was kept of the edited text must not show either.
            undone = Edit(Span(edit.span.start, edit.span.start + len(edit.new_text)), before.text[slice(*edit.span)])
            document = document.edited(undone)
            _compare(document)


def _compare(document: PrototxtDocument) -> None:
    assert list(_findings(document)) == list(_findings(_fresh(document)))
    for net in judged_nets(document):
        # Each from a text of its own, so that no net shares anything with another.
        data = data_source(document)
        assert _description(net) == _description(build(net_text(_fresh(document)), net.state, data))
        certain = build(net_text(_fresh(document)), net.state, data._replace(may_assume=False))
        assert _description(certain_net(document, net)) == _description(certain)


def _fresh(document: PrototxtDocument) -> PrototxtDocument:
    return PrototxtDocument(document.path, document.text)


def _findings(document: PrototxtDocument) -> Iterator[tuple[Finding, object]]:
    for finding in check(document):
        yield finding, [fix.edits for fix in finding.fixes]


def _description(net: Net) -> object:
    """All that a net says, places in the file for places in entries, and no objects that are compared by identity."""
    layers = [
        (
            net.place(index, "name"), layer.name, layer.type, layer.origin, layer.bottoms, layer.tops, layer.sources,
            layer.bottom_shapes, layer.top_shapes, layer.param_shapes, layer.macs, layer.loss_weights,
            layer.needs_backward, layer.bottoms_need_backward, layer.judged, layer.assumes,
        )
        for index, layer in enumerate(net.layers)
    ]  # fmt: skip
    refusals = [(net.place_of(refusal), refusal) for refusal in net.refusals]
    return net.state, layers, list(net.blobs.items()), net.params, net.outputs, net.data_memory_bytes, refusals


# Edits, as people make them; None where the text has no place for one.


def _another_number(document: PrototxtDocument, chance: random.Random) -> Edit | None:
    return _replaced(document, chance, _NUMBER, str(chance.choice((0, 1, 2, 3, 4, 7, 10, 30))))


def _another_name(document: PrototxtDocument, chance: random.Random) -> Edit | None:
    names = _QUOTED.findall(document.text)
    return _replaced(document, chance, _QUOTED, chance.choice([*names, *_TYPES])) if names else None


def _replaced(document: PrototxtDocument, chance: random.Random, what: re.Pattern[str], new: str) -> Edit | None:
    places = [Span(*found.span()) for found in what.finditer(document.text)]
    return Edit(chance.choice(places), new) if places else None


def _letter(document: PrototxtDocument, chance: random.Random) -> Edit | None:
    at = chance.randrange(len(document.text) + 1)
    return Edit(Span(at, at), chance.choice("x1 \n#{}"))


def _letter_gone(document: PrototxtDocument, chance: random.Random) -> Edit | None:
    at = chance.randrange(len(document.text)) if document.text else 0
    return Edit(Span(at, min(at + 1, len(document.text))), "")


def _entry_gone(document: PrototxtDocument, chance: random.Random) -> Edit | None:
    entries = list(document.file)
    base, entry = chance.choice(entries) if entries else (0, None)
    return None if entry is None else Edit(Span(base, base + len(entry.text)), "")


def _entry_twice(document: PrototxtDocument, chance: random.Random) -> Edit | None:
    entries = list(document.file)
    if not entries:
        return None
    at, _ = chance.choice(entries)
    return Edit(Span(at, at), chance.choice(entries)[1].text)


_KINDS: tuple[Callable[[PrototxtDocument, random.Random], Edit | None], ...] = (
    _another_number, _another_number, _another_name, _another_name, _letter, _letter_gone, _entry_gone, _entry_twice,
)  # fmt: skip
