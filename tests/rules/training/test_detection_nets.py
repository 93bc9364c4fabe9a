"""Parts of detection nets that have to agree, beyond the rules' own examples."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import findings_of, fixed


def _found(rule: str, text: str, dialect: str = "ssd") -> list[Finding]:
    return [finding for finding in findings_of(text, dialect=dialect) if finding.rule == rule]


def _input(name: str, *dims: int) -> str:
    shape = " ".join(f"dim: {dim}" for dim in dims)
    return f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ {shape} }} }} }}\n'


BOXES = _input("loc", 1, 400) + _input("conf", 1, 200) + _input("prior", 1, 2, 400) + _input("label", 1, 1, 3, 8)
LOSS = """\
layer { name: "loss" type: "MultiBoxLoss" bottom: "loc" bottom: "conf" bottom: "prior" bottom: "label" top: "loss"
        multibox_loss_param { num_classes: 2 %s } }
"""
OUTPUT = """\
layer { name: "out" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "out"
        detection_output_param { num_classes: 2 %s } }
"""

# Loss and output.


@pytest.mark.parametrize(
    ("taught", "read", "said"),
    [
        ("", "", ""),
        ("code_type: CORNER", "", ""),
        ("code_type: CENTER_SIZE", "code_type: CENTER_SIZE", ""),
        (
            "code_type: CENTER_SIZE",
            "",
            "`code_type` is CORNER where it is not given, and CENTER_SIZE in the loss `loss`",
        ),
        ("share_location: true", "share_location: false", "`share_location` is false, and true in the loss `loss`"),
        (
            "encode_variance_in_target: true",
            "",
            "`variance_encoded_in_target` is false where it is not given, and true in the loss `loss`",
        ),
        ("background_label_id: 1", "background_label_id: 1", ""),
    ],
)
def test_boxes_are_decoded_as_they_are_taught(taught: str, read: str, said: str) -> None:
    text = BOXES + LOSS % taught + OUTPUT % read
    found = _found("boxes-decoded-otherwise", text)
    assert [one.message for one in found] == ([said] if said else [])
    if said:
        assert not _found("boxes-decoded-otherwise", fixed(text, found[0].fixes[0].title, "ssd"))


def test_a_net_that_is_run_is_held_against_the_one_that_was_trained() -> None:
    text = f"""\
#- /deploy.prototxt
{BOXES}{OUTPUT % ""}
#- /train.prototxt
{BOXES}{LOSS % "code_type: CENTER_SIZE"}
#- /solver.prototxt
net: "train.prototxt"
"""
    (found,) = _found("boxes-decoded-otherwise", text)
    assert found.related[0].path == "/train.prototxt"


def test_of_two_losses_that_of_the_same_boxes_counts() -> None:
    other = (LOSS % "code_type: CENTER_SIZE").replace('"loss"', '"first"').replace('"loc"', '"coarse"')
    coarse = _input("coarse", 1, 400)
    assert not _found("boxes-decoded-otherwise", BOXES + coarse + other + LOSS % "" + OUTPUT % "")


# Classes of a softmax.


@pytest.mark.parametrize(("dim", "is_wrong"), [(2, False), (4, True)])
def test_the_softmax_takes_the_classes_of_a_box(dim: int, is_wrong: bool) -> None:
    rows = f"""\
layer {{ name: "rows" type: "Reshape" bottom: "conf" top: "rows"
        reshape_param {{ shape {{ dim: 0 dim: -1 dim: {dim} }} }} }}
layer {{ name: "prob" type: "Softmax" bottom: "rows" top: "prob" softmax_param {{ axis: -1 }} }}
layer {{ name: "flat" type: "Flatten" bottom: "prob" top: "flat" }}
"""
    text = BOXES + rows + (OUTPUT % "").replace('"conf"', '"flat"')
    assert bool(_found("confidences-split-wrongly", text)) == is_wrong
    if is_wrong:
        assert not _found("confidences-split-wrongly", fixed(text, "Reshape to 2 classes", "ssd"))


def test_confidences_that_no_such_classes_divide_are_right_themselves() -> None:
    rows = """\
layer { name: "rows" type: "Reshape" bottom: "conf" top: "rows" reshape_param { shape { dim: 0 dim: -1 dim: 2 } } }
layer { name: "prob" type: "Softmax" bottom: "rows" top: "prob" softmax_param { axis: -1 } }
layer { name: "flat" type: "Flatten" bottom: "prob" top: "flat" }
"""
    output = (OUTPUT % "").replace('"conf"', '"flat"').replace("num_classes: 2", "num_classes: 7")
    text = fixed(BOXES + rows + output, "Set `num_classes: 2`", "ssd")
    assert not _found("confidences-split-wrongly", text)


# Prior boxes.


@pytest.mark.parametrize(
    ("options", "severity"),
    [
        ("step: 16", None),
        ("step: 15", None),
        ("step: 10", Severity.INFORMATION),
        ("step: 8", Severity.WARNING),
        ("step: 64", Severity.WARNING),
        ("step_h: 16 step_w: 64", Severity.WARNING),
        ("step: 8 img_size: 160", None),
        ("", None),
    ],
)
def test_prior_boxes_are_as_far_apart_as_places_on_the_map(options: str, severity: Severity | None) -> None:
    prior = f"""\
layer {{ name: "p" type: "PriorBox" bottom: "map" bottom: "data" top: "p"
        prior_box_param {{ min_size: 30 {options} }} }}
"""
    found = _found("prior-boxes-off-the-map", _input("map", 1, 8, 20, 20) + _input("data", 1, 3, 320, 320) + prior)
    assert [one.severity for one in found] == ([severity] if severity else [])


# Regions.

ROI = """\
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
        convolution_param { num_output: 8 kernel_size: 3 stride: 16 } }
layer { name: "roi" type: "%s" bottom: "conv" bottom: "rois" top: "roi" %s }
"""


@pytest.mark.parametrize(
    ("kind", "options", "wanted"),
    [
        ("ROIPooling", "roi_pooling_param { pooled_w: 2 pooled_h: 2 spatial_scale: 0.0625 }", ""),
        ("ROIPooling", "roi_pooling_param { pooled_w: 2 pooled_h: 2 spatial_scale: 0.06 }", ""),
        ("ROIPooling", "roi_pooling_param { pooled_w: 2 pooled_h: 2 spatial_scale: 0.125 }", "0.0625"),
        ("ROIPooling", "roi_pooling_param { pooled_w: 2 pooled_h: 2 }", "0.0625"),
        ("PSROIPooling", "psroi_pooling_param { output_dim: 2 group_size: 2 spatial_scale: 0.125 }", "0.0625"),
    ],
)
def test_regions_are_looked_up_at_the_scale_of_the_map(kind: str, options: str, wanted: str) -> None:
    text = _input("data", 1, 3, 64, 64) + _input("rois", 8, 5) + ROI % (kind, options)
    found = _found("regions-at-other-scale", text, "rfcn")
    assert [one.message.rpartition(" ")[2] for one in found] == ([wanted] if wanted else [])


@pytest.mark.parametrize(("stride", "is_wrong"), [(16, False), (8, True)])
def test_a_proposal_layer_knows_the_stride_of_its_map(stride: int, is_wrong: bool) -> None:
    python = (
        'layer { name: "p" type: "Python" bottom: "conv" bottom: "info" top: "rois" python_param { '
        f"""module: "rpn.proposal_layer" layer: "ProposalLayer" param_str: "'feat_stride': {stride}" }} }}\n"""
    )
    conv = (ROI % ("Silence", "")).partition('layer { name: "roi"')[0]
    text = _input("data", 1, 3, 64, 64) + _input("info", 1, 3) + conv + python
    assert bool(_found("regions-at-other-scale", text, "rfcn")) == is_wrong


@pytest.mark.parametrize(("scores", "severity"), [(21, None), (20, Severity.WARNING), (22, Severity.INFORMATION)])
def test_scores_are_as_many_as_classes_of_the_labels(scores: int, severity: Severity | None) -> None:
    text = f"""\
layer {{ name: "rois" type: "Python" top: "data" top: "labels"
        python_param {{ module: "roi_data_layer.layer" layer: "RoIDataLayer" param_str: "{{num_classes: 21}}" }} }}
layer {{ name: "scores" type: "InnerProduct" bottom: "data" top: "scores"
        inner_product_param {{ num_output: {scores} weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "loss" type: "SoftmaxWithLoss" bottom: "scores" bottom: "labels" top: "loss" }}
"""
    found = _found("classes-of-labels-differ", text, "bvlc")
    assert [one.severity for one in found] == ([severity] if severity else [])


# By version.


@pytest.mark.parametrize(
    ("dialect", "options", "is_told"),
    [
        ("segnet", "ignore_label: 11", True),
        ("segnet", "ignore_label: 11 normalize: false", False),
        ("segnet", "", False),
        ("bvlc", "ignore_label: 255", False),
        ("ssd", "ignore_label: 255", False),
    ],
)
def test_only_older_caffes_divide_by_the_number_of_labels_that_count(dialect: str, options: str, is_told: bool) -> None:
    text = f"""\
layer {{ name: "data" type: "DummyData" top: "data" top: "label"
        dummy_data_param {{ shape {{ dim: 4 dim: 11 }} shape {{ dim: 4 }} }} }}
layer {{ name: "loss" type: "SoftmaxWithLoss" bottom: "data" bottom: "label" top: "loss" loss_param {{ {options} }} }}
"""
    assert bool(_found("loss-may-divide-by-zero", text, dialect)) == is_told


# Region proposals.


def _rpn(scores: int, boxes: int, reshaped: int) -> str:
    def conv(name: str, outputs: int) -> str:
        own = f"convolution_param {{ num_output: {outputs} kernel_size: 1 }}"
        return f'layer {{ name: "{name}" type: "Convolution" bottom: "data" top: "{name}" {own} }}\n'

    def reshape(name: str, bottom: str, channels: int) -> str:
        own = f"reshape_param {{ shape {{ dim: 0 dim: {channels} dim: -1 dim: 0 }} }}"
        return f'layer {{ name: "{name}" type: "Reshape" bottom: "{bottom}" top: "{name}" {own} }}\n'

    python = 'python_param { module: "m" layer: "%s" param_str: "{}" }'
    return (
        f'layer {{ name: "in" type: "Python" top: "data" top: "info" {python % "Input"} }}\n'
        + conv("cls", scores)
        + conv("box", boxes)
        + reshape("two", "cls", 2)
        + 'layer { name: "prob" type: "Softmax" bottom: "two" top: "prob" }\n'
        + reshape("back", "prob", reshaped)
        + 'layer { name: "roi" type: "Python" bottom: "back" bottom: "box" bottom: "info" top: "rois"'
        + f" {python % 'ProposalLayer'} }}\n"
    )


@pytest.mark.parametrize(
    ("scores", "boxes", "reshaped", "said"),
    [
        (18, 36, 18, ""),
        (24, 48, 24, ""),
        (18, 48, 18, "scores of 9 anchors, 18 channels of `back`, and boxes of 12, 48 channels of `box`"),
        (24, 36, 18, "`back` has 18 channels, 9 anchors, made of the 24 scores of `cls`"),
    ],
)
def test_anchors_are_counted_where_shapes_are_not_known(scores: int, boxes: int, reshaped: int, said: str) -> None:
    found = _found("anchors-do-not-agree", _rpn(scores, boxes, reshaped), "rfcn")
    assert [one.message for one in found] == ([said] if said else [])


def test_proposals_of_lines_of_text_have_two_deltas_for_each_anchor() -> None:
    of_text = _rpn(20, 20, 20).replace('module: "m" layer: "ProposalLayer"', 'module: "%s" layer: "ProposalLayer"')
    found = {
        module: _found("anchors-do-not-agree", of_text % module, "rfcn")
        for module in ("lines.of_text", "rpn.proposal_layer")
    }
    assert [len(said) for said in found.values()] == [0, 1]


@pytest.mark.parametrize(
    ("outputs", "severity"), [(84, None), (8, None), (4, None), (80, Severity.WARNING), (88, Severity.INFORMATION)]
)
def test_boxes_are_four_numbers_for_each_class_or_for_all_together(outputs: int, severity: Severity | None) -> None:
    text = (
        'layer { name: "rois" type: "Python" top: "data" top: "bbox_targets"'
        ' python_param { module: "m" layer: "P" param_str: "\'num_classes\': 21" } }\n'
        'layer { name: "box" type: "InnerProduct" bottom: "data" top: "box"'
        f" inner_product_param {{ num_output: {outputs} }} }}\n"
        'layer { name: "loss" type: "SmoothL1Loss" bottom: "box" bottom: "bbox_targets" top: "loss" }\n'
    )
    found = _found("classes-of-labels-differ", text, "rfcn")
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_anchors_to_be_left_out_are_ignored_once_the_loss_is_told() -> None:
    text = (
        'layer { name: "s" type: "Input" top: "s" input_param { shape { dim: 1 dim: 2 dim: 9 dim: 4 } } }\n'
        'layer { name: "a" type: "Python" bottom: "s" top: "l"'
        ' python_param { module: "rpn" layer: "AnchorTargetLayer" } }\n'
        'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "s" bottom: "l" top: "loss"'
        " loss_param { ignore_label: 255 } }\n"
    )
    assert len(_found("ignored-anchors-are-learnt", text, "rfcn")) == 1
    mended = fixed(text, "Set `ignore_label: -1`", dialect="rfcn")
    assert _found("ignored-anchors-are-learnt", mended, "rfcn") == []
