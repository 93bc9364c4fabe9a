"""A Python layer for Caffe that tells the first blob with a value that is not finite.

It works in place: give it the same blob as bottom and as top, behind the layer that is to be watched. Values pass
unchanged; the blob is looked at in the forward pass, and its gradient in the backward pass. Python 2 and 3, every Caffe
that has Python layers with `param_str` (WITH_PYTHON_LAYER := 1). The folder of this file must be on PYTHONPATH.

    layer {
      name: "check_conv1"
      type: "Python"
      bottom: "conv1"
      top: "conv1"
      python_param {
        module: "check_finite"
        layer: "CheckFiniteLayer"
        param_str: '{"layer": "conv1", "blob": "conv1"}'
      }
    }

`param_str` is a JSON object; every key may be left out:
    layer      the layer that is watched, for the message
    blob       the blob's name, for the message
    iter_size  the solver's iter_size, to count iterations (1)
    stop       whether to stop at the first value that is not finite (true); false: tell, and go on

A TEST net never stops: before BatchNorm has seen any data, its first test may overflow without any harm.
"""

import json
import sys

import caffe
import numpy as np

TEST = 1


class CheckFiniteLayer(caffe.Layer):
    """Tells, and by default stops at, the first value of a blob or of its gradient that is not finite."""

    def setup(self, bottom, top):
        if len(bottom) != len(top):
            raise ValueError("check_finite: give each bottom as the top, too")
        text = getattr(self, "param_str", None) or getattr(self, "param_str_", "") or "{}"
        options = json.loads(text)
        self.watched = printable(options.get("layer", "?"))
        self.blob = printable(options.get("blob", "?"))
        self.iter_size = max(1, int(options.get("iter_size", 1)))
        self.stops = bool(options.get("stop", True)) and getattr(self, "phase", None) != TEST
        self.passes = 0

    def reshape(self, bottom, top):
        for index in range(len(bottom)):
            top[index].reshape(*bottom[index].data.shape)

    def forward(self, bottom, top):
        for index in range(len(bottom)):
            values = bottom[index].data
            if not np.may_share_memory(values, top[index].data):
                top[index].data[...] = values
            self.look(values, "data")
        self.passes += 1

    def backward(self, top, propagate_down, bottom):
        for index in range(len(bottom)):
            gradient = top[index].diff
            if propagate_down[index] and not np.may_share_memory(gradient, bottom[index].diff):
                bottom[index].diff[...] = gradient
            self.look(gradient, "diff")

    def look(self, values, part):
        finite = np.isfinite(values)
        if finite.all():
            return
        message = describe(values, finite, self.watched, self.blob, part, self.iteration(part))
        if self.stops:
            raise FloatingPointError(message)
        sys.stderr.write(message + "\n")
        sys.stderr.flush()

    def iteration(self, part):
        """The iteration of this pass, counted from when the net was built."""
        return (self.passes if part == "data" else max(0, self.passes - 1)) // self.iter_size


def describe(values, finite, layer, blob, part, iteration):
    """One line: where, when, how many, which, and what the finite values were like."""
    bad = values.size - int(finite.sum())
    first = np.unravel_index(int(np.argmin(finite)), values.shape) if values.ndim else ()
    kinds = (
        ("nan", int(np.isnan(values).sum())),
        ("inf", int(np.isposinf(values).sum())),
        ("-inf", int(np.isneginf(values).sum())),
    )
    told = ", ".join("{0} {1}".format(number, name) for name, number in kinds if number)
    rest = np.abs(values[finite])
    largest = "largest finite |x| {0:g}".format(float(rest.max())) if rest.size else "nothing finite"
    place = "check_finite: layer {0}, blob {1} ({2}), iteration {3}".format(layer, blob, part, iteration)
    share = "{0} of {1} values ({2:.3g} %) are not finite".format(bad, values.size, 100.0 * bad / values.size)
    index = ", ".join(str(int(at)) for at in first)
    return "{0}: {1}: {2}; first at ({3}); {4}".format(place, share, told, index, largest)


def printable(name):
    """A name in ASCII, as a plain string of either Python."""
    return str(name.encode("ascii", "backslashreplace").decode("ascii"))
