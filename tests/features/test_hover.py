"""Hovers explain the name or value under the cursor."""

from __future__ import annotations

import pytest
from lsprotocol import types

from caffe_ls.analysis.documents import Context
from caffe_ls.features.client import Client
from caffe_ls.features.hover import hover
from caffe_ls.schema.proto_file import read_proto
from tests.features.hovering import shown
from tests.features.views import view_of, view_on_disk
from tests.fixture import read


@pytest.mark.parametrize(
    ("text", "hovered", "said"),
    [
        ('layer { ty$0pe: "ReLU" }', "type", "// LayerParameter\noptional string type = 2;"),
        ('layer { type: "Conv$0olution" }', '"Convolution"', "**Convolution**, a layer type"),
        ("layer { pooling_param { pool: A$0VE } }", "AVE", "// enum PoolingParameter.PoolMethod\nAVE = 1;"),
        ("layer { pooling_param { str$0ide: 2 } }", "stride", "stride = 3 [default = 1];"),
        ("layer { pooling_param { stride: $02 } }", "2", "stride = 3 [default = 1];"),
        ("layer { convolution$0_param { } }", "convolution_param", "ConvolutionParameter convolution_param"),
        (
            'layer { convolution_param { weight_filler { type: "msr$0a" } } }',
            '"msra"',
            "**msra**, a value of `type` in `FillerParameter`",
        ),
        ("layer { pooling_param { po$0ol: MAX } }", "pool", "Values: `MAX`, `AVE`, `STOCHASTIC`"),
        ("layers { type: POOL$0ING }", "POOLING", 'Written today: `type: "Pooling"`'),
        ('layers { layer { type: "co$0nv" } }', '"conv"', 'Written today: `type: "Convolution"`'),
        ("layer { permute_param { ord$0er: 1 } }", "order", "*Not in BVLC Caffe; in SSD"),
        ("layer { include { phase: TE$0ST } }", "TEST", "TEST = 1;"),
        ('#- /solver.prototxt\nlr_policy: "po$0ly"\nbase_lr: 1', '"poly"', "**poly**, a value of `lr_policy`"),
        ('#- /solver.prototxt\nbase_lr: 1\ntype: "Ad$0am"', '"Adam"', "**Adam**"),
        ("layer {\n  name: 'x'\n  bott$0om: \"a", "bottom", "repeated string bottom"),
    ],
)
def test_what_a_hover_says(text: str, hovered: str, said: str) -> None:
    found = shown(text)
    assert found is not None
    assert found[0] == hovered
    assert said in found[1]


@pytest.mark.parametrize(
    "text",
    [
        "#- /notes.pbtxt\n$0",
        "layer {$0 }",
        "# a comment$0\nlayer { }",
        "layer { unknown { ty$0pe: 1 } }",
        '#- /map.pbtxt\nitem { na$0me: "cat" id: 1 }',
    ],
)
def test_where_there_is_nothing_to_say(text: str) -> None:
    assert shown(text) is None


def test_a_client_without_markdown_gets_plain_text() -> None:
    found = shown("layer { na$0me: 'x' }", Client(takes_markdown=False))
    assert found is not None
    assert "`" not in found[1]


def test_the_comments_of_the_users_own_proto_are_shown() -> None:
    schema, _ = read_proto(
        "message NetParameter { repeated LayerParameter layer = 100; }\n"
        "message LayerParameter {\n  // How warm it gets.\n  optional float warmth = 1 [default = 3];\n}\n"
    )
    fixture = read("layer { war$0mth: 1 }")
    found = hover(view_of(fixture, context=Context(own_schema=schema)), fixture.cursor[1])
    assert found is not None
    assert "optional float warmth = 1 [default = 3];" in found.contents.value  # type: ignore[union-attr]
    assert "> How warm it gets." in found.contents.value  # type: ignore[union-attr]


def test_a_hover_on_a_fault_says_why_it_matters() -> None:
    found = shown("layer { convolution_param { num_out$0ptu: 3 } }")
    assert found is not None
    assert found[0] == "num_outptu"
    assert found[1].startswith("**unknown-field**: ")
    assert "Bad" not in found[1]
    assert "Source:" not in found[1]


def test_a_hover_on_a_known_name_with_a_fault_says_both() -> None:
    found = shown("layer { pooling_param { stride: 1 str$0ide: 2 } }")
    assert found is not None
    assert "optional uint32 stride" in found[1]
    assert "**duplicate-field**: " in found[1]


def test_of_a_file_that_a_solver_names_a_hover_says_which_it_is_and_how_it_was_found() -> None:
    view, offset, _ = view_on_disk("""
        #- /m/solver.prototxt
        net: "m/ne$0t.prototxt"
        #- /m/net.prototxt
        name: "n"
    """)
    found = hover(view, offset)
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert "`/m/net.prototxt`, found from a folder above the file" in found.contents.value
