"""A value is given neither once nor once for each blob.

Input and DummyData take one `shape` for all their tops or one for each; DummyData's `data_filler` and, in its older
form, `num`, `channels`, `height` and `width` likewise; Eltwise one `coeff` for each input or none; a PriorBox one
`max_size` for each `min_size` or none. Caffe stops at `Check failed: num_shape == 0 || num_shape == 1 || num_shape ==
num_top Must specify 'shape' once, once per top blob, or not at all: 3 tops vs. 2 shapes.`

Source: input_layer.cpp (InputLayer::LayerSetUp), dummy_data_layer.cpp (DummyDataLayer::LayerSetUp), eltwise_layer.cpp
(EltwiseLayer::LayerSetUp); in the SSD fork prior_box_layer.cpp (PriorBoxLayer::LayerSetUp).

Bad:
    layer {
      name: "data"
      type: "Input"
      top: "a"
      top: "b"
      top: "c"
      input_param {
        shape { dim: 1 dim: 3 }
        shape { dim: 1 }
        #     ^^^^^^^^^^
      }
    }

Good:
    layer {
      name: "data"
      type: "Input"
      top: "a"
      top: "b"
      top: "c"
      input_param {
        shape { dim: 1 dim: 3 }
        shape { dim: 1 }
        shape { dim: 1 }
      }
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.VALUES_PER_BLOB)
def advise(view: RefusalView) -> Iterable[Advice]:
    return ()
