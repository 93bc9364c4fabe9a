"""Trained weights held against nets."""

from __future__ import annotations

from pathlib import Path

import pytest

from caffe_ls.rules.finding import Finding, Severity
from tests.cli.running import run
from tests.rules.checking import document_of, findings_of
from tests.rules.checking import fixed as fixed_text
from tests.weights.stored_files import weights_file

SETTINGS = '#- settings {"weights": "/trained.caffemodel"}\n'
DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 9 dim: 9 } } }\n'
CONV = """\
layer {
  name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 4 kernel_size: 3 }
}
"""


def _found(net: str, weights: str, rule: str = "") -> list[Finding]:
    text = f"{SETTINGS}#- /net.prototxt\n{net}\n#- /trained.caffemodel\n{weights}\n"
    about = ("weights-do-not-fit", "layer-without-weights", "weights-left-over", "weights-not-readable")
    return [finding for finding in findings_of(text) if finding.rule in ((rule,) if rule else about)]


def _messages(net: str, weights: str, rule: str = "") -> list[str]:
    return [finding.message for finding in _found(net, weights, rule)]


def _blobs(*shapes: tuple[int, ...]) -> str:
    return " ".join("blobs { shape { " + " ".join(f"dim: {dim}" for dim in shape) + " } }" for shape in shapes)


def _stored(name: str, *shapes: tuple[int, ...]) -> str:
    return f'layer {{ name: "{name}" {_blobs(*shapes)} }}'


def test_weights_of_the_same_shapes_fit() -> None:
    assert _found(DATA + CONV, _stored("data") + _stored("conv", (4, 3, 3, 3), (4,))) == []


def test_weights_of_older_caffe_fit_by_their_last_dimensions() -> None:
    old = "blobs { num: 4 channels: 3 height: 3 width: 3 } blobs { num: 1 channels: 1 height: 1 width: 4 }"
    assert _found(DATA + CONV, f'layers {{ name: "conv" type: 4 {old} }}') == []


def test_other_shapes_are_refused_with_both_sides() -> None:
    (found,) = _found(DATA + CONV, _stored("conv", (8, 3, 3, 3), (8,)))
    assert found.message == "parameter 0 of `conv` is 4 x 3 x 3 x 3 here, 8 x 3 x 3 x 3 in `trained.caffemodel`"
    assert (found.severity, found.stage, found.layer) == (Severity.ERROR, "init", "conv")


@pytest.mark.parametrize(
    ("window", "stored", "blamed"),
    [
        ("kernel_size: 3", (4, 3, 5, 5), "3"),
        ("kernel_h: 3 kernel_w: 2", (4, 3, 3, 5), "2"),
        ("kernel_size: 3 kernel_size: 2", (4, 3, 3, 5), "2"),
        ("kernel_size: 3", (4, 6, 5, 5), '"conv"'),
        ("kernel_size: 3", (8, 3, 5, 5), "4"),
    ],
)
def test_the_finding_stands_where_the_shape_is_made(window: str, stored: tuple[int, ...], blamed: str) -> None:
    net = DATA + CONV.replace("kernel_size: 3", window)
    (found,) = _found(net, _stored("conv", stored, (4,)))
    assert net[slice(*found.span)] == blamed


def test_another_number_of_blobs_is_refused() -> None:
    assert _messages(DATA + CONV, _stored("conv", (4, 3, 3, 3))) == [
        "`conv` has 2 parameter blobs here, 1 parameter blob in `trained.caffemodel`: it was trained without a bias"
    ]


def test_batch_norms_of_bvlc_and_nvidia_are_told_apart() -> None:
    norm = 'layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" }'
    (message,) = _messages(DATA + norm, _stored("bn", (1,), (3,), (3,), (3,), (3,)))
    assert "3 parameter blobs here, 5 parameter blobs" in message
    assert "NVIDIA" in message


def test_numbers_that_are_not_all_there_are_refused() -> None:
    weights = (
        'layer { name: "conv" blobs { shape { dim: 4 dim: 3 dim: 3 dim: 3 } data: 1 } blobs { shape { dim: 4 } } }'
    )
    assert _messages(DATA + CONV, weights) == [
        "`conv` has 1 number for a shape of 4 x 3 x 3 x 3 in `trained.caffemodel`"
    ]


def test_shapes_that_are_not_known_are_not_judged() -> None:
    data = 'layer { name: "data" type: "Data" top: "data" data_param { source: "nowhere" batch_size: 1 } }\n'
    assert _found(data + CONV, _stored("conv", (4, 3, 3, 3), (4,))) == []


def test_a_guess_about_the_data_is_not_held_against_weights() -> None:
    data = 'layer { name: "data" type: "Data" top: "data" transform_param { crop_size: 9 } }\n'
    assert _found(data + CONV, _stored("conv", (4, 1, 3, 3), (4,)), "weights-do-not-fit") == []


def test_renaming_reaches_the_layers_of_both_phases_and_leaves_blobs_alone() -> None:
    train = CONV.replace('"conv" type', "'conv' include { phase: TRAIN } type")
    test = CONV.replace('"conv" type', '"conv" include { phase: TEST } type')
    text = f"{SETTINGS}#- /net.prototxt\n{DATA}{train}{test}#- /trained.caffemodel\n{_stored('conv', (1,), (1,))}\n"
    after = fixed_text(text, "Rename the layer to `conv_new`")
    assert after == DATA + train.replace("'conv'", "'conv_new'") + test.replace('name: "conv"', 'name: "conv_new"')


@pytest.mark.parametrize(
    "layer",
    [
        'layers { name: "fc" type: INNER_PRODUCT bottom: "data" top: "fc" inner_product_param { num_output: 4 } }',
        'layers { layer { name: "fc" type: "innerproduct" num_output: 4 } bottom: "data" top: "fc" }',
    ],
)
def test_layers_of_older_forms_are_renamed_too(layer: str) -> None:
    data = 'input: "data" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 9\n'
    text = f"{SETTINGS}#- /net.prototxt\n{data}{layer}\n#- /trained.caffemodel\n{_stored('fc', (5, 243), (5,))}\n"
    assert fixed_text(text, "Rename") == f"{data}{layer}\n".replace('name: "fc"', 'name: "fc_new"')


def test_a_new_name_is_one_that_neither_side_has() -> None:
    weights = _stored("conv", (1,)) + _stored("conv_new")
    text = f"{SETTINGS}#- /net.prototxt\n{DATA}{CONV}#- /trained.caffemodel\n{weights}\n"
    assert 'name: "conv_new2"' in fixed_text(text, "Rename")


def test_a_layer_that_trains_anew_is_information() -> None:
    train = (
        DATA
        + CONV
        + CONV.replace('"conv"', '"conv_new"').replace('"data"', '"conv"')
        + 'layer { name: "l" type: "EuclideanLoss" bottom: "conv_new" bottom: "conv_new" }'
    )
    (found,) = _found(train, _stored("conv", (4, 3, 3, 3), (4,)))
    assert found.message == "`conv_new` is not in `trained.caffemodel`: it starts from its fillers"
    assert found.severity is Severity.INFORMATION


def test_a_layer_without_weights_in_a_net_that_is_only_run_is_a_warning() -> None:
    more = CONV.replace('"conv"', '"conv2"').replace('"data"', '"conv"')
    (found,) = _found(DATA + CONV + more, _stored("conv", (4, 3, 3, 3), (4,)))
    assert found.message == "`conv2` is not in `trained.caffemodel`: it computes with what its fillers give"
    assert found.severity is Severity.WARNING


def test_a_layer_that_is_called_something_else_in_the_file_is_offered_that_name() -> None:
    more = CONV.replace('"conv"', '"conv2"').replace('"data"', '"conv"')
    weights = _stored("conv", (4, 3, 3, 3), (4,)) + _stored("conv_2", (4, 4, 3, 3), (4,))
    found = _found(DATA + CONV + more, weights, "layer-without-weights")
    assert [finding.fixes[0].title for finding in found] == ["Rename the layer to `conv_2`"]


def test_layers_whose_memory_is_another_layer_s_need_no_weights() -> None:
    shared = CONV.replace('bottom: "data"', 'bottom: "data" param { name: "w" } param { name: "b" }')
    twin = shared.replace('"conv"', '"twin"')
    assert _found(DATA + shared + twin, _stored("conv", (4, 3, 3, 3), (4,))) == []


def test_weights_of_another_net_are_told_once() -> None:
    (found,) = _found(DATA + CONV + CONV.replace('"conv"', '"conv2"'), _stored("fc6", (1,)) + _stored("fc7", (1,)))
    assert found.message == "no layer of the net is in `trained.caffemodel`, which has `fc6`, `fc7`"
    assert found.severity is Severity.INFORMATION


def test_a_file_that_is_not_there_is_information() -> None:
    text = f"{SETTINGS}#- /net.prototxt\n{DATA}{CONV}#- /other.txt\nx\n"
    (found,) = [finding for finding in findings_of(text) if finding.rule == "weights-not-readable"]
    assert (found.message, found.severity) == (
        "`trained.caffemodel` cannot be looked at: it is not there", Severity.INFORMATION
    )  # fmt: skip


def test_weights_named_by_the_net_s_solver_are_taken() -> None:
    text = f"""
#- /desk/net.prototxt
{DATA}{CONV}
#- /desk/solver.prototxt
net: "net.prototxt" weights: "snapshots/a.caffemodel, b.caffemodel"
#- /desk/snapshots/a.caffemodel
{_stored("conv", (8, 3, 3, 3), (8,))}
"""
    assert document_of(text).context.weights == ("/desk/snapshots/a.caffemodel", "/desk/b.caffemodel")
    assert "8 x 3 x 3 x 3 in `a.caffemodel`" in next(
        finding.message for finding in findings_of(text) if finding.rule == "weights-do-not-fit"
    )


def test_the_command_line_names_weights(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(DATA + CONV)
    (tmp_path / "new.caffemodel").write_bytes(weights_file(_stored("conv", (8, 3, 3, 3), (8,))))
    answer = run("check", "--select", "weights-do-not-fit", "--weights", "new.caffemodel", "net.prototxt", cwd=tmp_path)
    assert answer.status == 1
    assert "8 x 3 x 3 x 3 in `new.caffemodel`" in answer.text


def test_a_settings_file_names_weights_beside_itself(tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "net.prototxt").write_text(DATA + CONV)
    (tmp_path / "caffe-ls.toml").write_text('weights = "trained/new.caffemodel"\n')
    (tmp_path / "trained").mkdir()
    (tmp_path / "trained" / "new.caffemodel").write_bytes(weights_file(_stored("conv", (8, 3, 3, 3), (8,))))
    answer = run("check", "--select", "weights-do-not-fit", "nets", cwd=tmp_path)
    assert answer.status == 1
    assert "8 x 3 x 3 x 3 in `new.caffemodel`" in answer.text


LOG = """\
I1121 01:31:08.246205  2357 solver.cpp:44] Initializing solver from parameters:
net: "models/net.prototxt"
I1121 01:31:09.246205  2357 caffe.cpp:155] Finetuning from models/old.caffemodel
"""


def _beside_a_log(net: str, log: str) -> list[Finding]:
    text = (
        f"#- /w/net.prototxt\n{net}#- /w/train.log\n{log}#- /w/old.caffemodel\n{_stored('conv', (8, 3, 3, 3), (8,))}\n"
    )
    return [finding for finding in findings_of(text) if "weights" in finding.rule]


def test_weights_that_a_run_of_the_net_started_from_are_compared_and_told_as_information() -> None:
    (found,) = _beside_a_log(DATA + CONV, LOG)
    assert found.severity is Severity.INFORMATION
    assert found.message.endswith("8 x 3 x 3 x 3 in `old.caffemodel`, from which the run in `train.log` started")


def test_logs_of_other_nets_are_left_alone() -> None:
    assert _beside_a_log(DATA + CONV, LOG.replace("net.prototxt", "other.prototxt")) == []
