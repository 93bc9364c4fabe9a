"""A blob without any numbers is filled, read or written.

A blob of which one size is 0 has no memory, and Caffe stops when it first touches it, with no other word than `Check
failed: data_`. Where a layer fills something of that size while it is built, a bias or a sum of ones, the net is not
built; else it dies at the first pass. The usual causes are a window as large as what is left of a small input, a size
of 0 in an input's shape, and a slice that ends where the axis does.

Source: blob.cpp (Blob::cpu_data, Blob::mutable_cpu_data), filler.hpp.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param {
        pool: AVE
        kernel_size: 10
        #            ^^
        stride: 2
      }
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "pool"
      type: "Pooling"
      bottom: "data"
      top: "pool"
      pooling_param {
        pool: AVE
        global_pooling: true
      }
    }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 0 dim: 3 } } }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 4 } }
    #                                               ^^^^^^
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.layer_parameters import pool_over_whole_input
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.EMPTY_BLOB, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    return pool_over_whole_input(view)
