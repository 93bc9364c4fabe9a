"""Fixes change the user's own files, as little as can be, and are words alone where there is nothing to change."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.evidence import Evidence
from caffe_ls.diagnosis.edits import remove_from_solver, set_in_layer, set_solver, together
from caffe_ls.rules.finding import Fix
from caffe_ls.text.edit import apply_edits
from tests.diagnosis.runs import run
from tests.training_log.logs import run_of

NET = """\
name: "n"  # ours
layer {
  name: "conv"
  type: "Convolution"
  convolution_param { num_output: 8 kernel_size: 3 }
}
layer { name: "bn" type: "BatchNorm" }
"""


def _evidence(solver: str = "", net: str = "") -> Evidence:
    return Evidence(
        run_of(run()),
        "done",
        PrototxtDocument("/a/my_solver.prototxt", solver, kind="solver") if solver else None,
        PrototxtDocument("/a/my_net.prototxt", net, kind="net") if net else None,
    )


def _applied(fix: Fix, text: str) -> str:
    return apply_edits(text, [change.edit for change in fix.edits])


def test_a_value_of_the_solver_is_replaced_and_nothing_else() -> None:
    text = "base_lr: 0.5 # high\nmomentum: 0.9"
    fix = set_solver(_evidence(text), "base_lr", "0.05")
    assert fix.title == "`base_lr` 0.5 to 0.05 in my_solver.prototxt"
    assert fix.edits[0].path == "/a/my_solver.prototxt"
    assert _applied(fix, text) == "base_lr: 0.05 # high\nmomentum: 0.9"


@pytest.mark.parametrize("text", ["base_lr: 1", "base_lr: 1\n"])
def test_a_field_that_the_solver_lacks_is_put_at_its_end(text: str) -> None:
    assert _applied(set_solver(_evidence(text), "gamma", "0.1"), text) == "base_lr: 1\ngamma: 0.1\n"


def test_a_field_is_taken_out_with_its_line() -> None:
    text = "base_lr: 1\nclip_gradients: 0\ntype: 'SGD'\n"
    assert _applied(remove_from_solver(_evidence(text), "clip_gradients"), text) == "base_lr: 1\ntype: 'SGD'\n"
    text = "base_lr: 1 clip_gradients: 0"
    assert _applied(remove_from_solver(_evidence(text), "clip_gradients"), text) == "base_lr: 1 "


def test_a_file_that_has_been_mended_since_is_left_alone() -> None:
    assert set_solver(_evidence("base_lr: 0.05"), "base_lr", "0.05").edits == ()


def test_without_a_file_a_fix_is_its_title() -> None:
    fix = set_solver(_evidence(), "base_lr", "0.05")
    assert (fix.title, fix.edits) == ("`base_lr` 0.01 to 0.05 in the solver", ())
    assert set_in_layer(_evidence(), "conv", ("type",), '"ReLU"').edits == ()
    assert set_in_layer(_evidence(net=NET), "absent", ("type",), '"ReLU"').edits == ()


@pytest.mark.parametrize(
    ("layer", "path", "value", "old", "new"),
    [
        ("conv", ("convolution_param", "num_output"), "16", "num_output: 8", "num_output: 16"),
        ("conv", ("convolution_param", "pad"), "1", "convolution_param {", "convolution_param { pad: 1"),
        (
            "bn",
            ("batch_norm_param", "eps"),
            "1e-5",
            'layer { name: "bn"',
            'layer { batch_norm_param { eps: 1e-5 } name: "bn"',
        ),
        (
            "conv",
            ("convolution_param", "weight_filler", "type"),
            '"msra"',
            "convolution_param {",
            'convolution_param { weight_filler { type: "msra" }',
        ),
        ("conv", ("loss_weight",), "1", "layer {\n  name", "layer {\n  loss_weight: 1\n  name"),
    ],
)
def test_fields_of_layers_are_replaced_or_put_in(
    layer: str, path: tuple[str, ...], value: str, old: str, new: str
) -> None:
    fix = set_in_layer(_evidence(net=NET), layer, path, value)
    assert _applied(fix, NET) == NET.replace(old, new, 1)
    assert "my_net.prototxt" in fix.title


def test_layers_of_old_files_are_found_too() -> None:
    text = 'layers { name: "pool" type: POOLING pooling_param { stride: 2 } }\n'
    fix = set_in_layer(_evidence(net=text), "pool", ("pooling_param", "stride"), "1")
    assert _applied(fix, text) == text.replace("stride: 2", "stride: 1")


def test_what_mends_nothing_alone_is_one_fix() -> None:
    evidence = _evidence(net=NET)
    each = [set_in_layer(evidence, name, ("type",), '"ReLU"') for name in ("conv", "bn")]
    (fix,) = together("`type` to ReLU in 2 layers", each)
    assert fix.title == "`type` to ReLU in 2 layers of my_net.prototxt"
    assert _applied(fix, NET).count('type: "ReLU"') == 2
    assert together("of one", each[:1]) == (each[0],)
