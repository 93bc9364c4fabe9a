"""What is usual for the numbers of each type of layer.

The numbers are means of absolute values (blob.cpp, Blob::asum_data over Blob::count). What follows from a layer's
definition is exact; the rest are ranges in which nets that learn are found.
"""

from __future__ import annotations

_LINEAR = (
    "0.01 to 10, about alike from layer to layer: with `xavier` or `msra` filler a layer's output is about as large "
    "as its input"
)
_LOSS = "falls with the iterations"
_SCALED = "0.1 to 1 where the input is scaled or normalised, 30 to 130 where it is raw bytes of 0 to 255"

TOPS: dict[str, str] = {
    "AbsVal": "as its input",
    "Accuracy": "1 / C for C classes in the beginning, at most 1; beside a loss of nan it means nothing",
    "BatchNorm": "about 0.8 in training, whatever the input: each channel has mean 0 and variance 1",
    "BNLL": "0.7 at an input of 0, and above",
    "Concat": "between the values of its inputs",
    "ContrastiveLoss": _LOSS,
    "Convolution": _LINEAR,
    "Deconvolution": _LINEAR,
    "Dropout": "about as its input: what is kept is divided by the share that is kept",
    "ELU": "0.3 to 1 times its input",
    "Eltwise": "for SUM at most the sum of its inputs' values; sums of many layers grow with depth without BatchNorm",
    "EuclideanLoss": "half the squared distance of a sample: as large as the squares of the targets in the beginning",
    "HingeLoss": _LOSS,
    "InnerProduct": _LINEAR,
    "LRN": "0.3 to 1 times its input with the usual alpha and beta",
    "LSTM": "below 1: each number is a tanh times a sigmoid",
    "Normalize": "1 / sqrt(n) or below for vectors of n numbers, times the scale",
    "Pooling": "MAX: above its input; AVE: at most its input",
    "PReLU": "0.5 to 1 times its input",
    "Power": "as shift, scale and power make of its input",
    "RNN": "below 1: each number is a tanh",
    "ReLU": "about half of its input's value in the beginning; exactly 0 means that all units are off",
    "Scale": "as its input in the beginning, where gamma is 1 and beta 0",
    "Sigmoid": "0.5 in the beginning; near 0 or 1 it is saturated, and hardly a gradient passes",
    "SigmoidCrossEntropyLoss": "ln 2 = 0.693 for each output of a sample in the beginning",
    "Softmax": "exactly 1 / C for C classes, always: the numbers of a sample sum to 1",
    "SoftmaxWithLoss": "ln C for C classes in the beginning (2.303 for 10, 6.908 for 1000), then less",
    "Split": "exactly as its input",
    "TanH": "below 1; near 1 it is saturated, and hardly a gradient passes",
}

_DATA_TYPES = (
    "AnnotatedData", "Data", "DummyData", "HDF5Data", "ImageData", "Input", "MemoryData", "VideoData", "WindowData",
)  # fmt: skip

WEIGHTS = (
    "changes slowly; in the beginning as its filler makes it: about 0.87 / sqrt(fan-in) with `xavier`, "
    "1.13 / sqrt(fan-in) with `msra`, exactly 0 without a filler"
)

PARAMS: dict[tuple[str, str], str] = {
    ("BatchNorm", "0"): "the running sum of the means: 0 at the first test, and not learned",
    ("BatchNorm", "1"): "the running sum of the variances: 0 at the first test, and not learned",
    ("BatchNorm", "2"): "the weight of these sums: 0 at first, 1 after an iteration, near 1000 with the usual fraction",
    ("Scale", "0"): "gamma: 1 in the beginning, then 0.1 to 2",
    ("Scale", "1"): "beta: 0 in the beginning, then below 1",
    ("PReLU", "0"): "the slope of the negative side: 0.25 in the beginning",
}

BIAS = "0 in the beginning with the default filler: normal; then small beside the layer's output"

WEIGHT_DIFF = "rate × diff is 0.0001 to 0.01 of the weights in a net that learns well"
BIAS_DIFF = "far larger than the weights' diff: it is summed over all positions"
BOTTOM_DIFF = "1e-8 to 0.01, smaller by the batch size where the loss is averaged; alike from layer to layer"


def usual(layer_type: str, end: str, blob: str, part: str) -> str | None:
    """What is usual for a quantity of a debug line; None where nothing general can be said."""
    if part == "diff":
        return (BIAS_DIFF if blob == "1" else WEIGHT_DIFF) if end == "param" else BOTTOM_DIFF
    if end == "input" or (layer_type in _DATA_TYPES and end == "top"):
        return _SCALED + "; a label blob holds about half the number of classes"
    if end == "param":
        special = PARAMS.get((layer_type, blob))
        if special is not None:
            return special
        return BIAS if blob == "1" else WEIGHTS if blob == "0" else None
    return TOPS.get(layer_type) or (_LOSS if layer_type.endswith("Loss") else None)
