"""A layer is given another name, and all that goes with it, so that trained weights leave it alone."""

from __future__ import annotations

import pytest

from caffe_ls.actions.fine_tuning import learnt_anew
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Severity
from caffe_ls.settings import Settings
from caffe_ls.text.edit import apply_edits

DATA = """\
layer { name: "data" type: "DummyData" top: "data" top: "label"
        dummy_data_param { shape { dim: 4 dim: 20 } shape { dim: 4 } } }
"""
NET = (
    DATA
    + """\
layer {
  name: "fc8"
  type: "InnerProduct"
  bottom: "data"
  top: "fc8"
  inner_product_param { num_output: 10 }
}
layer { name: "acc" type: "Accuracy" bottom: "fc8" bottom: "label" top: "acc" include { phase: TEST } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc8" bottom: "label" top: "loss" }
"""
)


def document(text: str) -> PrototxtDocument:
    return PrototxtDocument("/nets/train.prototxt", text, Settings(dialect="bvlc"))


def anew(text: str, at: str = '"fc8"') -> str | None:
    fix = learnt_anew(document(text), text.index(at))
    return None if fix is None else apply_edits(text, [change.edit for change in fix.edits])


def test_name_blob_readers_rates_and_filler_go_together() -> None:
    mended = anew(NET)
    assert mended == NET.replace('"fc8"', '"fc8_new"').replace(
        "  inner_product_param { num_output: 10 }\n",
        '  inner_product_param { num_output: 10 weight_filler { type: "xavier" } }\n'
        "  param { lr_mult: 10 } param { lr_mult: 20 }\n",
    )
    assert not [one for one in check(document(mended)) if one.severity in (Severity.ERROR, Severity.WARNING)]


def test_rates_that_are_written_grow_tenfold() -> None:
    rated = NET.replace('top: "fc8"\n', 'top: "fc8"\n  param { lr_mult: 1 decay_mult: 1 }\n  param { decay_mult: 0 }\n')
    mended = anew(rated)
    assert mended is not None
    assert "param { lr_mult: 10 decay_mult: 1 }" in mended
    assert "param { decay_mult: 0 lr_mult: 10 }" in mended


def test_a_blob_of_another_name_keeps_it() -> None:
    text = NET.replace('top: "fc8"', 'top: "scores"').replace('bottom: "fc8"', 'bottom: "scores"')
    mended = anew(text)
    assert mended is not None
    assert mended.count('"scores"') == text.count('"scores"')
    assert 'name: "fc8_new"' in mended


def test_a_layer_of_each_phase_is_renamed_in_both() -> None:
    layer = NET[len(DATA) : NET.index('layer { name: "acc"')]
    both = NET.replace(layer, layer.replace("}\n}", "} include { phase: TRAIN }\n}") * 1)
    both = both.replace(
        'layer { name: "acc"', layer.replace("}\n}", "} include { phase: TEST }\n}") + 'layer { name: "acc"'
    )
    mended = anew(both)
    assert mended is not None
    assert '"fc8"' not in mended
    assert mended.count("lr_mult: 20") == 2


def test_a_name_that_is_taken_is_counted_up() -> None:
    taken = NET.replace('name: "acc"', 'name: "fc8_new"')
    mended = anew(taken)
    assert mended is not None
    assert mended.count('"fc8_new2"') == 4


@pytest.mark.parametrize("at", ['"data"', '"loss" type', '"acc"'])
def test_a_layer_without_weights_has_nothing_to_learn(at: str) -> None:
    assert anew(NET, at) is None
