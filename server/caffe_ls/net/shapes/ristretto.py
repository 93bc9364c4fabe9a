"""Ristretto's quantised layers (pmgysel/caffe): BVLC's, with numbers of fewer bits."""

from __future__ import annotations

from caffe_ls.net.shapes import convolution, inner_product, normalization
from caffe_ls.net.shapes.step import Family

FAMILY = Family()

for _family, _name, _quantised in (
    (convolution, "Convolution", "ConvolutionRistretto"),
    (convolution, "Deconvolution", "DeconvolutionRistretto"),
    (inner_product, "InnerProduct", "FcRistretto"),
    (normalization, "LRN", "LRNRistretto"),
):
    FAMILY.types[_quantised] = _family.FAMILY.types[_name]
