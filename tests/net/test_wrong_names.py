"""Names of blobs that do not fit: each mistake is told once, with its other side."""

from __future__ import annotations

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.net.model import Net, Phase, Refusal
from caffe_ls.settings import Settings
from tests.net.nets import inputs, net_of

DATA = inputs((2, 4))


def ip(name: str, bottom: str, top: str | None = None, more: str = "") -> str:
    param = "inner_product_param { num_output: 4 }"
    return f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{top or name}" {param} {more} }}\n'


def relu(name: str, bottom: str, top: str, more: str = "") -> str:
    return f'layer {{ name: "{name}" type: "ReLU" bottom: "{bottom}" top: "{top}" {more} }}\n'


def told(text: str, phase: Phase = "TRAIN") -> list[tuple[str, str]]:
    """Each refusal's fault, and the text at its place."""
    net = net_of(text, phase)
    return [(refusal.fault.value, text[slice(*net.place_of(refusal))]) for refusal in net.refusals]


def other_sides(text: str, net: Net, refusal: Refusal) -> list[str]:
    bases = net.text.layers
    return [text[slice(*place.span.shift(bases[place.layer].base))] for place in refusal.elsewhere]


def only(text: str, phase: Phase = "TRAIN") -> tuple[str, list[str]]:
    """The message of the one refusal, and the texts at its other places."""
    net = net_of(text, phase)
    (refusal,) = net.refusals
    return refusal.message, other_sides(text, net, refusal)


def test_a_missing_blob_is_told_where_it_is_read_first() -> None:
    text = DATA + ip("a", "x0") + ip("b", "gone") + ip("c", "gone")
    assert told(text) == [("unknown-bottom", '"gone"')]
    assert only(text) == ("no layer above makes the blob `gone`", ['"gone"'])


def test_a_blob_that_is_made_below_is_told_as_such() -> None:
    assert only(DATA + ip("a", "b") + ip("b", "x0")) == ("the blob `b` is made only below, by layer `b`", ['"b"'])


def test_a_layer_that_overwrites_the_blob_below_does_not_make_it() -> None:
    text = DATA + ip("a", "gone") + relu("r", "gone", "gone") + relu("d", "gone", "gone")
    message, _ = only(text)
    assert message == "no layer above makes the blob `gone`"


def test_a_blob_of_the_other_phase_points_at_the_rule() -> None:
    rule = "include { phase: TRAIN }"
    message, places = only(DATA + ip("a", "x0", more=rule) + ip("b", "a"), "TEST")
    assert message == "no layer above makes the blob `a`: layer `a` is not built in the TEST phase"
    assert places == ["{ phase: TRAIN }"]


def test_a_blob_of_another_stage_says_so() -> None:
    message, _ = only(DATA + ip("a", "x0", more='include { stage: "big" }') + ip("b", "a"))
    assert message.endswith("layer `a` is not built in this state")


def test_the_layer_that_has_the_blobs_name_is_the_other_side() -> None:
    assert only(DATA + ip("a", "x0", top="aa") + ip("b", "a"))[1] == ['"aa"']


def test_a_layer_that_lacks_its_top_is_told_and_the_missing_blob_is_not() -> None:
    headless = 'layer { name: "a" type: "Softmax" bottom: "x0" }\n'
    assert told(DATA + headless + ip("b", "a")) == [("wrong-number-of-tops", '"Softmax"')]
    assert told(DATA + headless + ip("b", "next") + ip("c", "gone")) == [
        ("wrong-number-of-tops", '"Softmax"'),
        ("unknown-bottom", '"gone"'),
    ]


def test_a_chain_in_place_that_lacks_one_name_is_told_once() -> None:
    headless = 'layer { name: "r" type: "ReLU" bottom: "a" }\n'
    assert told(DATA + ip("a", "x0") + headless + relu("d", "a", "a") + ip("b", "a")) == [
        ("wrong-number-of-tops", '"ReLU"')
    ]
    footless = 'layer { name: "r" type: "ReLU" top: "a" }\n'
    assert told(DATA + ip("a", "x0") + footless + ip("b", "a")) == [("wrong-number-of-bottoms", '"ReLU"')]


def test_two_makers_of_a_blob_are_both_shown() -> None:
    assert only(DATA + ip("a", "x0") + ip("b", "x0", top="a")) == ("the blob `a` is made twice", ['"a"'])


def test_a_copied_layer_whose_top_was_forgotten_is_told_once() -> None:
    text = DATA + ip("a", "x0") + ip("b", "a", top="a") + ip("c", "b")
    assert [fault for fault, _ in told(DATA + ip("a", "x0") + ip("b", "x0", top="a") + ip("c", "b"))] == [
        "top-made-twice"
    ]
    assert told(text)[0][0] == "unknown-bottom", "in place, a layer's name says what it should make"


def test_in_place_on_a_blob_that_others_read_names_the_reader() -> None:
    text = DATA + ip("a", "x0") + ip("side", "a") + relu("r", "a", "a")
    message, places = only(text)
    assert message == "`a` is made twice: the layer cannot overwrite it in place, since layer `side` reads it too"
    assert places == ['"a"', '"a"']


def test_a_loss_weight_on_a_blob_that_is_overwritten_is_what_is_wrong() -> None:
    text = DATA + ip("a", "x0", more="loss_weight: 0.5") + relu("r", "a", "a")
    assert told(text) == [("top-made-twice", "0.5")]
    assert only(text)[1] == ['"a"']


def test_a_layer_with_both_kinds_of_rules_takes_its_blobs_with_it() -> None:
    rules = "include { phase: TEST } exclude { level: 1 }".replace("level", "min_level")
    assert [fault for fault, _ in told(DATA + ip("a", "x0", more=rules) + ip("b", "a"))] == ["include-and-exclude"]


def judged(text: str) -> list[str]:
    """The faults of a text whose own faults are known: those of its net."""
    document = PrototxtDocument("/net.prototxt", text, Settings(dialect="bvlc"))
    return [refusal.fault.value for refusal in judged_nets(document)[0].refusals]


def test_broken_connections_hide_what_may_follow_from_them() -> None:
    for broken in ('botom: "x0" top: "a"', 'bottom: "x0" tpo: "a"', 'bottom: "x0" top: "a" include { fase: TRAIN }'):
        text = DATA + f'layer {{ name: "a" type: "ReLU" {broken} }}\n' + ip("b", "other")
        assert judged(text) == [], broken
    assert judged(f'laier {{ name: "a" type: "Input" top: "a" }}\n{ip("b", "a")}') == []
    assert judged(f'inputs: "a" input_shape {{ dim: 1 }}\n{ip("b", "a")}') == []


def test_a_fault_within_a_layers_parameters_hides_nothing_else() -> None:
    broken = ip("a", "x0").replace("num_output", "num_outputs")
    assert judged(DATA + broken + ip("b", "a") + ip("c", "gone")) == ["unknown-bottom"]


def test_in_the_oldest_form_the_upgrade_stops_at_a_missing_blob() -> None:
    old = 'layers {{ layer {{ name: "r" type: "relu" }} bottom: "{0}" top: "r" }}\n'
    text = 'input: "data" input_dim: 1 input_dim: 3 input_dim: 4 input_dim: 4\n' + old.format("dta")
    (refusal,) = net_of(text).refusals
    assert (refusal.fault.value, refusal.stage) == ("unknown-bottom", "upgrade")
    (refusal,) = net_of(DATA + relu("r", "dta", "r")).refusals
    assert (refusal.fault.value, refusal.stage) == ("unknown-bottom", "init")
