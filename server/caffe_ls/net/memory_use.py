"""How much memory the blobs of a net take, as Caffe allocates them.

A blob's memory is allocated when it is first touched (syncedmem.cpp, SyncedMemory::to_cpu, to_gpu): a gradient that is
never asked for takes none. What layers keep for themselves, as column buffers, cuDNN's workspaces and batches read
ahead, is not counted: a net takes at least this much.
"""

from __future__ import annotations

from typing import NamedTuple

from caffe_ls.net.model import Layer, Net, Source, count

BYTES_OF_A_NUMBER = 4
"""Of a float, which nets are made of."""

_SHARES_ITS_BOTTOM = ("Flatten", "Reshape")
"""Layers of which data and gradient are their bottom's (flatten_layer.cpp, reshape_layer.cpp)."""


class MemoryUse(NamedTuple):
    """Bytes of blobs; what is not known counts 0, and then the sum is not `complete`."""

    activations: int
    gradients: int
    parameters: int
    parameter_gradients: int
    solver: int
    complete: bool

    @property
    def total(self) -> int:
        """All of it."""
        return self.activations + self.gradients + self.parameters + self.parameter_gradients + self.solver


def memory_use(net: Net, solver_copies: int = 0) -> MemoryUse:
    """What a net takes in its state; a solver keeps `solver_copies` numbers for each that is learnt."""
    training = net.phase == "TRAIN"
    data, gradients, complete = _blobs(net, training)
    parameters = 0
    for param in net.params:
        if param.owner is None:
            size = count(param.shape)
            complete = complete and size is not None
            parameters += size or 0
    complete = complete and all(layer.judged and layer.param_shapes is not None for layer in net.layers)
    return MemoryUse(
        activations=data * BYTES_OF_A_NUMBER,
        gradients=gradients * BYTES_OF_A_NUMBER,
        parameters=parameters * BYTES_OF_A_NUMBER,
        # Net::ClearParamDiffs touches the gradients of all parameters, whatever their lr_mult.
        parameter_gradients=parameters * training * BYTES_OF_A_NUMBER,
        solver=parameters * solver_copies * training * BYTES_OF_A_NUMBER,
        complete=complete,
    )


def amount(size: int) -> str:
    """A number of bytes with the unit that fits."""
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= factor:
            return f"{size / factor:,.1f} {unit}"
    return f"{size} bytes"


def _blobs(net: Net, training: bool) -> tuple[int, int, bool]:
    """How many numbers of data and of gradients the tops hold, and whether all are known."""
    data = gradients = 0
    complete = True
    # A blob by the top that first made it; what changes it in place, or shows it in another shape, holds the same one.
    blobs: dict[Source, Source] = {}
    learning: set[Source] = set()
    for index, layer in enumerate(net.layers):
        for top, shape in enumerate(layer.top_shapes):
            here = Source(index, top)
            shared = _shared_bottom(layer, top)
            blob = blobs[here] = here if shared is None else blobs.get(shared, shared)
            size = count(shape)
            complete = complete and size is not None
            if blob == here:
                data += size or 0
            if training and _is_asked_for(net, here):
                gradients += _gradients_of_splits(net, here, layer) * (size or 0)
                if blob not in learning:
                    learning.add(blob)
                    gradients += size or 0
    return data, gradients, complete


def _shared_bottom(layer: Layer, top: int) -> Source | None:
    if layer.is_in_place(top):
        return layer.sources[top]
    if layer.sources and (layer.type in _SHARES_ITS_BOTTOM or (layer.type == "Concat" and len(layer.bottoms) == 1)):
        return layer.sources[0]
    return None


def _is_asked_for(net: Net, blob: Source) -> bool:
    return any(net.layers[reader].bottoms_need_backward[at] for reader, at in net.consumers(*blob))


def _gradients_of_splits(net: Net, blob: Source, layer: Layer) -> int:
    """How many further gradients the split behind a blob has; its data is the blob's own (split_layer.cpp)."""
    is_loss = blob.top < len(layer.loss_weights) and layer.loss_weights[blob.top] != 0
    uses = len(net.consumers(*blob)) + is_loss
    return uses if uses > 1 else 0
