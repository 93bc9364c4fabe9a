"""What data layers refuse before they read, and while they read the first batch."""

from __future__ import annotations

import pytest

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import DataSource, Record
from tests.net.nets import net_of

_READS = 'data_param { source: "db" batch_size: 4 }'


def _told(
    kind: str, fields: str, tops: int = 2, dialect: str = "bvlc", data: DataSource | None = None
) -> list[tuple[str, str, str]]:
    """Check, text to blame and stage of each refusal of a data layer."""
    names = " ".join(f'top: "t{index}"' for index in range(tops))
    text = f'layer {{ name: "d" type: "{kind}" {names} {fields} }}'
    net = net_of(text, data=data, dialect=dialect)
    return [(refusal.check, text[slice(*net.place_of(refusal))], refusal.stage) for refusal in net.refusals]


class TestWhatIsMissing:
    """Source and batch have no default, but options may take their place."""

    def test_no_source(self) -> None:
        assert _told("Data", "data_param { batch_size: 4 }") == [("db_lmdb.hpp:15", "{ batch_size: 4 }", "init")]
        assert _told("HDF5Data", 'hdf5_data_param { source: "" batch_size: 4 }')[0][0] == "hdf5_data_layer.cpp:90"

    def test_no_batch_size(self) -> None:
        assert _told("Data", 'data_param { source: "db" }') == [("blob.cpp:133", '{ source: "db" }', "init")]
        assert _told("Data", 'data_param { source: "db" batch_size: 0 }') == [("blob.cpp:133", "0", "init")]

    def test_an_empty_batch_of_hdf5_dies_where_it_is_read(self) -> None:
        assert [stage for *_, stage in _told("HDF5Data", 'hdf5_data_param { source: "l" }')] == ["first-iteration"]

    def test_lists_of_images_are_read_one_by_one_unless_told(self) -> None:
        assert _told("ImageData", 'image_data_param { source: "l" }') == []

    def test_a_batch_by_option_counts_as_given(self) -> None:
        assert _told("Data", 'data_param { source: "db" }', data=DataSource(batch=1)) == []

    def test_a_shape_by_option_takes_the_place_of_the_source(self) -> None:
        assert _told("Data", "", data=DataSource((3, 8, 8), 1)) == []

    def test_windows_need_a_crop(self) -> None:
        fields = 'window_data_param { source: "w" batch_size: 4 } transform_param { mirror: true }'
        assert _told("WindowData", fields) == [("window_data_layer.cpp:173", "{ mirror: true }", "init")]

    def test_a_height_without_a_width(self) -> None:
        fields = 'image_data_param { source: "l" new_height: 9 }'
        assert _told("ImageData", fields) == [("image_data_layer.cpp:33", "9", "init")]

    def test_memory_data_names_what_is_missing(self) -> None:
        text = 'layer { name: "d" type: "MemoryData" top: "a" top: "b" memory_data_param { batch_size: 1 height: 2 } }'
        (refusal,) = net_of(text).refusals
        assert refusal.message == "MemoryData without `channels`, `width`"

    def test_python_needs_a_module_and_a_class(self) -> None:
        assert [check for check, *_ in _told("Python", "", 1)] == ["layer_factory.cpp, GetPythonLayer"] * 2
        assert _told("Python", 'python_param { module: "m" layer: "L" }', 1) == []

    def test_an_output_without_a_file(self) -> None:
        text = (
            'layer { name: "i" type: "Input" top: "a" top: "b" input_param { shape { dim: 2 } shape { dim: 3 } } }'
            'layer { name: "o" type: "HDF5Output" bottom: "a" bottom: "b" }'
        )
        found = [(refusal.check, refusal.stage) for refusal in net_of(text).refusals]
        assert found == [("hdf5_output_layer.cpp:18", "init"), ("hdf5_output_layer.cpp:34", "first-iteration")]


class TestTops:
    """Caffe's Data has data and labels; other forks' may have more."""

    def test_a_third_top(self) -> None:
        assert _told("Data", _READS, 3)[0][0].startswith("layer.hpp")
        assert _told("Data", _READS, 3, "nvidia-0.17") == []

    def test_images_have_labels(self) -> None:
        assert _told("ImageData", 'image_data_param { source: "l" }', 1)[0][0].startswith("layer.hpp")


class TestTransformations:
    """transform_param, with what is known of the image."""

    def test_two_kinds_of_mean(self) -> None:
        found = _told("Data", _READS + ' transform_param { mean_file: "m" mean_value: 104 }')
        assert found == [("data_transformer.cpp:21", "104", "init")]

    def test_a_mean_for_each_channel_or_one_for_all(self) -> None:
        fields = 'image_data_param { source: "l" } transform_param { mean_value: [1, 2%s] }'
        assert _told("ImageData", fields % "") == [("data_transformer.cpp:68", "2", "first-iteration")]
        assert _told("ImageData", fields % ", 3") == []

    def test_windows_look_at_their_means_while_they_are_built(self) -> None:
        fields = 'window_data_param { source: "w" batch_size: 4 } transform_param { crop_size: 9 mean_value: [1, 2] }'
        assert _told("WindowData", fields) == [("window_data_layer.cpp:207", "2", "init")]

    def test_several_means_tell_how_many_channels_there_are(self) -> None:
        fields = _READS + " transform_param { crop_size: 9 mean_value: [1, 2, 3, 4] }"
        net = net_of(f'layer {{ name: "d" type: "Data" top: "d" {fields} }}')
        assert net.blobs == {"d": (4, 4, 9, 9)}
        assert net.assumes == ()

    def test_a_crop_larger_than_the_image(self) -> None:
        fields = 'image_data_param { source: "l" new_height: 224 new_width: 300 } transform_param { crop_size: 227 }'
        assert _told("ImageData", fields) == [("data_transformer.cpp:466", "227", "init")]
        record = DataSource(records=(Record("Data", "db", (3, 100, 90)),))
        found = _told("Data", _READS + " transform_param { crop_size: 95 }", data=record)
        assert found == [("data_transformer.cpp:466", "95", "init")]

    def test_hdf5_is_not_transformed(self) -> None:
        fields = 'hdf5_data_param { source: "l" batch_size: 4 } transform_param { scale: 2 }'
        assert _told("HDF5Data", fields) == [("hdf5_data_layer.cpp:77", "{ scale: 2 }", "init")]

    @pytest.mark.parametrize(
        ("transform", "found"),
        [
            ("resize_param { height: 300 }", ("data_transformer.cpp:42", "{ height: 300 }", "init")),
            ("resize_param { height: 300 width: 300 } crop_size: 321", ("data_transformer.cpp:466", "321", "init")),
            ("expand_param { }", ("data_transformer.cpp:46", "{ }", "init")),
            ("resize_param { height: 9 width: 9 resize_mode: FIT_SMALL_SIZE }",
             ("annotated_data_layer.cpp:44", "FIT_SMALL_SIZE", "init")),
            ("distort_param { hue_prob: 1 hue_delta: -1 }", ("im_transforms.cpp:639", "-1", "first-iteration")),
            ("distort_param { contrast_prob: 0.5 contrast_lower: 2 contrast_upper: 1 }",
             ("im_transforms.cpp:579", "1", "first-iteration")),
        ],
    )  # fmt: skip
    def test_what_ssd_refuses(self, transform: str, found: tuple[str, str, str]) -> None:
        assert _told("AnnotatedData", f"{_READS} transform_param {{ {transform} }}", dialect="ssd") == [found]

    @pytest.mark.parametrize(
        ("sampler", "found"),
        [
            ("sampler { min_scale: 2 }", [("sampler.cpp:88", "2", "first-iteration")]),
            ("sampler { min_scale: 0 }", [("sampler.cpp:89", "0", "first-iteration")]),
            ("sampler { max_scale: 1.5 }", [("sampler.cpp:90", "1.5", "first-iteration")]),
            ("sampler { max_aspect_ratio: 0.5 }", [("sampler.cpp:95", "0.5", "first-iteration")]),
            ("sampler { min_scale: 0.3 max_scale: 0.9 }", []),
            ("sampler { min_scale: 2 } max_trials: 0", []),
            ("max_sample: 1", []),
        ],
    )
    def test_samplers_of_ssd(self, sampler: str, found: list[tuple[str, str, str]]) -> None:
        fields = f"{_READS} annotated_data_param {{ batch_sampler {{ {sampler} }} }}"
        assert _told("AnnotatedData", fields, dialect="ssd") == found


class TestVideo:
    """A layer of this name reads in other ways in other forks."""

    def test_frames_are_images_in_ssd_alone(self) -> None:
        fields = "transform_param { crop_size: 9 } data_param { batch_size: 2 } video_data_param { batch_size: 5 }"
        text = f'layer {{ name: "v" type: "VideoData" top: "v" {fields} }}'
        assert net_of(text, dialect="ssd").blobs == {"v": (2, 3, 9, 9)}
        assert net_of(text, dialect="temporal-segments").blobs == {"v": (5, None, 9, 9)}
        assert net_of(text, dialect="c3d", data=DataSource(None, 1)).blobs == {"v": (1, 3, None, None, None)}
        assert net_of(text, dialect="segnet", data=DataSource((3, 5, 5), 1)).blobs == {"v": (1, 3, 9, 9)}


def test_faults_are_those_under_which_users_look_for_them() -> None:
    text = 'layer { name: "d" type: "Data" top: "d" data_param { } transform_param { mean_file: "m" mean_value: 1 } }'
    assert [refusal.fault for refusal in net_of(text).refusals] == [
        Fault.MISSING_LAYER_PARAMETER,
        Fault.MISSING_LAYER_PARAMETER,
        Fault.DATA_TRANSFORMATION,
    ]


@pytest.mark.parametrize(
    ("dims", "found"),
    [
        ("dim: 1 dim: 99999 dim: 32 dim: 9999", ("blob.cpp:34", "99999", "init")),
        ("dim: 1 dim: -3", ("blob.cpp:32", "-3", "init")),
        (f"dim: [{', '.join('1' * 33)}]", ("blob.cpp:49", "1", "init")),
    ],
)
def test_a_given_shape_that_no_blob_has(dims: str, found: tuple[str, str, str]) -> None:
    assert _told("Input", f"input_param {{ shape {{ {dims} }} }}", 1) == [found]


def test_sizes_are_kept_in_ints() -> None:
    net = net_of('layer { name: "i" type: "Input" top: "i" input_param { shape { dim: 4294967298 } } }')
    assert net.blobs == {"i": (2,)}
