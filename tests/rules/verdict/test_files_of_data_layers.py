"""What data layers read, and the means they take off, are looked at where they are there."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import findings_of
from tests.rules.checking import fixed as fixed_text

RULES = ("data-source-not-usable", "named-file-not-found", "mean-file-does-not-fit")
LEVELDB = "#- /train/CURRENT\n#- /train/MANIFEST-000004\n"
MEAN = "#- /mean.binaryproto\nnum: 1 channels: 3 height: 256 width: 256\n"


def _layer(kind: str, fields: str) -> str:
    return f'layer {{ name: "data" type: "{kind}" top: "data" top: "label" {fields} }}\n'


def _found(net: str, files: str) -> list[Finding]:
    return [finding for finding in findings_of(f"#- /net.prototxt\n{net}{files}") if finding.rule in RULES]


def _messages(net: str, files: str) -> list[str]:
    return [finding.message for finding in _found(net, files)]


def test_a_database_of_the_other_kind_is_an_error_with_a_fix() -> None:
    (found,) = _found(_layer("Data", 'data_param { source: "train" backend: LMDB batch_size: 4 }'), LEVELDB)
    assert (found.severity, found.stage) == (Severity.ERROR, "init")
    assert found.message == "`train` is nothing that Data can read: the folder holds a LevelDB, not an LMDB"
    assert [fix.safe for fix in found.fixes] == [True]


def test_the_fix_sets_the_backend() -> None:
    net = _layer("Data", 'data_param { source: "train" backend: LMDB batch_size: 4 }')
    assert "backend: LEVELDB" in fixed_text(f"#- /net.prototxt\n{net}{LEVELDB}", "Set `backend")


@pytest.mark.parametrize(
    ("block", "after"),
    [
        ('data_param { source: "train" batch_size: 4 }', 'source: "train" backend: LMDB batch_size'),
        ('data_param {\n    source: "train"\n    batch_size: 4\n  }', 'source: "train"\n    backend: LMDB\n    batch'),
    ],
)
def test_a_backend_that_is_not_given_is_added_where_it_belongs(block: str, after: str) -> None:
    text = f"#- /net.prototxt\n{_layer('Data', block)}#- /train/data.mdb\n"
    assert after in fixed_text(text, "Set `backend: LMDB`")


def test_files_that_are_not_there_are_information() -> None:
    fields = 'transform_param { mean_file: "mean.binaryproto" } data_param { source: "train" backend: LMDB }'
    found = _found(_layer("Data", fields), "#- /other\n")
    assert [finding.severity for finding in found] == [Severity.INFORMATION] * 2
    assert [finding.message.split()[0] for finding in found] == ["`mean.binaryproto`", "`train`"]


@pytest.mark.parametrize(
    ("source", "folder", "severity"),
    [
        ("train", "/m/nets/train", Severity.ERROR),
        ("train", "/m/train", Severity.INFORMATION),
        ("data/train", "/m/data/train", Severity.ERROR),
    ],
)
def test_what_lies_above_and_has_but_its_name_in_common_may_be_something_else(
    source: str, folder: str, severity: Severity
) -> None:
    net = _layer("Data", f'data_param {{ source: "{source}" backend: LMDB batch_size: 4 }}')
    text = f"#- /m/nets/net.prototxt\n{net}#- {folder}/CURRENT\n#- {folder}/MANIFEST-000004\n"
    assert [finding.severity for finding in findings_of(text) if finding.rule in RULES] == [severity]


def test_a_mean_that_has_but_its_name_in_common_is_held_against_nothing() -> None:
    fields = 'transform_param { mean_file: "mean.binaryproto" crop_size: 257 } data_param { source: "x" batch_size: 4 }'
    told = ["mean-file-does-not-fit"]
    for path, expected in (("/m/nets/net.prototxt", []), ("/net.prototxt", told)):
        found = findings_of(f"#- {path}\n{_layer('Data', fields)}{MEAN}")
        assert [finding.rule for finding in found if finding.rule in told] == expected


def test_without_a_disk_nothing_is_said_of_files() -> None:
    assert _found(_layer("Data", 'data_param { source: "train" backend: LMDB }'), "") == []


def test_a_template_names_no_files() -> None:
    assert _found(_layer("Data", 'data_param { source: "${ROOT}/train" backend: LMDB }'), "#- /other\n") == []


def test_a_mean_of_another_size_than_the_images_is_an_error() -> None:
    fields = 'transform_param { mean_file: "mean.binaryproto" } image_data_param { source: "l" %s }'
    images = "#- /l\na.jpg 0\n"
    (found,) = _found(_layer("ImageData", fields % "new_height: 227 new_width: 227"), MEAN + images)
    assert found.message == "the mean image is 3 x 256 x 256, the images are 3 x 227 x 227"
    assert (found.severity, found.stage) == (Severity.ERROR, "first-iteration")
    fits = _layer("ImageData", fields % "new_height: 256 new_width: 256")
    assert _found(fits, MEAN + images) == []
    grey = _layer("ImageData", fields % "new_height: 256 new_width: 256 is_color: false")
    assert _messages(grey, MEAN + images) == ["the mean image is 3 x 256 x 256, the images are 1 x 256 x 256"]


def test_a_crop_larger_than_the_mean_is_an_error_whatever_the_data_and_told_once() -> None:
    fields = 'transform_param { mean_file: "mean.binaryproto" crop_size: 300 } data_param { source: "none" }'
    assert "data-transformation" not in [found.rule for found in findings_of(_layer("Data", fields) + MEAN)]
    assert _messages(_layer("Data", fields), MEAN)[0] == "`crop_size: 300` is larger than the mean image, 3 x 256 x 256"


def test_a_crop_larger_than_the_images_and_their_mean_is_told_once() -> None:
    fields = 'transform_param { mean_file: "mean.binaryproto" crop_size: 300 } image_data_param { source: "l" %s }'
    found = findings_of(f"{_layer('ImageData', fields % 'new_height: 256 new_width: 256')}{MEAN}#- /l\na.jpg 0\n")
    assert [one.rule for one in found if "crop" in one.message] == ["data-transformation"]


def test_a_crop_within_the_mean_is_right() -> None:
    fields = 'transform_param { mean_file: "mean.binaryproto" crop_size: 227 } data_param { source: "none" }'
    assert [finding.rule for finding in _found(_layer("Data", fields), MEAN)] == ["named-file-not-found"]


def test_a_window_beyond_the_mean_is_a_warning() -> None:
    fields = 'transform_param { mean_file: "mean.binaryproto" crop_size: 300 } window_data_param { source: "w" }'
    (found,) = _found(_layer("WindowData", fields), MEAN + "#- /w\n# 0\na.jpg\n3\n500\n353\n0\n")
    assert found.severity is Severity.WARNING


def test_a_mean_with_too_few_numbers_is_refused() -> None:
    fields = 'transform_param { mean_file: "mean.binaryproto" } data_param { source: "none" }'
    files = "#- /mean.binaryproto\nnum: 1 channels: 3 height: 2 width: 2 data: 1\n"
    assert "another number of values" in _messages(_layer("Data", fields), files)[0]


def test_the_names_and_labels_that_detections_are_saved_with_are_looked_for() -> None:
    saving = 'save_output_param { label_map_file: "labels.prototxt" name_size_file: "names.txt" }'
    net = 'layer { name: "o" type: "DetectionOutput" bottom: "l" bottom: "c" bottom: "p" top: "o" '
    net += f"detection_output_param {{ num_classes: 2 {saving} }} }}\n"
    net += 'layer { name: "e" type: "DetectionEvaluate" bottom: "o" bottom: "g" top: "e" '
    net += 'detection_evaluate_param { num_classes: 2 name_size_file: "sizes.txt" } }\n'
    found = findings_of(f"#- /net.prototxt\n{net}#- /names.txt\na 1 1\n", dialect="ssd")
    told = [one.message.split()[0] for one in found if one.rule == "named-file-not-found"]
    assert told == ["`labels.prototxt`", "`sizes.txt`"]


def test_the_matrix_of_an_infogain_loss_is_looked_for() -> None:
    loss = 'layer { name: "l" type: "InfogainLoss" bottom: "a" bottom: "b" infogain_loss_param { source: "H" } }\n'
    assert [finding.rule for finding in _found(loss, "#- /other\n")] == ["named-file-not-found"]
