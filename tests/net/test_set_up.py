"""What becomes of layers that are alike: worked out once, and as if each were the only one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from caffe_ls.immutable import replace
from caffe_ls.net.graph import build
from caffe_ls.net.lower import lower_file, lower_nets_of_solver
from caffe_ls.net.model import Net, NetText, State
from caffe_ls.syntax.parser import parse
from caffe_ls.text.source import decode
from tests.net.nets import inputs, net_of

_SPAN = "kernel_size: 3 num_output: 4"


def _convolution(name: str, bottom: str, more: str = "", settings: str = _SPAN) -> str:
    return (
        f'layer {{ name: "{name}" type: "Convolution" bottom: "{bottom}" top: "{name}" {more} '
        f"convolution_param {{ {settings} }} }}\n"
    )


def test_layers_that_differ_in_names_only_make_the_same_and_it_is_worked_out_once() -> None:
    rule = "include { phase: TRAIN }"
    net = net_of(inputs((2, 3, 9, 9)) + _convolution("a", "x0") + _convolution("b", "x0", rule))
    first, second = net.layers[1:]
    assert first.top_shapes == ((2, 4, 7, 7),)
    assert (first.top_shapes, first.param_shapes) == (second.top_shapes, second.param_shapes)
    assert first.top_shapes is second.top_shapes


def test_layers_of_v0_are_alike_too_unless_a_padding_layer_changes_one() -> None:
    layer = 'layers {{ layer {{ name: "{0}" type: "conv" num_output: 4 kernelsize: 3 }} bottom: "{1}" top: "{0}" }}\n'
    padding = 'layers { layer { name: "pad" type: "padding" pad: 1 } bottom: "x" top: "padded" }\n'
    head = 'input: "x" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 9\n'
    file = parse(head + padding + layer.format("a", "x") + layer.format("b", "padded") + layer.format("c", "x"))
    text = lower_file(file)
    net = build(text, State())
    assert [net.blobs[name] for name in "abc"] == [(1, 4, 7, 7), (1, 4, 9, 9), (1, 4, 7, 7)]
    assert net.layers[1].top_shapes is net.layers[3].top_shapes
    again = lower_file(file)
    assert [one.spec is other.spec for one, other in zip(text.layers, again.layers, strict=True)] == [
        False,
        True,
        False,
        True,
    ]


def test_other_settings_or_inputs_make_something_else() -> None:
    others = _convolution("b", "x0", settings="kernel_size: 5 num_output: 4") + _convolution("c", "x1")
    net = net_of(inputs((2, 3, 9, 9), (1, 3, 8, 8)) + _convolution("a", "x0") + others)
    assert [net.blobs[name] for name in "abc"] == [(2, 4, 7, 7), (2, 4, 5, 5), (1, 4, 6, 6)]


def test_what_a_layer_may_not_do_in_place_one_like_it_may_do_elsewhere() -> None:
    text = 'layer {{ name: "{0}" type: "AbsVal" bottom: "x0" top: "{1}" }}\n'
    fine = net_of(inputs((2, 3)) + text.format("a", "a"))
    wrong = net_of(inputs((2, 3)) + text.format("b", "x0"))
    assert fine.refusals == ()
    assert [refusal.message for refusal in wrong.refusals] == ["`AbsVal` cannot work in place"]


def test_a_refusal_stands_at_each_of_the_layers_that_are_alike() -> None:
    settings = "kernel_size: 30 num_output: 4"
    text = (
        inputs((2, 3, 9, 9)) + _convolution("a", "x0", settings=settings) + _convolution("b", "x0", settings=settings)
    )
    net = net_of(text)
    assert [net.text.layers[refusal.layer or 0].spec.name for refusal in net.refusals] == ["a", "b"]


def test_a_net_in_a_solver_is_not_upgraded_and_so_like_no_net_in_a_file() -> None:
    learned = "param { lr_mult: 1 } " * 3
    layers = inputs((2, 3)) + f'layer {{ name: "n" type: "BatchNorm" bottom: "x0" top: "n" {learned} }}\n'
    (text,) = lower_nets_of_solver(parse(f"net_param {{ {layers} }}"))["net_param"]
    assert net_of(layers).refusals == ()
    assert len(build(text, State()).refusals) == 3
    assert net_of(layers).refusals == ()


@pytest.mark.shared
def test_nets_are_as_if_no_layer_were_like_another(shared: Path) -> None:
    files = sorted(path for path in (shared / "corpus").rglob("*.prototxt"))[::40]
    assert len(files) > 10
    for path in files:
        text = lower_file(parse(decode(path.read_bytes())))
        assert _made(build(text, State())) == _made(build(_each_like_no_other(text), State())), path


def _each_like_no_other(text: NetText) -> NetText:
    layers = tuple(one._replace(spec=replace(one.spec, likeness=None, set_ups={}, cache={})) for one in text.layers)
    return replace(text, layers=layers)


def _made(net: Net) -> Iterable[object]:
    layers = [(one.name, one.top_shapes, one.param_shapes, one.macs, one.assumes, one.judged) for one in net.layers]
    return [layers, net.params, net.data_memory_bytes, net.refusals, dict(net.blobs)]
