"""A net's parameter blobs, and which share their memory by name (net.cpp, Net::AppendParam)."""

from __future__ import annotations

from collections.abc import Sequence

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import AnyShape, Elsewhere, LayerSpec, Param, ParamSpec, Refusal, count
from caffe_ls.net.shapes.step import shapes_differ, shown

Blobs = Sequence[tuple[ParamSpec, AnyShape]]
"""The parameter blobs of one layer."""


class SharedParams:
    """The parameters of a net; the first of a name owns the memory. `origins` are the layers' indexes in the text."""

    def __init__(self, layers: Sequence[LayerSpec], origins: Sequence[int], blobs: Sequence[Blobs]) -> None:
        self.refusals: list[Refusal] = []
        self._layers = layers
        self._origins = origins
        self._params: list[Param] = []
        self._owners: dict[str, int] = {}
        self._rates: dict[int, tuple[float | None, float | None]] = {}
        for layer, own in enumerate(blobs):
            for index, (spec, shape) in enumerate(own):
                owner = self._owner(layer, index, spec, shape) if spec.name else None
                self._params.append(Param(layer, index, spec, shape, owner))

    @property
    def all(self) -> tuple[Param, ...]:
        """The net's parameters in their order."""
        return tuple(self._params)

    def _owner(self, layer: int, index: int, spec: ParamSpec, shape: AnyShape) -> int | None:
        """The parameter that has the name already."""
        number = len(self._params)
        owner = self._owners.setdefault(spec.name, number)
        if owner != number:
            self._compare(layer, index, spec, shape, owner)
        self._remember_rates(spec, owner)
        return owner if owner != number else None

    def _remember_rates(self, spec: ParamSpec, key: int) -> None:
        rate, decay = self._rates.get(key, (None, None))
        self._rates[key] = (
            spec.lr_mult if spec.has_lr_mult and rate is None else rate,
            spec.decay_mult if spec.has_decay_mult and decay is None else decay,
        )

    def _compare(self, layer: int, index: int, spec: ParamSpec, shape: AnyShape, owner: int) -> None:
        owned = self._params[owner].shape
        what = f"the parameter `{spec.name}` is shared"
        if spec.permissive:
            one, other = count(shape), count(owned)
            if one is not None and other is not None and one != other:
                message = f"{what}, but has {one:,} numbers here, {other:,} there"
                self._refuse(layer, index, owner, "net.cpp:478", message)
        elif shape is not None and owned is not None and shapes_differ(shape, owned):
            message = f"{what}, but has the shape {shown(shape)} here, {shown(owned)} there"
            self._refuse(layer, index, owner, "net.cpp:486", message)
        rate, decay = self._rates[owner]
        if spec.has_lr_mult and rate is not None and rate != spec.lr_mult:
            message = f"{what}, but has `lr_mult: {spec.lr_mult:g}` here, {rate:g} there"
            self._refuse(layer, index, owner, "net.cpp:497", message)
        if spec.has_decay_mult and decay is not None and decay != spec.decay_mult:
            message = f"{what}, but has `decay_mult: {spec.decay_mult:g}` here, {decay:g} there"
            self._refuse(layer, index, owner, "net.cpp:506", message)

    def _refuse(self, layer: int, index: int, owner: int, check: str, message: str) -> None:
        first = self._params[owner]
        place = self._layers[first.layer].fields.place("param", first.index)
        there = Elsewhere(self._origins[first.layer], place, f"`{first.spec.name}` is made here")
        span = self._layers[layer].fields.place("param", index)
        self.refusals.append(
            Refusal(Fault.SHARED_PARAM_MISMATCH, message, span, check, self._origins[layer], elsewhere=(there,))
        )
