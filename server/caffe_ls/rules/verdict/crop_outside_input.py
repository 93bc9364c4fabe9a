"""A Crop reaches beyond its input.

Crop cuts a piece of the second input's size out of the first, from `offset` on, along all axes from `axis` (2 unless it
is given). The piece must lie within the input: `Check failed: bottom[0]->shape(i) - crop_offset >= bottom[1]->shape(i)
(7 vs. 8) the crop for dimension 2 is out-of-bounds with size 8 and offset 1`. In a net of upsampled maps the cause is
often a Deconvolution whose output is a few pixels short, or the two inputs in the wrong order.

Source: crop_layer.cpp (CropLayer::Reshape).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "size" type: "Input" top: "size" input_param { shape { dim: 1 dim: 3 dim: 6 dim: 6 } } }
    layer { name: "crop" type: "Crop" bottom: "data" bottom: "size" top: "crop" crop_param { offset: 3 } }
    #                                                                                                ^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "size" type: "Input" top: "size" input_param { shape { dim: 1 dim: 3 dim: 6 dim: 6 } } }
    layer { name: "crop" type: "Crop" bottom: "data" bottom: "size" top: "crop" crop_param { offset: 2 } }

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 6 dim: 8 } } }
    layer { name: "size" type: "Input" top: "size" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer { name: "crop" type: "Crop" bottom: "data" bottom: "size" top: "crop" }
    #                                                        ^^^^^^
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.layer_parameters import blamed, set_value
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule


@refusal_rule(Fault.CROP_OUTSIDE_INPUT, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    parameter, layer = blamed(view), view.layer
    if parameter is None or layer is None or parameter.name != "offset":
        return
    bottom, wanted = layer.bottom_shapes
    start = parameter.owner.integer("axis", 2)
    if bottom is None or wanted is None:
        return
    axes = range(start % len(bottom), len(bottom))
    if parameter.owner.count("offset") > 1:
        axes = range(axes[parameter.position], axes[parameter.position] + 1)
    rooms = [have - want for axis in axes if (have := bottom[axis]) is not None and (want := wanted[axis]) is not None]
    if rooms and min(rooms) >= 0:
        yield set_value(view, parameter, str(min(rooms)))
