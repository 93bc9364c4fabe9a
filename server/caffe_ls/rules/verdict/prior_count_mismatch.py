"""There are not as many predictions as prior boxes need.

The SSD fork's MultiBoxLoss and DetectionOutput read, for each prior box, four numbers of location (of each class, with
`share_location: false`) and one confidence of each class. `Check failed: num_priors_ * num_classes_ ==
bottom[1]->channels() (8400 vs. 8000) Number of priors must match number of confidence predictions.` says that one side
was changed and not the other: `num_output` of a prediction's convolution is priors per place x 4, or priors per place x
`num_classes`, and a PriorBox makes at each place

    (1 + the aspect ratios, twice each with `flip`, which is the default) x `min_size` + `max_size`

boxes. The predictions are permuted and flattened before: what is not flattened has only its channels counted.

Source: the SSD fork's multibox_loss_layer.cpp (MultiBoxLossLayer::Reshape), detection_output_layer.cpp
(DetectionOutputLayer::Reshape), prior_box_layer.cpp (PriorBoxLayer::Reshape).

Bad (settings {"dialect": "ssd"}):
    layer { name: "map" type: "Input" top: "map" input_param { shape { dim: 1 dim: 8 dim: 5 dim: 5 } } }
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 300 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 150 } } }
    layer { name: "prior" type: "PriorBox" bottom: "map" top: "prior"
            prior_box_param { min_size: 30 aspect_ratio: 2 img_size: 300 } }
    layer { name: "out" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "out"
    #                                                                 ^^^^^^
            detection_output_param { num_classes: 21 } }

Good (settings {"dialect": "ssd"}):
    layer { name: "map" type: "Input" top: "map" input_param { shape { dim: 1 dim: 8 dim: 5 dim: 5 } } }
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 300 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 1575 } } }
    layer { name: "prior" type: "PriorBox" bottom: "map" top: "prior"
            prior_box_param { min_size: 30 aspect_ratio: 2 img_size: 300 } }
    layer { name: "out" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "out"
            detection_output_param { num_classes: 21 } }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.PRIOR_COUNT_MISMATCH)
def advise(view: RefusalView) -> Iterable[Advice]:
    return ()
