"""What is said of activation functions, layers in a row, shared parameters and blobs that nothing reads."""

from __future__ import annotations

from tests.rules.checking import findings_of, fixed

SHAPES = "dummy_data_param { shape { dim: 4 dim: 50 } shape { dim: 4 } }"
DATA = f'layer {{ name: "x" type: "DummyData" top: "x" top: "t" {SHAPES} }}\n'
OF_STRUCTURE = (
    "linear-layers-in-a-row", "needless-activation", "overwritten-before-backward", "unread-top", "high-dropout",
    "narrow-bottleneck", "weights-shared-in-part", "relu-slope-unusual", "accuracy-in-training-only",
)  # fmt: skip


def fc(name: str, bottom: str, outputs: int = 40, more: str = "") -> str:
    own = f'inner_product_param {{ num_output: {outputs} weight_filler {{ type: "msra" }} }} {more}'
    return f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {own} }}\n'


def unit(kind: str, blob: str, top: str = "", fields: str = "") -> str:
    return f'layer {{ name: "{kind}_{blob}" type: "{kind}" bottom: "{blob}" top: "{top or blob}" {fields} }}\n'


def loss(bottom: str) -> str:
    return f'layer {{ name: "loss" type: "SoftmaxWithLoss" bottom: "{bottom}" bottom: "t" top: "loss" }}\n'


def said(text: str) -> list[tuple[str, str, str]]:
    """Rule, severity and layer of all that is said of the structure."""
    return [
        (one.rule, one.severity.value if one.severity else "", one.layer or "")
        for one in findings_of(text)
        if one.rule in OF_STRUCTURE
    ]


def test_a_usual_net_is_not_remarked() -> None:
    text = fc("a", "x") + unit("BatchNorm", "a") + unit("Scale", "a") + unit("ReLU", "a") + unit("Dropout", "a")
    assert said(DATA + text + fc("b", "a", 10) + loss("b")) == []


def test_linear_layers_are_told_where_the_first_one_saves_nothing() -> None:
    assert said(DATA + fc("a", "x") + fc("b", "a", 10) + loss("b")) == [("linear-layers-in-a-row", "hint", "b")]
    through = unit("BatchNorm", "a") + unit("Scale", "a") + unit("Dropout", "a")
    assert said(DATA + fc("a", "x") + through + fc("b", "a", 10) + loss("b")) == [
        ("linear-layers-in-a-row", "hint", "b")
    ]
    assert said(DATA + fc("a", "x", 8) + fc("b", "a", 30) + loss("b")) == []


def test_a_relu_is_written_between_them_in_the_same_phases() -> None:
    text = DATA + fc("a", "x", more="include { phase: TRAIN }") + fc("b", "a", 10) + loss("b")
    mended = fixed(text, "Add a `ReLU`")
    assert 'layer { name: "a_relu" type: "ReLU" bottom: "a" top: "a" include { phase: TRAIN } }\n' in mended
    assert said(mended) == []


def test_convolutions_of_parts_are_meant() -> None:
    data = (
        'layer { name: "x" type: "DummyData" top: "x" top: "t" dummy_data_param { shape { dim: 4 dim: 8 dim: 9 dim: 9 }'
    )
    data += " shape { dim: 4 } } }\n"

    def conv(name: str, bottom: str, own: str) -> str:
        own = f"convolution_param {{ num_output: 8 {own} }}"
        return f'layer {{ name: "{name}" type: "Convolution" bottom: "{bottom}" top: "{name}" {own} }}\n'

    last = fc("c", "b", 10) + loss("c")
    apart = conv("a", "x", "kernel_h: 3 kernel_w: 1") + conv("b", "a", "kernel_h: 1 kernel_w: 3")
    groups = conv("a", "x", "kernel_size: 3 group: 8") + conv("b", "a", "kernel_size: 1")
    plain = conv("a", "x", "kernel_size: 3") + conv("b", "a", "kernel_size: 3")
    assert said(data + apart + last) == []
    assert said(data + groups + last) == []
    assert said(data + plain + last) == [("linear-layers-in-a-row", "hint", "b")]


def test_a_second_relu_can_be_taken_away_and_a_leaky_one_is_no_first_one() -> None:
    head, tail = DATA + fc("a", "x") + unit("ReLU", "a"), fc("b", "a", 10) + loss("b")
    again = 'layer {\n  name: "again"\n  type: "ReLU"\n  bottom: "a"\n  top: "a"\n}\n'
    assert said(head + again + tail) == [("needless-activation", "hint", "again")]
    assert fixed(head + again + tail, "Remove `again`") == head + tail
    leaky = DATA + fc("a", "x") + unit("ReLU", "a", "", "relu_param { negative_slope: 0.1 }")
    assert said(leaky + again + tail) == []


def test_a_dropout_in_place_behind_a_sigmoid_names_both() -> None:
    text = DATA + fc("a", "x") + unit("Sigmoid", "a") + unit("Dropout", "a") + fc("b", "a", 10) + loss("b")
    (only,) = [one for one in findings_of(text) if one.rule == "overwritten-before-backward"]
    assert only.message == (
        "`Dropout_a` changes `a` in place, which the backward pass of `Sigmoid_a` (Sigmoid) reads:"
        " its gradients are wrong"
    )
    assert [related.message for related in only.related] == ["`Sigmoid_a` needs `a` as it was"]
    mended = fixed(text, "a top of its own")
    assert 'bottom: "a" top: "Dropout_a"' in mended
    assert 'bottom: "Dropout_a" top: "b"' in mended
    assert said(mended) == []


def test_blobs_that_nothing_reads_are_printed() -> None:
    text = DATA + fc("a", "x") + fc("b", "x", 10) + loss("b")
    assert said(text) == [("unread-top", "information", "a")]
    accuracy = 'layer { name: "acc" type: "Accuracy" bottom: "b" bottom: "t" top: "acc" }\n'
    assert said(DATA + fc("b", "x", 10) + loss("b") + accuracy) == []


def test_dropouts_that_drop_nearly_all() -> None:
    def dropped(ratio: float, twice: bool = False) -> str:
        once = unit("Dropout", "a", "", f"dropout_param {{ dropout_ratio: {ratio} }}")
        text = DATA + fc("a", "x") + unit("ReLU", "a") + once + (once.replace("Dropout_a", "again") if twice else "")
        return text + fc("b", "a", 10) + loss("b")

    assert said(dropped(0.8)) == []
    assert said(dropped(0.9)) == [("high-dropout", "information", "Dropout_a")]
    assert said(fixed(dropped(0.9), "to keep 0.9")) == []
    assert said(dropped(0.5, twice=True)) == [("high-dropout", "information", "again")]


def test_parameters_shared_as_a_whole_are_meant() -> None:
    both = 'param { name: "w" } param { name: "b" }'
    pair = DATA + fc("a", "x", 50, both) + unit("ReLU", "a") + fc("b", "a", 50, both) + loss("b")
    assert said(pair) == []
    half = pair.replace(both, 'param { name: "w" }')
    assert said(half) == [("weights-shared-in-part", "information", "b")]
    assert said(fixed(half, "a name of its own")) == []


def test_an_accuracy_of_training_alone_is_told_where_the_net_is_tested_too() -> None:
    accuracy = 'layer { name: "acc" type: "Accuracy" bottom: "b" bottom: "t" top: "acc" include { phase: TRAIN } }\n'
    text = DATA + fc("b", "x", 10) + loss("b") + accuracy
    assert said(text) == [("accuracy-in-training-only", "information", "acc")]
    only_trained = text.replace('type: "DummyData"', 'type: "DummyData" include { phase: TRAIN }')
    assert said(only_trained) == []


def test_a_relu_between_two_layers_stands_where_nothing_writes_over_it() -> None:
    text = DATA + fc("a", "x") + unit("BatchNorm", "a") + unit("Scale", "a") + fc("b", "a", 10) + loss("b")
    mended = fixed(text, "Add a `ReLU`")
    assert mended.index('type: "ReLU"') > mended.index('type: "Scale"')
    assert "overwritten-before-backward" not in [rule for rule, _, _ in said(mended)]
