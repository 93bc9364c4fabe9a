"""What fields, values and layer types mean, read from the hand-written notes."""

from __future__ import annotations

from caffe_ls.schema.catalog import load
from caffe_ls.schema.legacy_types import V1_LAYER_TYPES
from caffe_ls.schema.notes import (
    Note,
    enum_value_note,
    field_note,
    layer_type_note,
    message_note,
    sections_of,
    value_note,
)


def test_a_note_file_is_a_title_and_a_section_for_each_key() -> None:
    text = """# Title
About the whole.

More.

## first
A summary
in two lines.

A body.

Another paragraph.

## Enum.VALUE
Only a summary.
## empty
"""
    assert sections_of(text) == {
        "": Note("About the whole.", "More."),
        "first": Note("A summary\nin two lines.", "A body.\n\nAnother paragraph."),
        "Enum.VALUE": Note("Only a summary.", ""),
    }
    assert sections_of("") == {}


def test_notes_are_found_by_what_they_are_about() -> None:
    for found in (
        message_note("PoolingParameter"),
        field_note("PoolingParameter", "kernel_size"),
        enum_value_note("PoolingParameter.PoolMethod", "MAX"),
        enum_value_note("Phase", "TRAIN"),
        layer_type_note("InnerProduct"),
        layer_type_note("INNER_PRODUCT"),
        layer_type_note("PriorBox"),
        value_note("FillerParameter", "type", "xavier"),
    ):
        assert found is not None
        assert found.summary


def test_a_fork_adds_to_the_notes_of_a_message_that_bvlc_has_too() -> None:
    assert field_note("TransformationParameter", "crop_size"), "BVLC's"
    assert field_note("TransformationParameter", "resize_param"), "SSD's"


def test_what_has_no_note_has_none() -> None:
    assert field_note("PoolingParameter", "no_such_field") is None
    assert field_note("NoSuchMessage", "name") is None
    assert message_note("../bundled/catalog") is None
    assert enum_value_note("PoolingParameter.PoolMethod", "MEDIAN") is None
    assert layer_type_note("NoSuchLayer") is None
    assert value_note("SolverParameter", "lr_policy", "no_such_policy") is None


def test_all_of_bvlc_and_ssd_has_notes() -> None:
    missing = []
    for schema in (load("bvlc"), load("ssd")):
        for message in schema.messages.values():
            missing += [(message.name, field) for field in message.fields if not field_note(message.name, field)]
        for enum in schema.enums.values():
            missing += [(enum.name, value) for value in enum.values if not enum_value_note(enum.name, value)]
        missing += [("layer type", name) for name in schema.layer_types if not layer_type_note(name)]
    missing += [("V1", name) for name in V1_LAYER_TYPES if name != "NONE" and not layer_type_note(name)]
    assert missing == []
