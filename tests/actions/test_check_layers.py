"""Check layers are put in behind layers in place, once, and are taken out again without a trace."""

from __future__ import annotations

import importlib.util
import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

import caffe_ls.actions
from caffe_ls.actions.check_layers import insert_after, insert_everywhere, module_text, remove_all
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.net.graph import build
from caffe_ls.net.lower import lower_file
from caffe_ls.net.model import Net, State
from caffe_ls.rules.checking import check
from caffe_ls.rules.finding import Fix, Severity
from caffe_ls.settings import Settings
from caffe_ls.syntax.parser import parse
from caffe_ls.text.edit import apply_edits

_NET = """\
name: "small"
layer {
  name: "data"
  type: "Input"
  top: "data"
  input_param { shape { dim: 2 dim: 3 } }
}
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 2 } } }  # classes
layer {
  name: "ip"
  type: "InnerProduct"
  bottom: "data"
  top: "ip"
  include { phase: TRAIN }
  inner_product_param { num_output: 4 weight_filler { type: "xavier" } }
}
layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" include { phase: TRAIN } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" include { phase: TRAIN } }
"""


def document(text: str, dialect: str = "bvlc") -> PrototxtDocument:
    return PrototxtDocument("/nets/train.prototxt", text, Settings(dialect=dialect))


def applied(text: str, fix: Fix | None) -> str:
    assert fix is not None
    return apply_edits(text, [change.edit for change in fix.edits])


def net_of(text: str) -> Net:
    return build(lower_file(parse(text)), State("TRAIN"))


def test_a_layer_gets_a_check_layer_right_behind_it_in_place_and_in_its_phases() -> None:
    after = applied(_NET, insert_after(document(_NET), _NET.index('"InnerProduct"')))
    net = net_of(after)
    assert [layer.name for layer in net.layers] == ["data", "label", "ip", "check_ip", "relu", "loss"]
    check_layer = net.layers[3]
    assert (check_layer.type, check_layer.bottoms, check_layer.tops) == ("Python", ("ip",), ("ip",))
    assert check_layer.is_in_place(0)
    assert json.loads(check_layer.spec.fields.group("python_param").text("param_str")) == {"layer": "ip", "blob": "ip"}
    assert [layer.name for layer in build(lower_file(parse(after)), State("TEST")).layers] == ["data", "label"]


def test_the_module_is_written_beside_the_net() -> None:
    fix = insert_after(document(_NET), _NET.index('"InnerProduct"'))
    assert fix is not None
    assert fix.new_files == (("/nets/check_finite.py", module_text()),)


def test_every_layer_is_watched_but_not_the_loss_whose_weight_forbids_layers_in_place() -> None:
    after = applied(_NET, insert_everywhere(document(_NET)))
    names = [layer.name for layer in net_of(after).layers]
    assert names == ["data", "check_data", "label", "check_label", "ip", "check_ip", "relu", "check_ip_2", "loss"]
    assert '# classes\nlayer {\n  name: "check_label"' in after


def test_the_result_is_as_sound_as_the_net_was_and_its_shapes_and_gradients_stay() -> None:
    after = applied(_NET, insert_everywhere(document(_NET)))
    assert [finding for finding in check(document(after)) if finding.severity is Severity.ERROR] == []
    before, now = net_of(_NET), net_of(after)
    assert now.blobs == before.blobs
    backward = {layer.name: layer.needs_backward for layer in now.layers}
    assert all(backward[layer.name] == layer.needs_backward for layer in before.layers)


def test_inserting_again_changes_nothing() -> None:
    after = applied(_NET, insert_everywhere(document(_NET)))
    assert insert_everywhere(document(after)) is None
    assert insert_after(document(after), after.index('"InnerProduct"')) is None


def test_removing_gives_the_text_back_to_the_last_byte() -> None:
    after = applied(_NET, insert_everywhere(document(_NET)))
    assert applied(after, remove_all(document(after))) == _NET
    assert remove_all(document(_NET)) is None


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_last_layer_without_a_line_end_and_other_line_ends_are_kept(newline: str) -> None:
    text = _NET.rstrip("\n").replace("\n", newline).rpartition("layer")[0].rstrip()
    after = applied(text, insert_everywhere(document(text)))
    assert after.replace("\r\n", "").count("\n") == (0 if newline == "\r\n" else after.count("\n"))
    assert net_of(after).layers[-1].name == "check_ip_2"


def test_layers_on_one_line_get_theirs_between() -> None:
    text = 'layer { name: "a" type: "Input" top: "a" } layer { name: "b" type: "ReLU" bottom: "a" top: "b" }'
    names = [layer.name for layer in net_of(applied(text, insert_everywhere(document(text)))).layers]
    assert names == ["a", "check_a", "b", "check_b"]


def test_names_with_quotes_and_letters_of_all_scripts_survive() -> None:
    text = """layer { name: 'd"\\\\\\'数' type: "Input" top: "数据" }\n"""
    after = applied(text, insert_everywhere(document(text)))
    told = json.loads(net_of(after).layers[1].spec.fields.group("python_param").text("param_str"))
    assert told == {"layer": "d\"\\'数", "blob": "数据"}


def test_old_forms_have_no_python_layers() -> None:
    text = 'layers { name: "a" type: RELU bottom: "x" top: "y" }\n'
    assert insert_everywhere(document(text)) is None


def test_a_caffe_without_param_str_gets_none_and_one_without_python_layers_no_layer() -> None:
    old = document(_NET, "segnet")
    text = applied(_NET, insert_everywhere(old))
    assert text.count("CheckFiniteLayer") == 4
    assert "param_str" not in text
    refused = ("unknown-field", "unknown-layer-type")
    before, after = (
        [one.message for one in check(document(net, "segnet")) if one.rule in refused] for net in (_NET, text)
    )
    assert after == before
    assert insert_everywhere(document(_NET, "bvlc-2014-07")) is None
    assert insert_after(document(_NET, "bvlc-2014-07"), _NET.index("ip")) is None


def test_the_module_that_is_written_is_the_one_in_the_package() -> None:
    path = Path(caffe_ls.actions.__file__).parent / "bundled" / "check_finite.py"
    assert module_text() == path.read_text(encoding="utf-8")


# The layer itself, with a stand-in for pycaffe.


class _Blob:
    def __init__(self, np: types.ModuleType, shape: tuple[int, ...]) -> None:
        self.data = np.zeros(shape, dtype=np.float32)
        self.diff = np.zeros(shape, dtype=np.float32)

    def reshape(self, *shape: int) -> None:
        assert shape == self.data.shape


@pytest.fixture
def numpy_and_layer() -> Iterator[tuple[types.ModuleType, type]]:
    np = pytest.importorskip("numpy")
    caffe = types.ModuleType("caffe")
    caffe.Layer = object  # type: ignore[attr-defined]
    sys.modules["caffe"] = caffe
    path = Path(caffe_ls.actions.__file__).parent / "bundled" / "check_finite.py"
    spec = importlib.util.spec_from_file_location("check_finite", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield np, module.CheckFiniteLayer
    del sys.modules["caffe"]


def test_finite_values_pass_and_a_nan_stops_with_place_time_and_share(
    numpy_and_layer: tuple[types.ModuleType, type],
) -> None:
    np, kind = numpy_and_layer
    layer, blob = kind(), _Blob(np, (2, 4))
    layer.param_str = '{"layer": "conv1", "blob": "conv1", "iter_size": 2}'
    layer.setup([blob], [blob])
    layer.reshape([blob], [blob])
    for _ in range(4):
        layer.forward([blob], [blob])
        layer.backward([blob], [True], [blob])
    blob.data[1, 2] = np.nan
    blob.data[1, 3] = np.inf
    with pytest.raises(FloatingPointError) as raised:
        layer.forward([blob], [blob])
    told = str(raised.value)
    assert "layer conv1, blob conv1 (data), iteration 2: 2 of 8 values (25 %)" in told
    assert "1 nan, 1 inf; first at (1, 2)" in told


def test_a_gradient_stops_too(numpy_and_layer: tuple[types.ModuleType, type]) -> None:
    np, kind = numpy_and_layer
    layer, blob = kind(), _Blob(np, (3,))
    layer.param_str = ""
    layer.setup([blob], [blob])
    layer.forward([blob], [blob])
    blob.diff[0] = -np.inf
    with pytest.raises(FloatingPointError, match=r"\(diff\), iteration 0: 1 of 3 .* 1 -inf"):
        layer.backward([blob], [True], [blob])


def test_a_test_net_only_tells(
    numpy_and_layer: tuple[types.ModuleType, type], capsys: pytest.CaptureFixture[str]
) -> None:
    np, kind = numpy_and_layer
    layer, blob = kind(), _Blob(np, ())
    layer.phase = 1
    layer.param_str = "{}"
    layer.setup([blob], [blob])
    blob.data[...] = np.nan
    layer.forward([blob], [blob])
    assert "1 of 1 values" in capsys.readouterr().err


def test_check_layers_have_the_line_ends_and_the_indentation_of_the_net() -> None:
    text = (
        'layer {\n\tname: "data"\n\ttype: "Data"\n\ttop: "data"\n\tinclude {\n\t\tphase: TRAIN\n\t}\n}\n'
        'layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" } layer { name: "relu" type: "ReLU" '
        'bottom: "ip" top: "ip" }\n'
    ).replace("\n", "\r\n")
    new = applied(text, insert_everywhere(document(text)))
    assert "\r\r" not in new
    assert new.count("\n") == new.count("\r\n")
    assert not [line for line in new.split("\r\n") if line.startswith(" ")]
    assert '\ttop: "data"\r\n\tinclude {\r\n\t\tphase: TRAIN\r\n\t}\r\n\tpython_param {\r\n\t\tmodule:' in new
