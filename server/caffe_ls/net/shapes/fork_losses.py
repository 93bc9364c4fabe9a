"""Losses and measures of forks whose inputs are compared, where they are, as their sources do."""

from __future__ import annotations

from caffe_ls.net.model import AnyShape, Shape
from caffe_ls.net.shapes.step import ANY_NUMBER, Family, Given, Step

FAMILY = Family()


@FAMILY.layer(
    "CenterLoss", "ConfidencePenaltyLoss", "CorrelationLoss", "GeneralContrastiveLoss", "GeneralTripletLoss", "NCALoss",
    "SoftContrastiveLoss", "TripletLoss", "BatchContrastiveLoss",
    bottoms=(1, ANY_NUMBER), tops=(1, ANY_NUMBER), is_loss=True, unforced=(1,), reads_ranks=False,
)  # fmt: skip
def loss(given: Given) -> Step:
    """A number; what further tops and blobs there are differs between versions."""
    return Step((((),) + (None,) * (given.top_count - 1))[: given.top_count], None, None)


@FAMILY.layer("FocalLoss", bottoms=2, tops=(1, 2), is_loss=True, unforced=(1,), reads_ranks=False)
@FAMILY.layer("SoftmaxWithLossOHEM", bottoms=2, tops=(1, 3), is_loss=True, unforced=(1,), reads_ranks=False)
def softmax_loss(given: Given) -> Step:
    """A number, the probabilities, and, with online mining (R-FCN), the loss of each place."""
    scores = given.bottoms[0]
    places: AnyShape = None if scores is None or len(scores) < 2 else (scores[0], 1, *scores[2:])
    tops: tuple[AnyShape, ...] = ((), scores, places)
    return Step(tops[: given.top_count])


@FAMILY.layer("SmoothL1LossOHEM", bottoms=(2, 3), tops=(1, 2), is_loss=True, unforced=(1,), reads_ranks=False)
def smooth_l1_loss(given: Given) -> Step:
    """R-FCN's smooth_L1_loss_ohem_layer.cpp: a number, and the loss of each place."""
    bottom = given.bottoms[0]
    places: AnyShape = None
    if bottom is not None and len(bottom) <= 4:
        padded: Shape = (*bottom, *(1,) * (4 - len(bottom)))
        places = (padded[0], 1, *padded[2:])
    tops: tuple[AnyShape, ...] = ((), places)
    return Step(tops[: given.top_count])


@FAMILY.layer("RegionLoss", "Yolov3", "GaussianYolov3", "YoloV2Loss", "YoloV3Loss", "YoloSeg",
              bottoms=(2, 3), tops=(1, ANY_NUMBER), is_loss=True, unforced=(1,), reads_ranks=False)  # fmt: skip
def detection_loss(given: Given) -> Step:
    """YOLO's: a number; further tops are statistics."""
    return Step((((),) + (None,) * (given.top_count - 1))[: given.top_count], (), None)


@FAMILY.layer("YoloDetectionOutput", "Yolov3DetectionOutput", bottoms=(1, ANY_NUMBER))
def yolo_detections(given: Given) -> Step:
    """MobileNet-YOLO's: one row until the first pass tells how many are kept."""
    return Step(((1, 1, 1, 7),))


@FAMILY.layer("SegAccuracy", "SEG_ACCURACY", bottoms=(2, 3), tops=(1, ANY_NUMBER))
def segmentation_accuracy(given: Given) -> Step:
    """DeepLab's seg_accuracy_layer.cpp: accuracy, recall and overlap."""
    return Step(((1, 1, 1, 3),) * given.top_count)


@FAMILY.layer("BoxAnnotatorOHEM", bottoms=4, tops=2, reads_ranks=False)
def box_annotator(given: Given) -> Step:
    """R-FCN's box_annotator_ohem_layer.cpp: labels, and weights of the boxes' numbers, for the hardest boxes."""
    return Step((given.bottoms[2], given.bottoms[3]))


@FAMILY.layer("MatWrite", "MAT_WRITE", bottoms=(1, ANY_NUMBER), tops=0, reads_ranks=False)
def mat_write(given: Given) -> Step:
    """DeepLab's mat_write_layer.cpp writes files."""
    return Step(())
