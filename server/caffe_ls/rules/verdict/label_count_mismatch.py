"""There are not as many labels as predictions.

A loss over classes, and Accuracy, read one label for each place of the scores: of scores N x C x H x W along axis 1,
the labels are N x H x W, in whatever shape. `Check failed: outer_num_ * inner_num_ == bottom[1]->count() (64 vs. 128)
Number of labels must match number of predictions` is how Caffe says otherwise.

What leads here: a label top with several numbers per item (SigmoidCrossEntropyLoss or EuclideanLoss take those); scores
that still have height and width, where a global pooling or an InnerProduct was meant; a `crop_size` or stride that
makes scores smaller than an image of labels; or another `axis` for the loss than for the layers above it.
MultinomialLogisticLoss, and InfogainLoss before December 2016, take exactly one label for each item.

Source: softmax_loss_layer.cpp (SoftmaxWithLossLayer::Reshape), accuracy_layer.cpp (AccuracyLayer::Reshape),
infogain_loss_layer.cpp (InfogainLossLayer::Reshape), multinomial_logistic_loss_layer.cpp
(MultinomialLogisticLossLayer::Reshape).

Bad:
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 64 dim: 10 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 64 dim: 2 } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "scores" bottom: "label" top: "loss" }
    #                                                                     ^^^^^^^
    layer { name: "accuracy" type: "Accuracy" bottom: "scores" bottom: "label" top: "accuracy" }
    #                                                                  ^^^^^^^

Good:
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 64 dim: 10 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 64 dim: 1 } } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "scores" bottom: "label" top: "loss" }
    layer { name: "accuracy" type: "Accuracy" bottom: "scores" bottom: "label" top: "accuracy" }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.LABEL_COUNT_MISMATCH)
def advise(view: RefusalView) -> Iterable[Advice]:
    return ()
