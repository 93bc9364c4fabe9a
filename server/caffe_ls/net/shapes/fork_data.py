"""Data layers of forks: images with labels of the same size (SegNet, DeepLab), and some that only their files know."""

from __future__ import annotations

from caffe_ls.net.model import Dim
from caffe_ls.net.shapes.step import ANY_NUMBER, Family, Given, Step
from caffe_ls.net.values import Group

FAMILY = Family()


@FAMILY.layer("DenseImageData", bottoms=0, tops=(1, 2))
def dense_image_data(given: Given) -> Step:
    """SegNet's dense_image_data_layer.cpp: an image, and an image of labels."""
    param = given.group("dense_image_data_param")
    batch: Dim = given.data.batch or param.integer("batch_size") or None
    height = param.integer("crop_height") or param.integer("new_height") or None
    width = param.integer("crop_width") or param.integer("new_width") or None
    return Step(((batch, _colours(param), height, width), (batch, 1, height, width))[: given.top_count])


@FAMILY.layer("ImageSegData", "IMAGE_SEG_DATA", bottoms=0, tops=(1, 3))
def image_segmentation_data(given: Given) -> Step:
    """DeepLab's image_seg_data_layer.cpp: an image, its labels, and its height and width."""
    param = given.group("image_data_param")
    batch: Dim = given.data.batch or param.integer("batch_size", 1) or None
    size: Dim = given.group("transform_param").integer("crop_size") or None
    sizes = (size or param.integer("new_height") or None, size or param.integer("new_width") or None)
    labels = (batch, 1, *sizes) if not param.has("label_type") or param.text("label_type") == "PIXEL" else None
    return Step(((batch, _colours(param), *sizes), labels, (batch, 1, 1, 2))[: given.top_count])


def _colours(param: Group) -> Dim:
    return 3 if param.flag("is_color", True) else 1


@FAMILY.layer(
    "MultiLabelImageData", "PicPac", "DocData", "SegData", "CustomData", "DisparityData", "LaneData", "OPData",
    "OPVideo", "BoxData", "FloatReader", "ImgReader", "MatRead",
    bottoms=0, tops=(1, ANY_NUMBER), reads_ranks=False,
)  # fmt: skip
def unseen_data(given: Given) -> Step:
    """What is read is not known from the text."""
    return Step((None,) * given.top_count)
