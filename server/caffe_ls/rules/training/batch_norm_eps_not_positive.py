"""The eps of a BatchNorm does not keep it from dividing by 0.

A BatchNorm divides by sqrt(variance + eps). With an eps of 0 a channel that is the same everywhere, as behind a dead
ReLU, behind weights of 0 or over an even background, gives 0 / 0: nan, which enters the stored statistics for ever.
With an eps below 0 the root is of a negative number as soon as the variance is small.

Source: batch_norm_layer.cpp (BatchNormLayer::Forward_cpu). cuDNN takes no eps below 1e-5.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" batch_norm_param { eps: 0 } }
    #                                                                                     ^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" batch_norm_param { eps: 1e-5 } }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 8 dim: 20 } } }
    layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" batch_norm_param { eps: -1e-5 } }
    #                                                                                     ^^^^^
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.batch_norms import DEFAULT_EPS, eps_of
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit


@layer_rule("BatchNorm", severity=Severity.WARNING, fixable=True, fields=("eps",))
def check(view: LayerView) -> Iterator[Finding]:
    eps = eps_of(view.layer) if view.group("batch_norm_param").has("eps") else DEFAULT_EPS
    if eps > 0:
        return
    place = view.group("batch_norm_param").place("eps")
    fixes = (fix("Set `eps: 1e-5`", Edit(place, "1e-5")),)
    if eps == 0:
        message = "`eps: 0`: a channel that is the same everywhere gives 0 / 0, nan"
        yield Finding(place, message, fixes, severity=Severity.INFORMATION)
    else:
        yield Finding(place, f"`eps: {eps:g}`: the root of a variance below {-eps:g} is nan", fixes)
