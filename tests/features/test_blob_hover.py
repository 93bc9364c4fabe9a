"""Hovers on a blob's name show its shape there, who makes it and who reads it."""

from __future__ import annotations

import pytest

from tests.features.hovering import said, shown

NET = """\
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "drop" type: "Dropout" bottom: "conv" top: "conv" }
layer { name: "sum" type: "Eltwise" bottom: "conv" bottom: "conv" top: "sum" }
layer { name: "flat" type: "Flatten" bottom: "conv" top: "flat" }
"""


def at(place: str) -> str:
    """The net with the cursor before the last letter of the first such place."""
    return NET.replace(place, f"{place[:-1]}$0{place[-1]}", 1)


def test_a_blob_with_its_maker_its_in_place_layers_and_its_readers() -> None:
    found = shown(at('type: "Flatten" bottom: "conv'))
    assert found == (
        '"conv"',
        "| blob `conv` |          TEST |\n"
        "| ----------- | ------------: |\n"
        "| shape       | 2 x 4 x 6 x 6 |\n"
        "| numbers     |           288 |\n"
        "| memory      |       1.1 KiB |\n"
        "\n"
        "Made by `conv` (Convolution).  \n"
        "Changed in place by `relu`, `drop`.  \n"
        "Read by `sum`, `flat`.",
    )


@pytest.mark.parametrize(
    "place", ['3 } }\nlayer { name: "relu" type: "ReLU" bottom: "conv', 'bottom: "data" top: "conv']
)
def test_it_is_the_same_blob_wherever_on_its_way_it_is_named(place: str) -> None:
    assert "Changed in place by `relu`, `drop`.  \nRead by `sum`, `flat`." in said(at(place))


def test_the_second_bottom_of_the_same_name_is_told_too() -> None:
    assert "Made by `conv` (Convolution)." in said(at('bottom: "conv" bottom: "conv'))


def test_a_blob_that_nothing_reads_is_an_output() -> None:
    assert said(at('top: "sum')).endswith("Nothing reads it: it is an output of the net.")


def test_a_blob_that_nothing_makes_is_told() -> None:
    assert "No layer above makes it." in said('layer { name: "a" type: "ReLU" bottom: "no$0where" top: "x" }')


def test_a_name_that_is_made_again_is_another_blob_from_there_on() -> None:
    text = NET + 'layer { name: "again" type: "Flatten" bottom: "flat" top: "ag$0ain" }\n'
    assert "Made by `again` (Flatten)." in said(text)


def test_the_nets_own_input_is_a_blob() -> None:
    text = said(
        'input: "da$0ta" input_shape { dim: 1 dim: 3 }\nlayer { name: "f" type: "Flatten" bottom: "data" top: "f" }'
    )
    assert text.startswith("| blob `data` |")
    assert "1 x 3" in text
    assert "Read by `f`." in text


def test_the_word_bottom_keeps_its_documentation() -> None:
    assert "repeated string bottom" in said('layer { name: "a" type: "ReLU" bot$0tom: "x" top: "y" }')
