"""Blobs given in the text do not fit the layer.

A layer's `blobs` hold its weights. They stand in weights files; a text may give them too, and the layer then makes none
of its own. As many numbers must follow as the shape says (`Check failed: count_ == proto.data_size() (12 vs. 1)`), and
convolutions, PReLU, Scale and Bias compare the shape with the one that they would make: `Incorrect weight shape:
expected shape 4 3 3 3 (108); instead, shape was 4 3 1 1 (12)`.

Source: layer.hpp (Layer's constructor), blob.cpp (Blob::FromProto), base_conv_layer.cpp, prelu_layer.cpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } }
    layer {
      name: "scale"
      type: "Scale"
      bottom: "data"
      top: "scale"
      blobs { shape { dim: 3 } data: [1, 2] }
      #                               ^
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } }
    layer {
      name: "scale"
      type: "Scale"
      bottom: "data"
      top: "scale"
      blobs { shape { dim: 3 } data: [1, 2, 3] }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 } } }
    layer {
      name: "slope"
      type: "PReLU"
      bottom: "data"
      top: "slope"
      blobs { shape { dim: 2 } data: 1 data: 2 }
      #     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.GIVEN_BLOBS_DO_NOT_FIT)
def advise(view: RefusalView) -> Iterable[Advice]:
    return ()
