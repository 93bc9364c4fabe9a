"""A Log may be given 0, or numbers below it.

The logarithm of 0 is -inf, that of a negative number nan; both spoil all that stands behind the layer, and the gradient
of the next backward pass all weights before it. `shift` adds a small number first: log(scale * x + shift).

What the input can hold is followed through the net from the data. Behind a ReLU or a Dropout zeros are certain, and
what a convolution makes has both signs: that is a warning. Where it depends on data or weights that are not seen here,
or only rounding can give 0 (behind a Sigmoid or a Softmax), it is information.

Source: log_layer.cpp (LogLayer::Forward_cpu and Backward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "relu" type: "ReLU" bottom: "data" top: "relu" }
    layer { name: "log" type: "Log" bottom: "relu" top: "log" }
    #                                       ^^^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "relu" type: "ReLU" bottom: "data" top: "relu" }
    layer { name: "log" type: "Log" bottom: "relu" top: "log" log_param { shift: 1e-05 } }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 5 } }
    layer { name: "log" type: "Log" bottom: "fc" top: "log" log_param { shift: 1 } }
    #                                       ^^^^
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.intervals import Values
from caffe_ls.net.model import Net
from caffe_ls.net.value_ranges import shifted_and_scaled, values_read
from caffe_ls.rules.domains import add_shift, lowest
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule


@net_rule("Log", severity=Severity.WARNING, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    for index, read in values_read(net, net.of_type("Log")).items():
        values = shifted_and_scaled(read, net.layers[index].spec.fields.group("log_param"))
        message = _message(values)
        if message:
            is_certain = values.sure and (values.low < 0 or 0.0 in values.atoms)
            fixes = add_shift(net, index, "log_param", values)
            severity = None if is_certain else Severity.INFORMATION
            yield Finding(net.place(index, "bottom"), message, fixes, severity=severity, layer=net.layers[index].name)


def _message(values: Values) -> str:
    if 0.0 in values.atoms and values.low >= 0:
        return "the logarithm of numbers that are often 0: -inf"
    if values.low < 0 and values.sure:
        return f"the logarithm of {lowest(values)}: nan for those below 0"
    if values.low < 0:
        return "the logarithm of numbers that nothing keeps above 0: nan below it"
    return "the logarithm of numbers that may be rounded to 0: -inf" if values.low == 0 else ""
