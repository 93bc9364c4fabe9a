"""Connections, losses, gradients, shared parameters and memory, as Net::Init works them out."""

from __future__ import annotations

from caffe_ls.analysis.states import PHASES
from caffe_ls.net.graph import build
from caffe_ls.net.lower import lower_file
from caffe_ls.net.model import DataSource, Net, Source, State
from caffe_ls.syntax.parser import parse
from tests.net.nets import inputs, names, net_of

_HEAD = inputs((2, 4), (2,))


def _ip(name: str, bottom: str, more: str = "", outputs: int = 4) -> str:
    param = f"inner_product_param {{ num_output: {outputs} }}"
    return f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {param} {more} }}\n'


def _loss(bottom: str, more: str = "", top: str = 'top: "loss"') -> str:
    return f'layer {{ name: "loss" type: "SoftmaxWithLoss" bottom: "{bottom}" bottom: "x1" {top} {more} }}\n'


def _backward(net: Net) -> list[str]:
    return [layer.name for layer in net.layers if layer.needs_backward]


def test_bottoms_know_which_top_they_read_through_layers_in_place() -> None:
    relu = 'layer { name: "r" type: "ReLU" bottom: "a" top: "a" }\n'
    net = net_of(_HEAD + _ip("a", "x0") + relu + _ip("b", "a"))
    assert net.layers[3].is_in_place(0)
    assert [layer.sources for layer in net.layers[2:]] == [(Source(0, 0),), (Source(2, 0),), (Source(3, 0),)]
    assert list(net.consumers(3)) == [(4, 0)]


def test_what_nothing_reads_is_an_output() -> None:
    assert net_of(_HEAD + _ip("a", "x0")).outputs == ("a", "x1")


def test_a_bottom_that_nothing_makes_is_refused_and_the_rest_is_built() -> None:
    text = _HEAD + _ip("a", "nowhere") + _ip("b", "x0")
    net = net_of(text)
    (refusal,) = net.refusals
    assert (refusal.check, text[slice(*net.place_of(refusal))]) == ("insert_splits.cpp:29", '"nowhere"')
    assert net.blobs["b"] == (2, 4)


def test_a_blob_made_twice_is_refused() -> None:
    assert [refusal.check for refusal in net_of(_HEAD + _ip("a", "x0") + _ip("a", "x0")).refusals] == ["net.cpp:377"]


def test_in_place_on_a_blob_that_was_read_before_makes_it_twice() -> None:
    relu = 'layer { name: "r" type: "ReLU" bottom: "a" top: "a" }\n'
    net = net_of(_HEAD + _ip("a", "x0") + _ip("b", "a") + relu)
    assert [refusal.check for refusal in net.refusals] == ["net.cpp:377"]


def test_a_loss_gets_its_top_by_itself_and_weighs_one() -> None:
    net = net_of(_HEAD + _ip("a", "x0") + _loss("a", top=""))
    assert (net.layers[-1].tops, net.layers[-1].loss_weights) == (("(automatic)",), (1.0,))


def test_loss_weights_come_once_for_each_top() -> None:
    net = net_of(_HEAD + _ip("a", "x0") + _loss("a", top='top: "loss" top: "prob"'))
    assert [refusal.check for refusal in net.refusals] == ["layer.hpp:396"]


def test_gradients_are_wanted_between_loss_and_lowest_weights() -> None:
    side = 'layer { name: "side" type: "Softmax" bottom: "a" top: "side" }\n'
    net = net_of(_HEAD + _ip("a", "x0") + side + _ip("b", "a") + _loss("b"))
    assert _backward(net) == ["a", "b", "loss"]
    assert net.layers[2].bottoms_need_backward == (False,)
    assert net.layers[-1].bottoms_need_backward == (True, False)


def test_layers_that_learn_nothing_need_no_gradient() -> None:
    frozen = "param { lr_mult: 0 } param { lr_mult: 0 }"
    assert _backward(net_of(_HEAD + _ip("a", "x0", frozen) + _ip("b", "a") + _loss("b"))) == ["b", "loss"]


def test_propagate_down_stops_the_gradient() -> None:
    net = net_of(_HEAD + _ip("a", "x0") + _ip("b", "a", "propagate_down: false") + _loss("b"))
    assert _backward(net) == ["b", "loss"]


def test_propagate_down_is_given_once_for_each_bottom() -> None:
    net = net_of(_HEAD + _ip("a", "x0", "propagate_down: [true, false]"))
    assert [refusal.check for refusal in net.refusals] == ["net.cpp:79"]


def test_force_backward_asks_all_layers_but_not_labels() -> None:
    net = net_of("force_backward: true\n" + _HEAD + _ip("a", "x0") + _loss("a"))
    assert _backward(net) == names(net)
    assert net.layers[2].bottoms_need_backward == (True,)
    assert net.layers[3].bottoms_need_backward == (True, False)


def test_parameters_of_one_name_share_their_memory() -> None:
    shared = 'param { name: "w" }'
    net = net_of(_HEAD + _ip("a", "x0", shared) + _ip("b", "a", shared))
    assert [param.owner for param in net.params] == [None, None, 0, None]
    assert [param.is_learnable for param in net.params] == [True, True, False, True]
    assert net.param_count == 4 * 4 + 4 + 4


def test_sharers_must_agree_in_shape_and_rates() -> None:
    checks = []
    for other in ('name: "w"', 'name: "w" share_mode: PERMISSIVE', 'name: "w" lr_mult: 3', 'name: "w" decay_mult: 2'):
        first = 'param { name: "w" lr_mult: 1 decay_mult: 1 }'
        wide = 5 if "mult" not in other else 4
        net = net_of(_HEAD + _ip("a", "x0", first) + _ip("b", "a", f"param {{ {other} }}", wide))
        checks += [refusal.check for refusal in net.refusals]
    assert checks == ["net.cpp:486", "net.cpp:478", "net.cpp:497", "net.cpp:506"]


def test_more_params_than_blobs_are_refused_at_the_first_too_many() -> None:
    text = _HEAD + _ip("a", "x0", "param { } param { } param { lr_mult: 7 }")
    net = net_of(text)
    (refusal,) = net.refusals
    assert (refusal.check, text[slice(*net.place_of(refusal))]) == ("net.cpp:143", "{ lr_mult: 7 }")


def test_memory_counts_every_top_those_of_splits_and_in_place_too() -> None:
    relu = 'layer { name: "r" type: "ReLU" bottom: "a" top: "a" }\n'
    net = net_of(_HEAD + _ip("a", "x0") + relu + _ip("b", "a") + _ip("c", "a"))
    split = 2 * (2 * 4)
    assert net.data_memory_bytes == 4 * (2 * 4 + 2 + 2 * 4 + 2 * 4 + split + 2 * 4 + 2 * 4)


def test_unknown_types_make_unknown_blobs_and_blind_nothing_else() -> None:
    strange = 'layer { name: "s" type: "Strange" bottom: "x0" top: "s" }\n'
    net = net_of(_HEAD + strange + _ip("a", "s") + _ip("b", "x0") + _loss("a"))
    assert net.refusals == ()
    assert (net.blobs["s"], net.blobs["b"], net.blobs["loss"]) == (None, (2, 4), ())
    assert (net.param_count, net.data_memory_bytes) == (None, None)
    assert not net.layers[2].judged


def test_what_a_layer_made_is_kept_until_its_inputs_change() -> None:
    file = parse(_HEAD + _ip("a", "x0"))
    first, second = (build(lower_file(file), State()).layers[-1] for _ in range(2))
    assert first.spec is second.spec
    assert len(first.spec.set_ups) == 1


def test_what_a_layer_made_holds_in_both_phases_unless_its_type_reads_the_phase() -> None:
    dropout = 'layer { name: "d" type: "Dropout" bottom: "a" top: "a" dropout_param { dropout_ratio: 2 } }\n'
    file = parse(_HEAD + _ip("a", "x0") + dropout)
    train, test = (build(lower_file(file), State(phase)) for phase in PHASES)
    assert [len(layer.spec.set_ups) for layer in train.layers] == [1, 1, 1, 2]
    assert [refusal.layer for refusal in train.refusals] == [3], "no such share can be drawn"
    assert test.refusals == ()


def test_what_is_known_of_the_data_is_told_to_layers_that_read_it() -> None:
    own = 'transform_param { crop_size: 8 } data_param { source: "db" batch_size: 2 }'
    file = parse(f'layer {{ name: "x0" type: "Data" top: "x0" {own} }}\n' + _ip("a", "x0"))
    for channels in (3, 4):
        net = build(lower_file(file), State(), DataSource((channels, 8, 8)))
        assert net.blobs["x0"] == (2, channels, 8, 8)
    assumed = build(lower_file(file), State())
    assert (assumed.blobs["x0"], assumed.assumes) == ((2, 3, 8, 8), ("3 channels of the data",))
    read, fed = assumed.layers
    assert (len(read.spec.set_ups), len(fed.spec.set_ups)) == (3, 2)
