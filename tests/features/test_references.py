"""All places at which a blob, a layer or a parameter is named, as references and as highlights."""

from __future__ import annotations

from lsprotocol import types

from caffe_ls.features.highlights import highlights
from caffe_ls.features.references import references
from tests.features.views import marked_places, places_of, view_on_disk


def check(text: str, with_makers: bool = True) -> None:
    """The references at the cursor are the marked places, in the text's order; so are highlights, with all makers."""
    view, offset, fixture = view_on_disk(text)
    assert places_of(view, fixture, references(view, offset, with_makers)) == marked_places(fixture)
    if with_makers:
        lit = [types.Location(view.uri, one.range) for one in highlights(view, offset)]
        assert places_of(view, fixture, lit) == marked_places(fixture)


CHAIN = """
    layer { name: "data" type: "Input" top: "x$0" }
    #                                       ^^^
    layer { name: "relu" type: "ReLU" bottom: "x" top: "x" }
    #                                         ^^^      ^^^
    layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y" }
    #                                               ^^^
"""


def test_a_top_leads_to_all_that_read_and_overwrite_it() -> None:
    check(CHAIN)


def test_a_bottom_leads_to_the_same_places() -> None:
    check(CHAIN.replace("$0", "").replace('bottom: "x" top: "y"', 'bottom: "$0x" top: "y"'))


def test_without_declarations_the_makers_are_left_out() -> None:
    text = CHAIN.replace("    #                                       ^^^\n", "", 1)
    check(text, with_makers=False)


def test_tops_of_both_phases_that_one_bottom_reads_are_one_blob() -> None:
    check("""
        layer { name: "a" type: "Data" top: "x" include { phase: TRAIN } }
        #                                   ^^^
        layer { name: "b" type: "Data" top: "$0x" include { phase: TEST } }
        #                                   ^^^
        layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y" }
        #                                               ^^^
    """)


def test_blobs_of_one_name_that_nothing_joins_are_apart() -> None:
    check("""
        layer { name: "a" type: "Data" top: "x" top: "$0l" include { phase: TRAIN } }
        #                                            ^^^
        layer { name: "b" type: "Data" top: "x" top: "l" include { phase: TEST } }
        layer { name: "s" type: "Silence" bottom: "l" include { phase: TRAIN } }
        #                                         ^^^
        layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y" }
    """)


def test_a_parameter_leads_to_all_that_share_it() -> None:
    check("""
        layer { name: "data" type: "Input" top: "x" }
        layer { name: "a" type: "Scale" bottom: "x" top: "a" param { name: "w" } }
        #                                                                  ^^^
        layer { name: "b" type: "Scale" bottom: "x" top: "w" param { name: "$0w" } }
        #                                                                  ^^^
    """)


def test_a_layer_is_the_one_of_that_name_in_the_other_phase_too() -> None:
    check("""
        layer { name: "$0data" type: "Data" top: "data" include { phase: TRAIN } }
        #             ^^^^^^
        layer { name: "data" type: "Data" top: "data" include { phase: TEST } }
        #             ^^^^^^
    """)


def test_highlights_tell_tops_from_bottoms() -> None:
    view, offset, _ = view_on_disk(CHAIN)
    write, read = types.DocumentHighlightKind.Write, types.DocumentHighlightKind.Read
    assert [one.kind for one in highlights(view, offset)] == [write, read, write, read]


def test_elsewhere_there_are_none() -> None:
    view, offset, _ = view_on_disk('layer { na$0me: "a" type: "Input" top: "x" }')
    assert references(view, offset) == []
    assert highlights(view, offset) == []
