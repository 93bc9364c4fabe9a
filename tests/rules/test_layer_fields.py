"""Fields of a layer written and taken away in the text of its entry."""

from __future__ import annotations

import pytest

from caffe_ls.net.lower import lower_file
from caffe_ls.net.model import PlacedLayer
from caffe_ls.rules.layer_fields import remove_field, write_field
from caffe_ls.syntax.parser import parse
from caffe_ls.text.edit import apply_edits


def _layer(text: str) -> PlacedLayer:
    return lower_file(parse(text)).layers[-1]


def _written(text: str, message: str, name: str, value: str) -> str | None:
    layer = _layer(text)
    edit = write_field(layer.text, layer.spec.fields, message, name, value)
    return None if edit is None else apply_edits(layer.text, [edit])


def _removed(text: str, message: str, name: str, index: int = 0) -> str | None:
    layer = _layer(text)
    owner = layer.spec.fields.group(message) if message else layer.spec.fields
    edit = remove_field(layer.text, owner, name, index)
    return None if edit is None else apply_edits(layer.text, [edit])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('layer { type: "Log" log_param { shift: 2 } }', 'layer { type: "Log" log_param { shift: 1 } }'),
        ('layer { type: "Log" log_param { base: 2 } }', 'layer { type: "Log" log_param { base: 2 shift: 1 } }'),
        ('layer { type: "Log" }', 'layer { type: "Log" log_param { shift: 1 } }'),
        ('layer {\n  type: "Log"\n}', 'layer {\n  type: "Log"\n  log_param { shift: 1 }\n}'),
        ('layer {\r\n\ttype: "Log"\r\n}', 'layer {\r\n\ttype: "Log"\r\n\tlog_param { shift: 1 }\r\n}'),
        ('layer < type: "Log" log_param < > >', 'layer < type: "Log" log_param < shift: 1 > >'),
        ("layers { type: POWER }", "layers { type: POWER log_param { shift: 1 } }"),
    ],
)
def test_a_field_is_written_where_people_write_it(before: str, after: str) -> None:
    assert _written(before, "log_param", "shift", "1") == after


def test_layers_of_the_oldest_form_take_no_messages() -> None:
    oldest = 'layers { layer { name: "p" type: "pool" kernelsize: 2 stride: 3 } bottom: "x" top: "y" }'
    assert _written(oldest, "pooling_param", "round_mode", "FLOOR") is None
    assert _written(oldest, "pooling_param", "stride", "2") == oldest.replace("stride: 3", "stride: 2")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("layer { log_param { base: 2 shift: 1 } }", "layer { log_param { base: 2 } }"),
        ("layer { log_param { shift : 1 base: 2 } }", "layer { log_param { base: 2 } }"),
        ("layer { log_param { base: 2; shift: 1; } }", "layer { log_param { base: 2; } }"),
        ("layer {\n  log_param {\n    shift: 1\n    base: 2\n  }\n}", "layer {\n  log_param {\n    base: 2\n  }\n}"),
        ("layer { log_param { base: 2 shift: # why\n 1 } }", None),
    ],
)
def test_a_field_goes_with_its_name_and_its_line(before: str, after: str | None) -> None:
    assert _removed(before, "log_param", "shift") == after


def test_one_of_several_messages_goes() -> None:
    text = "layer { param { lr_mult: 1 } param { lr_mult: 2 } name: 'a' }"
    assert _removed(text, "", "param", 1) == "layer { param { lr_mult: 1 } name: 'a' }"


def test_nothing_is_taken_out_of_a_list_or_from_where_it_is_not() -> None:
    assert _removed('layer { bottom: ["a", "b"] }', "", "bottom", 1) is None
    assert _removed("layer { log_param { base: 2 } }", "log_param", "shift") is None
