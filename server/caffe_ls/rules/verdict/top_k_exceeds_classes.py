"""Accuracy counts the best `top_k` of fewer classes.

`Check failed: top_k_ <= bottom[0]->count() / bottom[1]->count() (5 vs. 2) top_k must be less than or equal to the
number of classes.` A net of 1,000 classes that learns another task with two keeps its top-5 accuracy by mistake.

Source: accuracy_layer.cpp (AccuracyLayer::Reshape).

Bad:
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 64 dim: 2 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 64 } } }
    layer {
      name: "accuracy"
      type: "Accuracy"
      bottom: "scores"
      bottom: "label"
      top: "accuracy"
      accuracy_param { top_k: 5 }
      #                       ^
    }

Good:
    layer { name: "scores" type: "Input" top: "scores" input_param { shape { dim: 64 dim: 2 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 64 } } }
    layer {
      name: "accuracy"
      type: "Accuracy"
      bottom: "scores"
      bottom: "label"
      top: "accuracy"
      accuracy_param { top_k: 1 }
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import fix
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.text.edit import Edit


@refusal_rule(Fault.TOP_K_EXCEEDS_CLASSES, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    yield fix("Count the best one only: `top_k: 1`", Edit(view.place(view.refusal.span), "1"))
