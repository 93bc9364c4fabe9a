"""Completion offers what may stand at the cursor, in text that is not finished."""

from __future__ import annotations

import pytest
from lsprotocol import types

from caffe_ls.features.client import Client
from caffe_ls.features.completion import about_of, completion, resolve
from tests.features.views import ABLE, applied, view_at_cursor


def offered(text: str, client: Client = ABLE, typed: str = "") -> list[types.CompletionItem]:
    view, offset = view_at_cursor(text, client)
    return sorted(completion(view, offset, typed).items, key=lambda item: item.sort_text or item.label)


def labels(text: str, typed: str = "") -> list[str]:
    return [item.label for item in offered(text, typed=typed)]


def chosen(text: str, label: str, client: Client = ABLE) -> str:
    """The text after the item of that label was taken; a snippet's places stay in it."""
    view, _ = view_at_cursor(text, client)
    item = next(item for item in offered(text, client) if item.label == label)
    assert isinstance(item.text_edit, types.TextEdit)
    return applied(view, [item.text_edit])


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("$0", ["layer"]),
        ('layer { type: "Convolution" $0 }', ["convolution_param"]),
        ('layer {\n  name: "a"\n  type: "Pooling"\n  po$0\n}\nlayer { }', ["pooling_param"]),
        ('layer {\n  name: "a"\n  type: "LRN"\n  $0', ["lrn_param"]),
        ('layer {\n  type: "Deconvolution"\n  $0\n}', ["convolution_param"]),
        ("layer { pooling_param { $0 } }", ["pool"]),
        ("layer { pooling_param { pool: $0 } }", ["MAX", "AVE", "STOCHASTIC"]),
        ("layer { pooling_param { global_pooling: $0 } }", ["true", "false"]),
        ("layer { pooling_param { global_pooling: t$0 } }", ["true", "false"]),
        ("layer { type: '$0' }", ["AbsVal", "Accuracy"]),
        ('layer { type: "Re$0\n  bottom: "x" }', ["AbsVal", "Accuracy"]),
        ("layer { type: $0\n  bottom: 'x' }", ["AbsVal", "Accuracy"]),
        ('layer { convolution_param { weight_filler { type: "$0" } } }', ["constant", "gaussian"]),
        ('#- /solver.prototxt\nbase_lr: 1\nlr_policy: "$0', ["fixed", "step"]),
        ('#- /solver.prototxt\nbase_lr: 1\ntype: "$0"', ["SGD", "Nesterov"]),
        ("layer { include { phase: $0", ["TRAIN", "TEST"]),
        ("layer { dropout_param { dropout_ratio: $0 } }", ["0.5"]),
        ('layer { top: "a" } layer { top: "b" } layer { bottom: "$0" }', ["b", "a"]),
        ('layer { top: "a" } layer { bottom: "a" top: "$0" }', ["a"]),
        ('input: "data" layer { bottom: $0', ["data"]),
        ('layer { top: "a" } layer { bottom: ["a", $0', ["a"]),
        ('layer { bottom: "$0" }\nlayer { top: "below" }', ["below"]),
    ],
)
def test_what_is_offered_first(text: str, first: list[str]) -> None:
    assert labels(text)[: len(first)] == first


@pytest.mark.parametrize(
    "text",
    [
        "layer { # na$0",
        "layer { unknown { $0 } }",
        'layer { name: "$0" }',
        "layer { name $0 }",
        "layer { convolution_param: a$0 }",
    ],
)
def test_nothing_is_offered_where_nothing_is_known(text: str) -> None:
    assert labels(text) == []


def test_a_field_that_is_given_already_is_left_out() -> None:
    assert "type" not in labels('layer { type: "ReLU" $0 }')
    assert "type" in labels('layer { ty$0pe: "ReLU" }')
    assert "bottom" in labels('layer { bottom: "a" $0 }')
    assert "name" not in labels('name: "net"\n$0')


def test_punctuation_asks_for_values_only() -> None:
    assert labels("layer { pooling_param { pool: $0 } }", typed=" ")
    assert labels("layer { $0 }", typed=" ") == []


@pytest.mark.parametrize(
    ("text", "label", "after"),
    [
        ("layer { poo$0 }", "pooling_param", "layer { pooling_param {\n  $0\n} }"),
        ("layer { poo$0ling_param { } }", "pooling_param", "layer { pooling_param { } }"),
        ("layer { n$0 }", "name", 'layer { name: "$1" }'),
        ("layer { pooling_param { p$0 } }", "pool", "layer { pooling_param { pool: ${1|MAX,AVE,STOCHASTIC|} } }"),
        ("layer { pooling_param { s$0 } }", "stride", "layer { pooling_param { stride: ${1:1} } }"),
        ("layer { type: $0 }", "ReLU", 'layer { type: "ReLU" }'),
        ("layer { type: Re$0Lu }", "ReLU", 'layer { type: "ReLU" }'),
        ('layer { type: "S$0igmoid" }', "ReLU", 'layer { type: "ReLU" }'),
        ("layer { type: '$0' }", "ReLU", "layer { type: 'ReLU' }"),
        ('layer { type: "Re$0\n}', "ReLU", 'layer { type: "ReLU"\n}'),
        ("layer { include { phase: T$0EST } }", "TRAIN", "layer { include { phase: TRAIN } }"),
    ],
)
def test_what_taking_an_item_does(text: str, label: str, after: str) -> None:
    assert chosen(text, label) == after


def test_clients_without_snippets_get_plain_text() -> None:
    plain = Client()
    assert chosen("layer { n$0 }", "name", plain) == "layer { name:  }"
    assert not any("$" in item.text_edit.new_text for item in offered("layer { $0", plain) if item.text_edit)


def test_documentation_comes_when_an_item_is_looked_at() -> None:
    text = "layer { pooling_param { pool: $0 } }"
    view, _ = view_at_cursor(text)
    item = offered(text)[0]
    assert item.documentation is None
    about = about_of(item)
    assert about is not None
    assert about[0] == view.uri
    documentation = resolve(view, item, about[1]).documentation
    assert isinstance(documentation, types.MarkupContent)
    assert "largest value of the window" in documentation.value


@pytest.mark.parametrize("cut", range(0, 140, 3))
def test_any_cut_of_a_file_is_survived(cut: int) -> None:
    text = 'layer {\n  name: "a" type: "Pooling"\n  top: ["x", "y"]\n  pooling_param < pool: MAX > # note\n}\n' * 2
    labels(text[:cut] + "$0" + text[cut + 7 :])


def test_of_very_many_blobs_those_that_fit_are_sent() -> None:
    net = "".join(f'layer {{ top: "blob{number}" }}\n' for number in range(1_000))
    view, offset = view_at_cursor(net + 'layer { bottom: "blob77$0" }')
    found = completion(view, offset)
    assert found.is_incomplete
    assert {item.label for item in found.items} == {"blob77", *(f"blob77{digit}" for digit in range(10))}
