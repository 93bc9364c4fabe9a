"""An Exp of numbers that are too large for it.

The greatest number that a float holds is about e ^ 88.7; beyond it Exp gives inf, and its gradient with it. Behind an
activation that is bounded there is nothing to fear. Where bytes go in unscaled, it is certain; where sums with learned
weights go in, it depends on how they grow, and is information.

Source: exp_layer.cpp (ExpLayer::Forward_cpu).

Bad:
    layer { name: "data" type: "ImageData" top: "data" top: "label" image_data_param { source: "list.txt" } }
    layer { name: "exp" type: "Exp" bottom: "data" top: "exp" }
    #                                       ^^^^^^

Good:
    layer {
      name: "data"
      type: "ImageData"
      top: "data"
      top: "label"
      image_data_param { source: "list.txt" }
      transform_param { scale: 0.00390625 }
    }
    layer { name: "exp" type: "Exp" bottom: "data" top: "exp" }
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.model import Net
from caffe_ls.net.value_ranges import log_of_base, shifted_and_scaled, values_read
from caffe_ls.rules.finding import Finding, Severity
from caffe_ls.rules.rule import net_rule

_LARGEST = math.log(3.4028234e38)


@net_rule("Exp", severity=Severity.WARNING)
def check(net: Net) -> Iterator[Finding]:
    for index, read in values_read(net, net.of_type("Exp")).items():
        own = net.layers[index].spec.fields.group("exp_param")
        exponents = shifted_and_scaled(read, own).times(log_of_base(own))
        if not exponents.high > _LARGEST:
            continue
        is_certain = exponents.sure and math.isfinite(exponents.high)
        if math.isfinite(exponents.high):
            message = f"the exponent reaches {exponents.high:,.6g}: beyond 88.7 Exp gives inf"
        else:
            message = "nothing keeps the exponent below 88.7: beyond it Exp gives inf"
        severity = None if is_certain else Severity.INFORMATION
        yield Finding(net.place(index, "bottom"), message, severity=severity, layer=net.layers[index].name)
