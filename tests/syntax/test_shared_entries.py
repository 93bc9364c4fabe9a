"""Entries that several texts have are one object, and no tree differs from that of a parse on its own."""

from __future__ import annotations

import random

from caffe_ls.syntax.parser import parse
from caffe_ls.syntax.tree import Entry
from tests.syntax.text_mutations import random_span
from tests.syntax.tree_dump import dump

_LAYERS = "".join(f'layer {{\n  name: "l{n}"\n  type: "ReLU"\n  top: "l{n}"\n}}\n' for n in range(6))
_TRAIN = 'name: "train"\n' + _LAYERS + 'layer {\n  name: "loss"\n  type: "SoftmaxWithLoss"\n}\n'
_DEPLOY = 'name: "deploy"\ninput: "data"\n' + _LAYERS + 'layer {\n  name: "prob"\n  type: "Softmax"\n}\n'


def test_layers_that_two_nets_have_in_common_are_the_same_objects() -> None:
    known: dict[str, Entry] = {}
    train, deploy = parse(_TRAIN, known), parse(_DEPLOY, known)
    shared = [entry.field for entry in train.entries if any(entry is other for other in deploy.entries)]
    assert [field.name for field in shared if field is not None] == 6 * ["layer"]
    assert parse(_TRAIN, known).entries[1:] == train.entries[1:]


def test_a_layer_that_differs_in_one_character_is_another() -> None:
    known: dict[str, Entry] = {}
    one, other = parse(_TRAIN, known), parse(_TRAIN.replace('"l3"', '"m3"'), known)
    differing = [index for index, (a, b) in enumerate(zip(one.entries, other.entries, strict=True)) if a is not b]
    assert differing == [0, 4]


def test_what_follows_an_entry_can_matter_to_it() -> None:
    known: dict[str, Entry] = {}
    for text in (
        'a: 1\nb: "x"',
        'a: 1\nb: "x" "y"',
        'a: 1\nb: "x";',
        "a: 1\nb:\nc: 2",
        "a: 1\nb:\n",
        "a: 1\nb: {\nc: 2",
    ):
        assert dump(parse(text, known)) == dump(parse(text))


def test_a_long_entry_is_not_kept_for_other_texts() -> None:
    known: dict[str, Entry] = {}
    parse('name: "a"\nlayer {\n' + '  top: "b"\n' * 2_000 + "}\n" + _LAYERS, known)
    assert len(known) >= 6
    assert max(map(len, known)) < 100


def test_trees_of_random_texts_do_not_depend_on_what_was_parsed_before() -> None:
    chance = random.Random(1)
    known: dict[str, Entry] = {}
    for _ in range(600):
        text = chance.choice((_TRAIN, _DEPLOY, "\ufeff" + _LAYERS, _LAYERS))
        for _ in range(chance.randrange(4)):
            start, end, new = random_span(text, chance)
            text = text[:start] + new + text[end:]
        assert dump(parse(text, known)) == dump(parse(text))
