"""Which weights ever leave 0: what data, biases and gradients can reach through weights that begin at 0.

A weight's gradient is its input times the gradient of its output. Where one of the two is exactly 0 in each pass, the
weight stays what it is. What may be different from 0 is followed through the net, forwards and back, until nothing is
added: what has not been reached by then is 0 for ever. ReLU gives no gradient at 0 (relu_layer.cpp), so zeros before it
are final, while Sigmoid, TanH and linear layers let them go.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from heapq import heappop, heappush

from caffe_ls.net.first_weights import WEIGHTED, first_bias, first_weights, has_bias
from caffe_ls.net.model import Layer, Net


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
    owners = _owners(net)
    return tuple(
        index
        for index in net.of_type(*WEIGHTED)
        if _is_trained(net.layers[index]) and _is_zero(net.layers[owners.get(index, index)])
    )


def _is_trained(layer: Layer) -> bool:
    return layer.needs_backward and (not layer.spec.params or layer.spec.params[0].lr_mult != 0)


def _is_zero(layer: Layer) -> bool:
    if layer.type not in WEIGHTED:
        return False
    weights = first_weights(layer)
    return weights is not None and weights.is_zero


def _owners(net: Net) -> dict[int, int]:
    """The layers that have the weights of another one, and which that is."""
    return {
        param.layer: net.params[param.owner].layer
        for param in net.params
        if param.owner is not None and param.index == 0
    }


@lru_cache(maxsize=4)
def stuck(net: Net, zeros: tuple[int, ...]) -> tuple[int, ...]:
    """The layers, of those whose weights are 0, that never learn as long as they and the others begin so."""
    return _Spread(net, zeros).stuck()


def first_to_mend(net: Net, zeros: tuple[int, ...]) -> tuple[int, ...]:
    """The layers to give other weights so that all learn: a last layer of zeros, for one, then learns by itself."""
    if not zeros:
        return ()
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
        self._owners = _owners(net)
        self._asleep = set(zeros)
        self._biases = {
            index
            for index in net.of_type(*WEIGHTED)
            if (bias := first_bias(net.layers[index])) is None or not bias.is_zero
        }
        self._made = [Reach.ZERO] * len(net.layers)
        self._get_gradients = {index for index, layer in enumerate(net.layers) if any(layer.loss_weights)}
        # What is to be looked at again, as something has reached it: forwards from the first layer on, then back.
        self._ahead = list(range(len(net.layers)))
        self._back = [-index for index in reversed(self._ahead)]
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
        for other in [other for other in self._asleep if self._owners.get(other, other) == owner]:
            self._asleep.remove(other)
            heappush(self._ahead, other)
            heappush(self._back, -other)

    def _settle(self) -> None:
        while self._ahead or self._back:
            for index in _drained(self._ahead):
                self._forward(index)
            for index in _drained(self._back):
                self._backward(-index)

    def _forward(self, index: int) -> None:
        layer = self._net.layers[index]
        made = self._reach(index, layer, self._read(layer))
        if made is self._made[index]:
            return
        self._made[index] = made
        for top in range(len(layer.tops)):
            for reader, _ in self._net.consumers(index, top):
                heappush(self._ahead, reader)
                heappush(self._back, -reader)

    def _read(self, layer: Layer) -> list[Reach]:
        return [Reach.DATA if source is None else self._made[source.layer] for source in layer.sources]

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

    def _backward(self, index: int) -> None:
        layer = self._net.layers[index]
        if not layer.needs_backward or index not in self._get_gradients:
            return
        read = self._read(layer)
        self._learn(index, layer, read)
        for position, source in enumerate(layer.sources):
            if (
                source is not None
                and source.layer not in self._get_gradients
                and layer.bottoms_need_backward[position]
                and self._passes(index, layer, read, position)
            ):
                self._get_gradients.add(source.layer)
                heappush(self._back, -source.layer)

    def _learn(self, index: int, layer: Layer, read: list[Reach]) -> None:
        if layer.type == "Scale" and layer.spec.fields.group("scale_param").flag("bias_term"):
            self._learn_bias(index)
        if layer.type not in WEIGHTED:
            return
        rates = [spec.lr_mult for spec in layer.spec.params] + [1.0, 1.0]
        if has_bias(layer) and rates[1]:
            self._learn_bias(index)
        if rates[0] and read and read[0] is not Reach.ZERO and index in self._asleep:
            self._wake(index)

    def _learn_bias(self, index: int) -> None:
        if index not in self._biases:
            self._biases.add(index)
            heappush(self._ahead, index)

    def _passes(self, index: int, layer: Layer, read: list[Reach], position: int) -> bool:
        """Whether a gradient of the tops becomes one of a bottom."""
        if layer.type in WEIGHTED:
            return index not in self._asleep
        if layer.type == "ReLU" and read[0] is Reach.ZERO:
            return layer.spec.fields.group("relu_param").number("negative_slope") != 0
        if _multiplies(layer) or (layer.type == "Scale" and len(read) > 1):
            return all(other is not Reach.ZERO for at, other in enumerate(read) if at != position)
        return True


def _drained(waiting: list[int]) -> Iterator[int]:
    """What waits in a heap, the smallest first, until nothing does; what comes meanwhile too."""
    while waiting:
        index = heappop(waiting)
        while waiting and waiting[0] == index:
            heappop(waiting)
        yield index


def _multiplies(layer: Layer) -> bool:
    if layer.type != "Eltwise":
        return False
    return layer.spec.fields.group("eltwise_param").choice("operation", ("PROD", "SUM", "MAX"), "SUM") == "PROD"
