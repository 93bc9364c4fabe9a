"""What data layers do to images, beyond the rules' own examples."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import findings_of, fixed

TRAIN, TEST = "include { phase: TRAIN }", "include { phase: TEST }"
LEARNT = """\
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
        inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""


def _data(transform: str, phase: str = "", source: str = "lmdb", kind: str = "Data") -> str:
    message = "data_param" if kind == "Data" else "image_data_param"
    return (
        f'layer {{ name: "data" type: "{kind}" top: "data" top: "label" {phase}\n'
        f'  {message} {{ source: "{source}" batch_size: 4 }}\n'
        f"  transform_param {{ {transform} }}\n}}\n"
    )


def _found(rule: str, text: str) -> list[Finding]:
    return [finding for finding in findings_of(text) if finding.rule == rule]


# As they are.


@pytest.mark.parametrize(
    "transform", ["scale: 0.004", "mean_value: 104", 'mean_file: "mean.binaryproto"', "mean_value: 104 scale: 0.017"]
)
def test_a_scale_or_a_mean_is_enough(transform: str) -> None:
    assert not _found("images-without-scale-or-mean", _data(transform) + LEARNT)


@pytest.mark.parametrize("transform", ["", "mirror: true", "scale: 1", "mean_value: 0"])
def test_without_either_bytes_go_in_as_they_are(transform: str) -> None:
    (found,) = _found("images-without-scale-or-mean", _data(transform) + LEARNT)
    assert found.severity is Severity.INFORMATION
    assert "unless the database holds scaled numbers" in found.message


@pytest.mark.parametrize(
    "between",
    [
        'layer { name: "n" type: "Power" bottom: "data" top: "data" power_param { scale: 0.004 } }\n',
        'layer { name: "n" type: "BatchNorm" bottom: "data" top: "data" }\n',
        'layer { name: "n" type: "MVN" bottom: "data" top: "data" }\n',
    ],
)
def test_a_layer_that_rescales_may_stand_between(between: str) -> None:
    assert not _found("images-without-scale-or-mean", _data("") + between + LEARNT)


# The unit of the mean.


@pytest.mark.parametrize(
    ("transform", "is_wrong"),
    [
        ("scale: 0.00390625 mean_value: 0.5", True),
        ("scale: 0.00390625 mean_value: 127.5", False),
        ("scale: 0.017 mean_value: 103.94 mean_value: 116.78 mean_value: 123.68", False),
        ("mean_value: 0.5", False),
        ("scale: 0.004 mean_value: 0", False),
        ("scale: 0", True),
        ("scale: 255", True),
        ("scale: 2", False),
        ("scale: inf", False),
    ],
)
def test_a_mean_is_in_the_unit_of_bytes(transform: str, is_wrong: bool) -> None:
    assert bool(_found("mean-in-other-unit", _data(transform))) == is_wrong


def test_a_mean_of_0_to_1_is_multiplied() -> None:
    text = fixed(_data("scale: 0.004 mean_value: 0.4 mean_value: 0.5 mean_value: 1"), "Multiply the mean by 255")
    assert "mean_value: 102 mean_value: 127.5 mean_value: 255" in text


# Train and test.


@pytest.mark.parametrize(
    ("train", "test", "said"),
    [
        ("scale: 0.004", "scale: 0.004", ""),
        ("scale: 0.00390625", "scale: 0.0039215684", ""),
        ("scale: 0.004", "", "images are multiplied by 1, and by 0.004 in TRAIN"),
        ("mean_value: 104", "", "a mean is subtracted in TRAIN, and none here"),
        ("", 'mean_file: "m"', "no mean is subtracted in TRAIN"),
        ('mean_file: "m"', "mean_value: 104", ""),
        ('mean_file: "m"', 'mean_file: "n"', "another mean file than in TRAIN: it must hold the same mean"),
        ("mean_value: 104", "mean_value: 104 mean_value: 104 mean_value: 104", ""),
        ("mean_value: 104 mean_value: 117", "mean_value: 117 mean_value: 104", "another mean than in TRAIN: 104, 117"),
        ("mirror: true crop_size: 24 mean_value: 1", "crop_size: 24 mean_value: 1", ""),
        ("crop_size: 24", "crop_size: 28", "images are cropped to 28 x 28, and to 24 x 24 in TRAIN"),
        ("crop_size: 24", "", ""),
    ],
)
def test_scale_and_mean_are_the_same_in_both_phases(train: str, test: str, said: str) -> None:
    found = _found("phases-read-images-otherwise", _data(train, TRAIN) + _data(test, TEST))
    assert [one.message for one in found] == ([said] if said else [])


@pytest.mark.parametrize(
    "train", ["scale: 0.5", "mean_value: 104 mean_value: 117 mean_value: 123", 'mean_file: "a\\\\b"', "mean_value: 7"]
)
@pytest.mark.parametrize("test", ["", "mirror: false", "scale: 0.5 mean_value: 1 mean_value: 2 mean_value: 3"])
def test_what_is_told_of_phases_is_mended(train: str, test: str) -> None:
    text = _data(train, TRAIN) + _data(test, TEST)
    for _ in range(3):
        left = [one for one in _found("phases-read-images-otherwise", text) if one.fixes]
        if not left:
            break
        text = fixed(text, left[0].fixes[0].title)
    assert all("another mean" in one.message or "no mean" in one.message for one in left)


def test_a_test_net_of_its_own_is_held_against_the_train_net() -> None:
    text = f"""\
#- /test.prototxt
{_data("", TEST)}
#- /train.prototxt
{_data("scale: 0.004", TRAIN)}{LEARNT}
#- /solver.prototxt
train_net: "train.prototxt"
test_net: "test.prototxt"
test_iter: 1
test_interval: 1
"""
    (found,) = _found("phases-read-images-otherwise", text)
    assert found.message == "images are multiplied by 1, and by 0.004 in `train.prototxt`"


# At random, in order, twice.


@pytest.mark.parametrize(("phase", "is_told"), [(TEST, True), ("", False), (TRAIN, False)])
def test_mirroring_is_told_of_where_only_tests_do_it(phase: str, is_told: bool) -> None:
    assert bool(_found("random-images-in-test", _data("mirror: true", phase))) == is_told


def test_of_a_block_that_changes_test_images_at_random_the_name_is_marked() -> None:
    text = _data("distort_param {\n brightness_prob: 0.5\n brightness_delta: 32\n }", TEST)
    (found,) = [one for one in findings_of(text, dialect="ssd") if one.rule == "random-images-in-test"]
    assert text[found.span.start : found.span.end] == "distort_param"


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        ([0] * 20 + [1] * 20, Severity.WARNING),
        ([0, 1] * 20, None),
        ([0] * 40, None),
        (None, Severity.HINT),
    ],
)
def test_a_list_is_looked_at_before_its_order_is_blamed(labels: list[int] | None, severity: Severity | None) -> None:
    images = _data("scale: 0.004", "", "list.txt", "ImageData")
    text = f"#- /net.prototxt\n{images}{LEARNT}"
    if labels is not None:
        text += "\n#- /list.txt\n" + "".join(f"{number}.jpg {label}\n" for number, label in enumerate(labels))
    found = _found("images-in-order-of-labels", text)
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_the_same_source_in_a_stage_of_its_own_is_meant() -> None:
    staged = _data("scale: 0.1", 'include { phase: TEST stage: "on-train" }')
    assert len(_found("tested-on-training-data", _data("scale: 0.1", TRAIN) + _data("scale: 0.1", TEST))) == 1
    assert not _found("tested-on-training-data", _data("scale: 0.1", TRAIN) + staged)


# Images and maps of labels.

MAP = """\
layer { name: "image" type: "Data" top: "image" data_param { source: "a" batch_size: 1 } transform_param { %s } }
layer { name: "map" type: "Data" top: "map" data_param { source: "b" batch_size: 1 } transform_param { %s } }
layer { name: "score" type: "Convolution" bottom: "image" top: "score"
        convolution_param { num_output: 21 kernel_size: 1 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "map" top: "loss" }
"""


@pytest.mark.parametrize(
    ("image", "labels", "told"),
    [
        ("scale: 0.1", "", []),
        ("mirror: true", "", [("image", Severity.WARNING)]),
        ("mirror: true", "mirror: true", [("image", Severity.WARNING), ("map", Severity.WARNING)]),
        ("crop_size: 9", "crop_size: 9", [("image", Severity.INFORMATION), ("map", Severity.INFORMATION)]),
    ],
)
def test_two_layers_throw_their_own_dice(image: str, labels: str, told: list[tuple[str, Severity]]) -> None:
    found = _found("images-and-labels-changed-apart", MAP % (image, labels))
    assert sorted((one.layer or "", one.severity) for one in found) == told


def test_an_image_that_is_its_own_target_is_changed_once() -> None:
    text = (MAP % ("mirror: true", "")).replace('bottom: "map"', 'bottom: "image"')
    assert not _found("images-and-labels-changed-apart", text)


@pytest.mark.parametrize(
    ("wrong", "title", "right"),
    [
        ("scale: 0.004 mean_value: 0.5", "Multiply the mean by 255, in all phases", "scale: 0.004 mean_value: 127.5"),
        ("scale: 255", "Set `scale: 0.00392156863`, in all phases", "scale: 0.00392156863"),
        ("scale: 0", "Set `scale: 0.00392156863`, in all phases", "scale: 0.00392156863"),
    ],
)
def test_a_mean_or_a_scale_is_mended_in_all_phases_together(wrong: str, title: str, right: str) -> None:
    mended = fixed(_data(wrong, TRAIN) + _data(wrong, TEST), title)
    assert mended == _data(right, TRAIN) + _data(right, TEST)
    assert not _found("phases-read-images-otherwise", mended)
