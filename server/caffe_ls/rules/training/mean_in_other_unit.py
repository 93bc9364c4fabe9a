"""The mean, or the scale, is written as if it were applied the other way round.

A data layer subtracts the mean first and multiplies by `scale` then: (byte - mean) * scale. A mean from 0 to 1, as
other programs have it, subtracts next to nothing from bytes of 0 to 255; it has to be multiplied by 255. A scale of 0
makes everything 0, and one far above 1 makes bytes larger still.

Source: data_transformer.cpp (DataTransformer::Transform).

Bad:
    layer {
      name: "data" type: "Data" top: "data" top: "label"
      data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
      transform_param { scale: 0.00392156863 mean_value: 0.485 mean_value: 0.456 mean_value: 0.406 }
      #                                                  ^^^^^
    }

Good:
    layer {
      name: "data" type: "Data" top: "data" top: "label"
      data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
      transform_param { scale: 0.00392156863 mean_value: 123.675 mean_value: 116.28 mean_value: 103.53 }
    }

Bad:
    layer {
      name: "data" type: "Data" top: "data" top: "label"
      data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
      transform_param { scale: 255 }
      #                        ^^^
    }
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.net.data_layers import IMAGE_LAYERS, TOP_BYTE
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import LayerView, layer_rule
from caffe_ls.text.edit import Edit

# A scale below this brings bytes to the size of 1.
_SMALL = 0.1
_LARGE = 10.0


@layer_rule(*sorted(IMAGE_LAYERS), severity=Severity.WARNING, fixable=True)
def check(view: LayerView) -> Iterator[Finding]:
    own = view.group("transform_param")
    scale, means = own.number("scale", 1.0), own.numbers("mean_value")
    place = own.place("scale")
    if own.has("scale") and scale == 0:
        yield Finding(place, "`scale: 0` makes all data 0", (fix("Set `scale: 1`", Edit(place, "1")),))
    elif scale >= _LARGE and math.isfinite(scale):
        inverse = f"{1 / scale:.9g}"
        message = f"`scale: {scale:g}` multiplies: bytes become up to {scale * TOP_BYTE:,.6g}"
        yield Finding(place, message, (fix(f"Set `scale: {inverse}`", Edit(place, inverse)),))
    elif (
        0 < scale <= _SMALL and means and all(0 <= mean <= 1 for mean in means) and any(0 < mean < 1 for mean in means)
    ):
        edits = [Edit(own.place("mean_value", index), f"{mean * TOP_BYTE:.6g}") for index, mean in enumerate(means)]
        message = f"`mean_value: {means[0]:g}` is subtracted from bytes, 0 to 255, before `scale` is applied"
        fixes = (fix(f"Multiply the mean by {TOP_BYTE}", *edits),) if len(means) == own.count("mean_value") else ()
        yield Finding(own.place("mean_value"), message, fixes)
