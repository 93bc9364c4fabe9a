"""What losses, accuracy, recurrent layers and the SSD fork's losses demand of their inputs."""

from __future__ import annotations

import pytest

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AnyShape
from tests.net.nets import inputs, layer, made, net_of, refused

_PRIOR = (1, 2, 400)
_BOX_LABELS = (1, 1, 3, 8)


@pytest.mark.parametrize(
    ("kind", "fields", "bottoms", "check", "blamed"),
    [
        ("SoftmaxWithLoss", "", [(4, 10), (5,)], "loss_layer.cpp:19", '"x1"'),
        ("SoftmaxWithLoss", "", [(4, 10), (4, 2)], "softmax_loss_layer.cpp:47", '"x1"'),
        ("SoftmaxWithLoss", "", [(4, 10), ()], "blob.hpp:122", '"x1"'),
        ("SoftmaxWithLoss", "", [(4,), (4, 10)], "blob.hpp:122", '"x0"'),
        ("SoftmaxWithLoss", "softmax_param { axis: 2 }", [(4, 10), (4,)], "blob.hpp:122", "2"),
        ("InfogainLoss", "", [(4, 10), (4,)], "infogain_loss_layer.cpp:41", '"InfogainLoss"'),
        ("InfogainLoss", "infogain_loss_param { }", [(4, 10), (4,)], "infogain_loss_layer.cpp:41", "{ }"),
        ("InfogainLoss", 'infogain_loss_param { source: "h" } loss_param { normalize: true }', [(4, 10), (4,)],
         "infogain_loss_layer.cpp:36", "true"),
        ("InfogainLoss", "", [(4, 10), (4,), (10, 9)], "infogain_loss_layer.cpp:116", '"x2"'),
        ("EuclideanLoss", "", [(4, 10), (4, 9)], "euclidean_loss_layer.cpp:12", '"x1"'),
        ("SigmoidCrossEntropyLoss", "", [(4, 10), (4, 9)], "sigmoid_cross_entropy_loss_layer.cpp:41", '"x1"'),
        ("MultinomialLogisticLoss", "", [(4, 10), (4, 2)], "multinomial_logistic_loss_layer.cpp:14", '"x1"'),
        ("ContrastiveLoss", "", [(4, 10), (4, 9), (4,)], "contrastive_loss_layer.cpp:13", '"x1"'),
        ("ContrastiveLoss", "", [(4, 10, 2, 1), (4, 10), (4,)], "contrastive_loss_layer.cpp:14", '"x0"'),
        ("ContrastiveLoss", "", [(4, 10), (4, 10), (4, 2)], "contrastive_loss_layer.cpp:18", '"x2"'),
        ("Accuracy", "accuracy_param { top_k: 11 }", [(4, 10), (4,)], "accuracy_layer.cpp:25", "11"),
        ("Accuracy", "accuracy_param { top_k: 5 }", [(4, 10), (8,)], "accuracy_layer.cpp:31", '"x1"'),
        ("LSTM", "", [(5, 2, 3), (5, 2)], "lstm_layer.cpp:49", '"LSTM"'),
        ("LSTM", "recurrent_param { num_output: 4 }", [(5,), (5, 2)], "recurrent_layer.cpp:16", '"x0"'),
        ("LSTM", "recurrent_param { num_output: 4 }", [(5, 2, 3), (5, 2, 1)], "recurrent_layer.cpp:23", '"x1"'),
        ("LSTM", "recurrent_param { num_output: 4 }", [(5, 2, 3), (6, 2)], "recurrent_layer.cpp:25", '"x1"'),
        ("LSTM", "recurrent_param { num_output: 4 }", [(5, 2, 3), (5, 3)], "recurrent_layer.cpp:26", '"x1"'),
        ("LSTM", "recurrent_param { num_output: 4 }", [(5, 2, 3), (5, 2), (3, 1)], "recurrent_layer.cpp:47", '"x2"'),
        ("LSTM", 'recurrent_param { num_output: 4 weight_filler { type: "gaussian" std: 0 } }', [(5, 2, 3), (5, 2)],
         "math_functions.cpp:281", "0"),
        ("LSTMUnit", "", [(1, 2, 4), (1, 2, 15), (1, 2)], "lstm_unit_layer.cpp:34", '"x1"'),
        ("LSTMUnit", "", [(2, 2, 4), (1, 2, 16), (1, 2)], "lstm_unit_layer.cpp:30", '"x0"'),
        ("LSTMUnit", "", [(1, 2, 4), (1, 3, 16), (1, 2)], "lstm_unit_layer.cpp:31", '"x1"'),
        ("LSTMUnit", "", [(1, 2, 4), (1, 2, 16), (1, 2, 1)], "lstm_unit_layer.cpp:26", '"x2"'),
    ],
)  # fmt: skip
def test_is_refused_once_and_where_it_is_wrong(
    kind: str, fields: str, bottoms: list[AnyShape], check: str, blamed: str
) -> None:
    tops = 2 if kind == "LSTMUnit" else 1
    found_check, found_blamed = refused(kind, fields, *bottoms, tops=tops)
    assert found_check == check
    assert found_blamed == blamed or (kind == "LSTM" and check.startswith("lstm_layer"))


def test_exposed_hidden_states_are_one_step_of_all_streams() -> None:
    fields = "recurrent_param { num_output: 4 expose_hidden: true }"
    right = ((5, 2, 3), (5, 2), (1, 2, 4), (1, 2, 4))
    assert made("LSTM", fields, *right, tops=3).top_shapes == ((5, 2, 4), (1, 2, 4), (1, 2, 4))
    assert refused("LSTM", fields, *right[:3], (1, 2, 5), tops=3) == ("recurrent_layer.cpp:216", '"x3"')


class TestWhatIsNotKnown:
    """Unknown sizes refuse nothing, but what is known of both sides is compared."""

    def test_labels_are_compared_item_by_item_where_the_batch_is_unknown(self) -> None:
        text = (
            'layer { name: "d" type: "Data" top: "x0" top: "x1" data_param { source: "d" } }'
            'layer { name: "f" type: "InnerProduct" bottom: "x0" top: "f" inner_product_param { num_output: 4 } }'
            'layer { name: "r" type: "Reshape" bottom: "f" top: "r" reshape_param { shape { dim: 0 dim: 2 dim: 2 } } }'
            'layer { name: "l" type: "SoftmaxWithLoss" bottom: "r" bottom: "x1" top: "l" }'
        )
        assert Fault.LABEL_COUNT_MISMATCH in [refusal.fault for refusal in net_of(text).refusals]

    def test_an_unknown_batch_alone_is_no_contradiction(self) -> None:
        text = inputs((4, 10), None) + layer("SoftmaxWithLoss", "", 2)
        assert net_of(text).refusals == ()


class TestFirstPass:
    """Some losses are built over more axes than they compute with."""

    @pytest.mark.parametrize("kind", ["EuclideanLoss", "HingeLoss"])
    def test_five_axes(self, kind: str) -> None:
        shape = (2, 3, 4, 5, 6)
        net = net_of(inputs(shape, shape) + layer(kind, "", 2))
        assert [(refusal.check, refusal.stage) for refusal in net.refusals] == [("blob.hpp:140", "first-iteration")]


class TestOlderInfogain:
    """Before December 2016 probabilities came in, with one label per item."""

    def test_the_matrix_has_four_axes(self) -> None:
        assert made("InfogainLoss", "", (4, 10), (4,), (1, 1, 10, 10), dialect="ssd").top_shapes == ((),)
        assert refused("InfogainLoss", "", (4, 10), (4,), (10, 10), dialect="ssd")[0] == "infogain_loss_layer.cpp:39"

    def test_maps_of_labels_are_refused(self) -> None:
        bottoms = ((4, 10, 2, 2), (4, 1, 2, 2), (1, 1, 40, 40))
        assert refused("InfogainLoss", "", *bottoms, dialect="ssd") == ("infogain_loss_layer.cpp:34", '"x1"')


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("num_classes: 2", []),
        ("", [("multibox_loss_layer.cpp:28", "{  }")]),
        ("num_classes: 0", [("multibox_loss_layer.cpp:30", "0")]),
        ("num_classes: 2 do_neg_mining: false", [("multibox_loss_layer.cpp:39", "false")]),
        ("num_classes: 2 do_neg_mining: true mining_type: NONE", [("multibox_loss_layer.cpp:39", "true")]),
        ("num_classes: 2 background_label_id: 2", [("multibox_loss_layer.cpp:97", "2")]),
        ("num_classes: 2 background_label_id: 2 conf_loss_type: LOGISTIC", [("bbox_util.cpp:1460", "2")]),
        ("num_classes: 3", [("multibox_loss_layer.cpp:141", '"x1"')]),
        ("num_classes: 2 share_location: false mining_type: NONE", [("multibox_loss_layer.cpp:139", '"x0"')]),
        ("num_classes: 3 do_neg_mining: false",
         [("multibox_loss_layer.cpp:39", "false"), ("multibox_loss_layer.cpp:141", '"x1"')]),
    ],
)  # fmt: skip
def test_multibox_loss(fields: str, found: list[tuple[str, str]]) -> None:
    text = inputs((1, 400), (1, 200), _PRIOR, _BOX_LABELS) + layer(
        "MultiBoxLoss", f"multibox_loss_param {{ {fields} }}", 4
    )
    net = net_of(text, dialect="ssd")
    assert [(refusal.check, text[slice(*net.place_of(refusal))]) for refusal in net.refusals] == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("min_size: 30", []),
        ("", [("prior_box_layer.cpp:15", "{  }")]),
        ("min_size: 0", [("prior_box_layer.cpp:18", "0")]),
        ("min_size: 30 max_size: [60, 90]", [("prior_box_layer.cpp:41", "90")]),
        ("min_size: 30 max_size: 30", [("prior_box_layer.cpp:44", "30")]),
        ("min_size: 30 variance: [1, 2]", [("prior_box_layer.cpp:52", "2")]),
        ("min_size: 30 variance: [1, 2, 0, 1]", [("prior_box_layer.cpp:54", "0")]),
        ("min_size: 30 img_size: 300 img_h: 300", [("prior_box_layer.cpp:66", "300")]),
        ("min_size: 30 img_h: 300", [("prior_box_layer.cpp:66", "300")]),
        ("min_size: 30 step: 0", [("prior_box_layer.cpp:83", "0")]),
        ("min_size: -1 variance: 0", [("prior_box_layer.cpp:18", "-1"), ("prior_box_layer.cpp:54", "0")]),
    ],
)
def test_prior_box(fields: str, found: list[tuple[str, str]]) -> None:
    text = inputs((1, 8, 5, 5), (1, 3, 300, 300)) + layer("PriorBox", f"prior_box_param {{ {fields} }}", 2)
    net = net_of(text, dialect="ssd")
    assert [(refusal.check, text[slice(*net.place_of(refusal))]) for refusal in net.refusals] == found


def test_a_prior_box_without_an_image_crashes_in_the_first_pass() -> None:
    net = net_of(inputs((1, 8, 5, 5)) + layer("PriorBox", "prior_box_param { min_size: 30 }"), dialect="ssd")
    assert [(refusal.fault, refusal.stage) for refusal in net.refusals] == [
        (Fault.WRONG_NUMBER_OF_BOTTOMS, "first-iteration")
    ]


@pytest.mark.parametrize(
    ("kind", "fields", "bottoms", "check", "blamed"),
    [
        ("DetectionOutput", "num_classes: 2 nms_param { eta: 1.5 }", [(1, 400), (1, 200), _PRIOR],
         "detection_output_layer.cpp:35", "1.5"),
        ("DetectionOutput", "num_classes: 2 nms_param { nms_threshold: -1 }", [(1, 400), (1, 200), _PRIOR],
         "detection_output_layer.cpp:33", "-1"),
        ("DetectionOutput", "num_classes: 2 background_label_id: -1", [(1, 400), (1, 200), _PRIOR],
         "detection_output_layer.cpp:231", "-1"),
        ("DetectionOutput", "num_classes: 2", [(1, 400), (2, 200), _PRIOR], "detection_output_layer.cpp:150", '"x1"'),
        ("DetectionEvaluate", "num_classes: 2 overlap_threshold: 0", [(1, 1, 4, 7), _BOX_LABELS],
         "detection_evaluate_layer.cpp:21", "0"),
        ("DetectionEvaluate", "num_classes: 2", [_BOX_LABELS, (1, 1, 4, 7)], "detection_evaluate_layer.cpp:53",
         '"x0"'),
        ("DetectionEvaluate", "num_classes: 2", [(1, 1, 4, 7)], "SIGSEGV", '"x0"'),
    ],
)  # fmt: skip
def test_detections(kind: str, fields: str, bottoms: list[AnyShape], check: str, blamed: str) -> None:
    message = "detection_output_param" if kind == "DetectionOutput" else "detection_evaluate_param"
    assert refused(kind, f"{message} {{ {fields} }}", *bottoms, dialect="ssd") == (check, blamed)


def test_messages_name_blobs_as_they_are_written() -> None:
    text = inputs((4, 10), (4, 2)) + layer("SoftmaxWithLoss", "", 2)
    text += 'layer { name: "a" type: "Accuracy" bottom: "x0" bottom: "x1" top: "a" }'
    messages = [refusal.message for refusal in net_of(text).refusals]
    assert messages == ["`x1` (4 x 2) has 8 labels for the 4 predictions of `x0` (4 x 10)"] * 2
