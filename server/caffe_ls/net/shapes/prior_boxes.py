"""The SSD fork's prior boxes (weiliu89/caffe, prior_box_layer.cpp)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, Refusal
from caffe_ls.net.shapes.step import (
    ANY_NUMBER,
    Family,
    Given,
    Step,
    as_int,
    float32,
    legacy_dim,
    product,
    refuse,
    shown,
)
from caffe_ls.net.values import Group

FAMILY = Family()


@FAMILY.layer("PriorBox", bottoms=(0, ANY_NUMBER))
def prior_box(given: Given) -> Step:
    """PriorBoxLayer::LayerSetUp and Reshape: boxes and their variances. The number of bottoms is never checked."""
    param = given.group("prior_box_param")
    if not given.bottoms:
        message = "PriorBox without a bottom: Caffe crashes"
        refuse(Fault.WRONG_NUMBER_OF_BOTTOMS, "SIGSEGV", message, given.fields.place("type"))
    smallest, largest = param.numbers("min_size"), param.numbers("max_size")
    if not smallest:
        message = "`prior_box_param` without `min_size`"
        refuse(Fault.MISSING_LAYER_PARAMETER, "prior_box_layer.cpp:15", message, given.place("prior_box_param"))
    refusals = (*_wrong_sizes(param, smallest, largest), *_wrong_variances(param), *_wrong_image_size(given, param))
    place = given.fields.place("bottom")
    height, width = (legacy_dim(given.shape(), axis, place) for axis in (2, 3))
    if 0 in (height, width):
        message = f"the input is empty ({shown(given.shape())})"
        refuse(Fault.EMPTY_BLOB, "prior_box_layer.cpp:115", message, place, about=(About(0),))
    priors = _ratios(param) * len(smallest) + len(largest)
    return Step(((1, 2, product((height, width, priors, 4))),), refusals=refusals)


def _wrong_sizes(param: Group, smallest: Sequence[float], largest: Sequence[float]) -> Iterator[Refusal]:
    for index, low in enumerate(smallest):
        if not low > 0:
            yield _invalid("prior_box_layer.cpp:18", f"`min_size: {low:g}` must be above 0", param, "min_size", index)
    if largest and len(largest) != len(smallest):
        message = f"{len(largest)} `max_size` for {len(smallest)} `min_size`"
        place = param.place("max_size", len(smallest) if len(largest) > len(smallest) else len(largest) - 1)
        yield Refusal(Fault.VALUES_PER_BLOB, message, place, "prior_box_layer.cpp:41")
        return
    for index, (low, high) in enumerate(zip(smallest, largest, strict=False)):
        if not high > low:
            message = f"`max_size: {high:g}` is not above `min_size: {low:g}`"
            yield _invalid("prior_box_layer.cpp:44", message, param, "max_size", index)


def _wrong_variances(param: Group) -> Iterator[Refusal]:
    variances = param.numbers("variance")
    if len(variances) not in (0, 1, 4):
        message = f"`variance` is given {len(variances)} times: it is given once or four times"
        yield _invalid("prior_box_layer.cpp:52", message, param, "variance", min(len(variances) - 1, 4))
        return
    for index, variance in enumerate(variances):
        if not variance > 0:
            message = f"`variance: {variance:g}` must be above 0"
            yield _invalid("prior_box_layer.cpp:54", message, param, "variance", index)


def _wrong_image_size(given: Given, param: Group) -> Iterator[Refusal]:
    """Size and step are given as one number, or as two."""
    for one, two, kind in (("img_size", ("img_h", "img_w"), "66"), ("step", ("step_h", "step_w"), "83")):
        pair = [name for name in two if param.has(name)]
        check = f"prior_box_layer.cpp:{kind}"
        if pair and param.has(one):
            message = f"`{one}` and `{pair[0]}`: give one size, or height and width"
            yield Refusal(Fault.CONFLICTING_LAYER_PARAMETERS, message, param.place(pair[0]), check)
        elif len(pair) == 1:
            other = next(name for name in two if name not in pair)
            message = f"`{pair[0]}` without `{other}`"
            yield Refusal(Fault.MISSING_LAYER_PARAMETER, message, param.place(pair[0]), check)
        else:
            for name in (one, *pair):
                if param.has(name) and not _positive(param, name):
                    yield _invalid(check, f"`{name}` must be above 0", param, name)
    if len(given.bottoms) == 1 and not any(param.has(name) for name in ("img_size", "img_h", "img_w")):
        message = "PriorBox reads the image's size from a second bottom, and there is none: Caffe crashes"
        place = given.fields.place("bottom")
        yield Refusal(Fault.WRONG_NUMBER_OF_BOTTOMS, message, place, "SIGSEGV", stage="first-iteration")


def _positive(param: Group, name: str) -> bool:
    if name.startswith("img"):
        return as_int(param.integer(name)) > 0
    return param.number(name) > 0


def _invalid(check: str, message: str, param: Group, name: str, index: int = 0) -> Refusal:
    return Refusal(Fault.INVALID_LAYER_PARAMETER, message, param.place(name, index), check)


def _ratios(param: Group) -> int:
    """How many different aspect ratios there are; the flipped ones are added unseen."""
    ratios = [1.0]
    flip = param.flag("flip", True)
    for number in param.numbers("aspect_ratio"):
        ratio = float32(number)
        if any(abs(ratio - known) < 1e-6 for known in ratios):
            continue
        ratios.append(ratio)
        if flip:
            ratios.append(float32(1.0 / ratio) if ratio else float("inf"))
    return len(ratios)
