"""What files of numbers hold, without the numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

from caffe_ls.immutable import dataclass

StoredFormat = Literal["binary", "HDF5"]


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob in a file: its shape, and how many numbers the file has for it.

    `is_legacy` shapes are num, channels, height and width, as older Caffe wrote every blob. `numbers` is None where a
    fork keeps them in a form of its own.
    """

    shape: tuple[int, ...]
    is_legacy: bool = False
    numbers: int | None = None

    def has_shape(self, shape: Sequence[int | None]) -> bool:
        """Whether Caffe takes the blob for one of this shape (blob.cpp, Blob::ShapeEquals); unknown dimensions fit.

        A legacy shape is compared from its end: 1 x 1 x 1 x N is a bias of N, 1 x 1 x M x N a matrix.
        """
        if not self.is_legacy:
            return len(self.shape) == len(shape) and all(
                dim is None or stored == dim for stored, dim in zip(self.shape, shape, strict=True)
            )
        padded = (*(1,) * (4 - len(shape)), *shape)
        return len(shape) <= 4 and all(
            dim is None or stored == dim for stored, dim in zip(self.shape, padded, strict=True)
        )

    @property
    def lacks_numbers(self) -> bool:
        """Whether there are more or fewer numbers than the shape has room for (blob.cpp, Blob::FromProto)."""
        return self.numbers is not None and self.numbers != math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class StoredLayer:
    """A layer in a weights file; its type in today's words, empty where the file does not say."""

    name: str
    type: str
    blobs: tuple[StoredBlob, ...]


@dataclass(frozen=True)
class Weights:
    """A trained net's layers in the order of the file."""

    format: StoredFormat
    net_name: str
    layers: tuple[StoredLayer, ...]

    @cached_property
    def trained(self) -> Mapping[str, StoredLayer]:
        """The layers that have numbers, by name; of several of one name the last, which is copied over the others."""
        return {layer.name: layer for layer in self.layers if layer.blobs}


@dataclass(frozen=True, slots=True)
class SolverState:
    """Where training stopped: the weights that belong to it are at the path `learned_net`."""

    format: StoredFormat
    iteration: int
    learned_net: str
    current_step: int
    history: tuple[StoredBlob, ...]
