"""From the name of a blob, a layer, a parameter or a file to what it means."""

from __future__ import annotations

import pytest

from caffe_ls.features.definition import definition
from tests.features.views import marked_places, places_of, view_at_cursor, view_on_disk
from tests.fixture import read


def check(text: str) -> None:
    """The definitions at the cursor are the marked places, in any order."""
    view, offset, fixture = view_on_disk(text)
    assert sorted(places_of(view, fixture, definition(view, offset))) == sorted(marked_places(fixture))


def test_a_bottom_leads_to_the_top_that_makes_it() -> None:
    check("""
        layer { name: "data" type: "Input" top: "x" input_param { shape { dim: 1 } } }
        #                                       ^^^
        layer { name: "ip" type: "InnerProduct" bottom: "$0x" top: "y" inner_product_param { num_output: 2 } }
    """)


def test_a_bottom_below_a_layer_in_place_leads_to_that_layers_top() -> None:
    check("""
        layer { name: "data" type: "Input" top: "x" }
        layer { name: "relu" type: "ReLU" bottom: "x" top: "x" }
        #                                                  ^^^
        layer { name: "ip" type: "InnerProduct" bottom: "$0x" top: "y" }
    """)


def test_the_bottom_of_a_layer_in_place_leads_above_it() -> None:
    check("""
        layer { name: "data" type: "Input" top: "x" }
        #                                       ^^^
        layer { name: "relu" type: "ReLU" bottom: "x$0" top: "x" }
    """)


def test_a_bottom_that_each_phase_reads_from_another_layer_leads_to_both() -> None:
    check("""
        layer { name: "data" type: "Data" top: "x" include { phase: TRAIN } }
        #                                      ^^^
        layer { name: "data" type: "Data" top: "x" include { phase: TEST } }
        #                                      ^^^
        layer { name: "ip" type: "InnerProduct" bottom: "$0x" top: "y" }
    """)


def test_a_layer_of_a_stage_that_is_not_judged_leads_to_its_data_too() -> None:
    check("""
        layer { name: "data" type: "Data" top: "x" include { phase: TRAIN } }
        layer { name: "data" type: "Data" top: "x" include { phase: TEST } }
        #                                      ^^^
        layer { name: "ip" type: "InnerProduct" bottom: "x" top: "y" }
        layer { name: "show" type: "Silence" bottom: "$0x" include { phase: TEST stage: "shown" } }
    """)


def test_a_bottom_that_nothing_makes_leads_nowhere() -> None:
    check('layer { name: "ip" type: "InnerProduct" bottom: "$0x" top: "y" }')


def test_a_name_of_the_same_text_that_another_blob_has_is_not_meant() -> None:
    check("""
        layer { name: "x" type: "Input" top: "x" }
        #                                    ^^^
        layer { name: "ip" type: "InnerProduct" bottom: "$0x" top: "y" param { name: "x" } }
    """)


def test_an_input_of_a_net_is_a_top() -> None:
    check("""
        input: "x"
        #      ^^^
        input_shape { dim: 1 dim: 3 }
        layer { name: "relu" type: "ReLU" bottom: "$0x" top: "y" }
    """)


@pytest.mark.parametrize(
    "layers",
    [
        'layers { name: "a" type: DATA top: "x" }\nlayers { name: "b" type: RELU bottom: "$0x" top: "y" }',
        'layers { layer { name: "a" type: "data" } top: "x" }\n'
        'layers { layer { name: "b" type: "relu" } bottom: "$0x" top: "y" }',
    ],
)
def test_older_forms_of_layers_are_nets_as_well(layers: str) -> None:
    view, offset, fixture = view_on_disk(layers)
    ((_, span),) = places_of(view, fixture, definition(view, offset))
    assert view.document.text[span.start - 5 : span.end] == 'top: "x"'


def test_a_layer_of_a_net_in_a_solver_leads_to_its_data() -> None:
    check("""
        #- /solver.prototxt
        base_lr: 1
        net_param {
          layer { name: "data" type: "Input" top: "x" }
          #                                       ^^^
          layer { name: "relu" type: "ReLU" bottom: "$0x" top: "y" }
        }
    """)


def test_a_shared_parameter_leads_to_the_layer_that_owns_it() -> None:
    check("""
        layer { name: "data" type: "Input" top: "x" input_param { shape { dim: 2 dim: 2 } } }
        layer { name: "a" type: "Scale" bottom: "x" top: "a" param { name: "w" } }
        #                                                                  ^^^
        layer { name: "b" type: "Scale" bottom: "x" top: "b" param { name: "w$0" } }
    """)


@pytest.mark.parametrize("field", ["net", "train_net", "test_net"])
def test_a_net_of_a_solver_leads_to_its_file(field: str) -> None:
    view, offset, _ = view_on_disk(
        f'#- /models/solver.prototxt\nbase_lr: 1\n{field}: "models/ne$0t.prototxt"\n#- /models/net.prototxt\nname: "n"'
    )
    (found,) = definition(view, offset)
    assert (found.uri, found.range.start.line) == ("file:///models/net.prototxt", 0)


def test_each_of_several_weights_leads_to_its_own_file() -> None:
    for cursor, path in (("one, $0two", "/two"), ("o$0ne, two", "/one")):
        text = f'#- /solver.prototxt\nnet: "net.prototxt"\nweights: "{cursor}"\n#- /one\n1\n#- /two\n2\n'
        view, offset, _ = view_on_disk(text)
        assert [found.uri for found in definition(view, offset)] == [f"file://{path}"]


PYTHON = """
#- /net.prototxt
layer {{ name: "crop" type: "Python" top: "x" python_param {{ module: "{module}" layer: "{layer}" }} }}
#- /layers/crop.py
import caffe


class Crop(caffe.Layer):
    pass
"""


def test_a_python_module_leads_to_its_file() -> None:
    view, offset, _ = view_on_disk(PYTHON.format(module="cr$0op", layer="Crop"))
    assert [found.uri for found in definition(view, offset)] == ["file:///layers/crop.py"]


def test_a_python_layer_leads_to_its_class() -> None:
    view, offset, fixture = view_on_disk(PYTHON.format(module="crop", layer="Cr$0op"))
    ((path, span),) = places_of(view, fixture, definition(view, offset))
    text = fixture.file(path).text
    assert (path, text[span.start - 6 : span.end]) == ("/layers/crop.py", "class Crop")


@pytest.mark.parametrize("module", ["cr$0ops", "..$0", "/etc/pass$0wd", "a\\000$0b"])
def test_a_module_that_is_not_there_leads_nowhere(module: str) -> None:
    view, offset, _ = view_on_disk(PYTHON.format(module=module, layer="Crop"))
    assert definition(view, offset) == []


def test_without_a_disk_no_file_is_found() -> None:
    view, offset = view_at_cursor('#- /solver.prototxt\nnet: "n$0et.prototxt"\n#- /net.prototxt\nname: "n"')
    assert definition(view, offset) == []


@pytest.mark.parametrize("text", ["$0", "layer {$0", 'layer { bottom: "$0', "layer { bottom: $05 }", "\ud83d$0"])
def test_broken_text_leads_nowhere(text: str) -> None:
    view, offset = view_at_cursor(text)
    assert definition(view, offset) == []


def test_every_offset_of_a_broken_net_is_survived() -> None:
    text = read('layer { name: "a" top: 5 top: "x" top: ["y", 3 }\nlayer { bottom: 1 bottom: "x" param { name: ').files[
        0
    ]
    view, _ = view_at_cursor("$0" + text.text)
    for offset in range(len(text.text) + 1):
        definition(view, offset)
