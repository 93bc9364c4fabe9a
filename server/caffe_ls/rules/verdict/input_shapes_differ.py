"""A layer's inputs do not have the shapes that it needs side by side.

Eltwise adds or multiplies blobs of one shape; Concat joins blobs that differ in one axis only; a loss compares
predictions with targets of the same batch, and most of as many numbers; recurrent layers read marks of as many time
steps and streams as their input has. Caffe stops at a CHECK that prints both sizes, such as `Check failed:
bottom[0]->shape() == bottom[i]->shape() bottom[0]: 1 64 56 56 (200704), bottom[1]: 1 64 55 55 (193600)`, but not where
they come from. The other places of this finding are the layers that made the two sides differ.

Where the sizes are off by one or two, look at `pad` and `stride` of the layers between: a convolution rounds down what
a pooling rounds up. Where the channels differ, at `num_output`.

Source: eltwise_layer.cpp (EltwiseLayer::Reshape), concat_layer.cpp (ConcatLayer::Reshape), loss_layer.cpp
(LossLayer::Reshape), euclidean_loss_layer.cpp, sigmoid_cross_entropy_loss_layer.cpp, contrastive_loss_layer.cpp,
recurrent_layer.cpp (RecurrentLayer::LayerSetUp), and others.

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4 dim: 8 dim: 8 } } }
    layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
            convolution_param { num_output: 4 kernel_size: 3 } }
    layer { name: "sum" type: "Eltwise" bottom: "data" bottom: "conv" top: "sum" }
    #                                                          ^^^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4 dim: 8 dim: 8 } } }
    layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
            convolution_param { num_output: 4 kernel_size: 3 pad: 1 } }
    layer { name: "sum" type: "Eltwise" bottom: "data" bottom: "conv" top: "sum" }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 64 dim: 10 } } }
    layer { name: "target" type: "Input" top: "target" input_param { shape { dim: 64 dim: 4 } } }
    layer { name: "loss" type: "EuclideanLoss" bottom: "data" bottom: "target" top: "loss" }
    #                                                                 ^^^^^^^^
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.INPUT_SHAPES_DIFFER)
def advise(view: RefusalView) -> Iterable[Advice]:
    return ()
