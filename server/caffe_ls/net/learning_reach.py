"""Which weights ever leave 0: what data, biases and gradients can reach through weights that begin at 0.

A weight's gradient is its input times the gradient of its output. Where one of the two is exactly 0 in each pass, the
weight stays what it is. What may be different from 0 is followed through the net, forwards and back, until nothing is
added: what has not been reached by then is 0 for ever. ReLU gives no gradient at 0 (relu_layer.cpp), so zeros before it
are final, while Sigmoid, TanH and linear layers let them go.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

from caffe_ls.net.first_weights import WEIGHTED, first_bias, first_weights, has_bias
from caffe_ls.net.model import Layer, Net, Source


class Reach(IntEnum):
    """What a blob may hold: only zeros; something that does not depend on the data; something that does."""

    ZERO = 0
    CONSTANT = 1
    DATA = 2


# What these make of zeros is zeros.
_KEEPS_ZERO = frozenset({
    "AbsVal", "BatchNorm", "BN", "Concat", "Crop", "CuDNNBatchNorm", "Dropout", "ELU", "Eltwise", "Flatten", "Im2col",
    "Interp", "LRN", "MVN", "Normalize", "PReLU", "Permute", "Pooling", "ReLU", "Reshape", "Scale", "Slice", "Split",
    "TanH", "Tile", "Upsample",
})  # fmt: skip


def zero_weights(net: Net) -> tuple[int, ...]:
    """The layers that are to learn and whose weights are exactly 0 at first; sharers count as the owner does."""
    return tuple(index for index in net.of_type(*WEIGHTED) if _is_trained(net.layers[index]) and _is_zero(net, index))


def _is_trained(layer: Layer) -> bool:
    return layer.needs_backward and (not layer.spec.params or layer.spec.params[0].lr_mult != 0)


def _is_zero(net: Net, index: int) -> bool:
    layer = net.layers[index]
    if layer.spec.params and layer.spec.params[0].name:
        layer = net.layers[_owner(net, index)]
    if layer.type not in WEIGHTED:
        return False
    weights = first_weights(layer)
    return weights is not None and weights.is_zero


def _owner(net: Net, index: int) -> int:
    """The layer whose weights a layer has."""
    for param in net.params:
        if param.layer == index and param.index == 0:
            return index if param.owner is None else net.params[param.owner].layer
    return index


@lru_cache(maxsize=4)
def stuck(net: Net, zeros: tuple[int, ...]) -> tuple[int, ...]:
    """The layers, of those whose weights are 0, that never learn as long as they and the others begin so."""
    return _Spread(net, zeros).stuck()


def first_to_mend(net: Net, zeros: tuple[int, ...]) -> tuple[int, ...]:
    """The layers to give other weights so that all learn: a last layer of zeros, for one, then learns by itself."""
    spread, mended = _Spread(net, zeros), []
    while left := spread.stuck():
        mended.append(left[0])
        spread.mend(left[0])
    return tuple(mended)


class _Spread:
    """What has been reached so far; it only grows."""

    def __init__(self, net: Net, zeros: tuple[int, ...]) -> None:
        self._net = net
        self._zeros = sorted(zeros)
        self._owners = {index: _owner(net, index) for index in self._zeros}
        self._asleep = set(zeros)
        self._biases = {
            index
            for index in net.of_type(*WEIGHTED)
            if (bias := first_bias(net.layers[index])) is None or not bias.is_zero
        }
        self._made: dict[Source, Reach] = {}
        self._gradients: set[Source] = set()
        self._settle()

    def stuck(self) -> tuple[int, ...]:
        """The layers whose weights are 0 and stay so."""
        return tuple(index for index in self._zeros if index in self._asleep)

    def mend(self, index: int) -> None:
        """Give a layer, and those that share its weights, weights that are not 0."""
        self._wake(index)
        self._settle()

    def _wake(self, index: int) -> None:
        owner = self._owners.get(index, index)
        self._asleep -= {other for other in self._asleep if self._owners[other] == owner}

    def _settle(self) -> None:
        learnt = None
        while learnt != (len(self._asleep), len(self._biases)):
            learnt = len(self._asleep), len(self._biases)
            self._forward()
            self._backward()

    def _forward(self) -> None:
        for index, layer in enumerate(self._net.layers):
            read = [Reach.DATA if source is None else self._made[source] for source in layer.sources]
            made = self._reach(index, layer, read)
            for top in range(len(layer.tops)):
                self._made[Source(index, top)] = made

    def _reach(self, index: int, layer: Layer, read: list[Reach]) -> Reach:
        if not read:
            return Reach.DATA
        if layer.type in WEIGHTED:
            passed = Reach.ZERO if index in self._asleep else read[0]
            return max(passed, Reach.CONSTANT if index in self._biases else Reach.ZERO)
        if layer.type not in _KEEPS_ZERO:
            return max(*read, Reach.CONSTANT)
        if (_multiplies(layer) or (layer.type == "Scale" and len(read) > 1)) and Reach.ZERO in read:
            return Reach.ZERO
        if layer.type == "Scale" and index in self._biases:
            return max(*read, Reach.CONSTANT)
        return max(read)

    def _backward(self) -> None:
        for index in range(len(self._net.layers) - 1, -1, -1):
            layer = self._net.layers[index]
            if not layer.needs_backward:
                continue
            arrives = any(Source(index, top) in self._gradients for top in range(len(layer.tops)))
            if not arrives and not any(layer.loss_weights):
                continue
            read = [Reach.DATA if source is None else self._made[source] for source in layer.sources]
            self._learn(index, layer, read)
            for position, source in enumerate(layer.sources):
                if (
                    source is not None
                    and layer.bottoms_need_backward[position]
                    and self._passes(index, layer, read, position)
                ):
                    self._gradients.add(source)

    def _learn(self, index: int, layer: Layer, read: list[Reach]) -> None:
        if layer.type == "Scale" and layer.spec.fields.group("scale_param").flag("bias_term"):
            self._biases.add(index)
        if layer.type not in WEIGHTED:
            return
        rates = [spec.lr_mult for spec in layer.spec.params] + [1.0, 1.0]
        if has_bias(layer) and rates[1]:
            self._biases.add(index)
        if rates[0] and read and read[0] is not Reach.ZERO and index in self._asleep:
            self._wake(index)

    def _passes(self, index: int, layer: Layer, read: list[Reach], position: int) -> bool:
        """Whether a gradient of the tops becomes one of a bottom."""
        if layer.type in WEIGHTED:
            return index not in self._asleep
        if layer.type == "ReLU" and read[0] is Reach.ZERO:
            return layer.spec.fields.group("relu_param").number("negative_slope") != 0
        if _multiplies(layer) or (layer.type == "Scale" and len(read) > 1):
            return all(other is not Reach.ZERO for at, other in enumerate(read) if at != position)
        return True


def _multiplies(layer: Layer) -> bool:
    own = layer.spec.fields.group("eltwise_param")
    return layer.type == "Eltwise" and own.choice("operation", ("PROD", "SUM", "MAX"), "SUM") == "PROD"
