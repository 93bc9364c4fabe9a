"""Findings on data layers and losses: what a guess makes of them, their other places, their fixes."""

from __future__ import annotations

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import findings_of, fixed

_DATA = """\
layer {
  name: "data"
  type: "Data"
  top: "data"
  top: "label"
  transform_param {
    crop_size: 8
    mean_file: "mean.binaryproto"
    mean_value: 104
  }
  data_param { source: "db" batch_size: 4 }
}
"""


def _of(rule: str, text: str, dialect: str = "bvlc") -> list[Finding]:
    return [finding for finding in findings_of(text, dialect=dialect) if finding.rule == rule]


def test_either_mean_can_be_kept() -> None:
    kept_file = fixed(_DATA, "Keep `mean_file`")
    assert "mean_value" not in kept_file
    assert _of("data-transformation", kept_file) == []
    kept_value = fixed(_DATA, "Keep `mean_value`")
    assert "mean_file" not in kept_value
    assert _of("data-transformation", kept_value) == []


def test_a_best_of_more_than_all_becomes_the_best() -> None:
    text = """\
layer { name: "in" type: "Input" top: "s" top: "l" input_param { shape { dim: 4 dim: 3 } shape { dim: 4 } } }
layer { name: "a" type: "Accuracy" bottom: "s" bottom: "l" top: "a" accuracy_param { top_k: 5 } }
"""
    assert _of("top-k-exceeds-classes", text)
    assert _of("top-k-exceeds-classes", fixed(text, "best one")) == []


def test_labels_name_the_layers_that_made_both_sides() -> None:
    text = """\
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 3 dim: 8 dim: 8 } } }
layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
        convolution_param { num_output: 10 kernel_size: 3 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "conv" bottom: "label" top: "loss" }
"""
    (finding,) = _of("label-count-mismatch", text)
    assert finding.severity is Severity.ERROR
    assert finding.stage == "init"
    assert {text[: other.span.start].count("\n") + 1 for other in finding.related} >= {2, 4}


def test_what_rests_on_a_guess_about_the_data_is_a_warning() -> None:
    text = """\
layer { name: "data" type: "Data" top: "data" top: "label"
        transform_param { crop_size: 8 } data_param { source: "db" batch_size: 4 } }
layer { name: "target" type: "Input" top: "target" input_param { shape { dim: 4 dim: 100 } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "data" bottom: "target" top: "loss" }
"""
    (finding,) = _of("input-shapes-differ", text)
    assert finding.severity is Severity.WARNING
    assert "assuming 3 channels" in finding.message


def test_targets_of_a_regression_may_be_wider_than_the_one_number_assumed_of_them() -> None:
    text = """\
layer { name: "data" type: "HDF5Data" top: "data" top: "target" hdf5_data_param { source: "l" batch_size: 4 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "EuclideanLoss" bottom: "ip" bottom: "target" top: "loss" }
"""
    assert _of("input-shapes-differ", text) == []
    told = '#- settings {"data_shape": "3x8x8"}\n#- /net.prototxt\n'
    (finding,) = _of("input-shapes-differ", told + text)
    assert finding.severity is Severity.INFORMATION
    assert "4 x 2" in finding.message
    assert "assuming 1 number an item" in finding.message
    (certain,) = _of("invalid-layer-parameter", told + text.replace("num_output: 2", "num_output: 0"))
    assert certain.severity is Severity.ERROR


def test_faults_that_stop_the_first_batch_say_so() -> None:
    text = """\
layer { name: "data" type: "ImageData" top: "data" top: "label" transform_param { mean_value: [1, 2] }
        image_data_param { source: "list.txt" batch_size: 4 } }
"""
    (finding,) = _of("data-transformation", text)
    assert finding.stage == "first-iteration"


def test_every_fault_of_one_layer_is_told() -> None:
    text = """\
layer { name: "map" type: "Input" top: "map" input_param { shape { dim: 1 dim: 8 dim: 5 dim: 5 } } }
layer { name: "prior" type: "PriorBox" bottom: "map" top: "prior"
        prior_box_param { min_size: 30 max_size: [60, 90] variance: [0.1, 0.2] img_size: 300 img_h: 300 } }
"""
    found = [finding.rule for finding in findings_of(text, dialect="ssd") if finding.severity is Severity.ERROR]
    assert sorted(found) == ["conflicting-layer-parameters", "invalid-layer-parameter", "values-per-blob"]
