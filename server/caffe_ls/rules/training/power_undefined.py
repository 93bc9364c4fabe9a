"""A Power is given numbers that have no such power, or no slope there.

Power computes (shift + scale * x) ^ power. Three things go wrong, and none is checked:

- a `power` that is no whole number, as 0.5, of a negative number is nan;
- a `power` below 0, as -1, divides by 0 where its base is 0: inf;
- the backward pass divides the output by the base. Where the base is 0 that is 0 / 0, nan, for every `power` but 0, 1
  and 2, even where the slope is 0 as that of x ^ 3; and the slope of a root grows without bound near 0.

The first is often not seen: MAX pooling and ReLU swallow nan, and the loss stays where guessing leaves it. What the
input can hold is followed through the net from the data. Behind a ReLU or a Dropout zeros are certain, and what a
convolution makes has both signs: that is a warning. Where it depends on data or weights that are not seen here, it is
information. A small `shift` keeps the base from 0.

Source: power_layer.cpp (PowerLayer::Forward_cpu and Backward_cpu).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 5 } }
    layer { name: "relu" type: "ReLU" bottom: "fc" top: "fc" }
    layer { name: "root" type: "Power" bottom: "fc" top: "root" power_param { power: 0.5 } }
    #                                          ^^^^
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "root" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 5 } }
    layer { name: "relu" type: "ReLU" bottom: "fc" top: "fc" }
    layer { name: "root" type: "Power" bottom: "fc" top: "root" power_param { power: 0.5 shift: 1e-05 } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "root" bottom: "label" top: "loss" }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "sigmoid" type: "Sigmoid" bottom: "data" top: "data" }
    layer { name: "root" type: "Power" bottom: "data" top: "root" power_param { power: 0.5 shift: -0.5 } }
    #                                          ^^^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "sigmoid" type: "Sigmoid" bottom: "data" top: "data" }
    layer { name: "inverse" type: "Power" bottom: "data" top: "inverse" power_param { power: -1 shift: 1 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.intervals import Values, constant
from caffe_ls.net.model import Net
from caffe_ls.net.shapes.step import float32
from caffe_ls.net.value_ranges import shifted_and_scaled, values_read
from caffe_ls.rules.domains import add_shift, lowest
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule


@net_rule("Power", severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    layers = [index for index in net.of_type("Power") if _exponent(net, index) not in (0.0, 1.0)]
    for index, read in values_read(net, layers).items() if layers else ():
        own = net.layers[index].spec.fields.group("power_param")
        exponent = _exponent(net, index)
        is_constant = float32(own.number("scale", 1.0)) == 0
        values = constant(float32(own.number("shift"))) if is_constant else shifted_and_scaled(read, own)
        goes_back = net.phase == "TRAIN" and not is_constant and any(net.layers[index].bottoms_need_backward[:1])
        message, is_certain = _judged(values, exponent, goes_back)
        if message:
            fixes = add_shift(net, index, "power_param", values)
            severity = None if is_certain and values.sure else Severity.INFORMATION
            yield Finding(net.place(index, "bottom"), message, fixes, severity=severity, layer=net.layers[index].name)


def _exponent(net: Net, index: int) -> float:
    return float32(net.layers[index].spec.fields.group("power_param").number("power", 1.0))


def _judged(values: Values, exponent: float, goes_back: bool) -> tuple[str, bool]:
    """What is wrong, and whether it is sure to happen where the numbers are sure to be what they may be."""
    power, spans_zero = f"`power: {exponent:g}`", values.low <= 0 <= values.high
    if not exponent.is_integer() and values.low < 0:
        of = lowest(values) if values.sure else "numbers that nothing keeps from being negative"
        return f"{power} of {of}: nan for those below 0", True
    if exponent < 0 and 0.0 in values.atoms:
        return f"{power} of numbers that are often 0: inf", True
    if exponent < 0 and spans_zero:
        return f"{power} of numbers that may be 0, or near it: inf, or very large", False
    if not goes_back or exponent == 2:
        return "", False
    if 0.0 in values.atoms:
        return f"{power} of numbers that are often 0: their gradient is 0 / 0, nan", True
    if exponent < 1 and spans_zero:
        return f"{power} of numbers that may be 0, or near it: their gradient is nan, or very large", False
    return "", False
