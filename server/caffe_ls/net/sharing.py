"""A net's parameter blobs, and which share their memory by name (net.cpp, Net::AppendParam)."""

from __future__ import annotations

from collections.abc import Sequence

from caffe_ls.net.model import AnyShape, Param, ParamSpec, PlacedLayer, Refusal, count
from caffe_ls.net.shapes.step import shapes_differ, shown


class SharedParams:
    """The parameters so far; the first of a name owns the memory."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []
        self._params: list[Param] = []
        self._owners: dict[str, int] = {}
        self._rates: dict[int, tuple[float | None, float | None]] = {}

    @property
    def all(self) -> tuple[Param, ...]:
        """The net's parameters in their order."""
        return tuple(self._params)

    def add(self, layer: int, placed: PlacedLayer, specs: Sequence[ParamSpec], shapes: Sequence[AnyShape]) -> None:
        """The parameters of one layer."""
        for index, (spec, shape) in enumerate(zip(specs, shapes, strict=True)):
            owner = self._owners.get(spec.name) if spec.name else None
            if owner is None:
                if spec.name:
                    self._owners[spec.name] = len(self._params)
            else:
                self._compare(layer, placed, index, spec, shape, owner)
            key = len(self._params) if owner is None else owner
            rate, decay = self._rates.get(key, (None, None))
            self._rates[key] = (
                spec.lr_mult if spec.has_lr_mult and rate is None else rate,
                spec.decay_mult if spec.has_decay_mult and decay is None else decay,
            )
            self._params.append(Param(layer, index, spec, shape, owner))

    def _compare(
        self, layer: int, placed: PlacedLayer, index: int, spec: ParamSpec, shape: AnyShape, owner: int
    ) -> None:
        owned = self._params[owner].shape
        what = f"the parameter `{spec.name}` is shared"
        if spec.permissive:
            one, other = count(shape), count(owned)
            if one is not None and other is not None and one != other:
                self._refuse(
                    layer, placed, index, "net.cpp:478", f"{what}, but has {one:,} numbers here, {other:,} there"
                )
        elif shape is not None and owned is not None and shapes_differ(shape, owned):
            message = f"{what}, but has the shape {shown(shape)} here, {shown(owned)} there"
            self._refuse(layer, placed, index, "net.cpp:486", message)
        rate, decay = self._rates[owner]
        if spec.has_lr_mult and rate is not None and rate != spec.lr_mult:
            self._refuse(
                layer, placed, index, "net.cpp:497", f"{what}, but has lr_mult {spec.lr_mult:g} here, {rate:g} there"
            )
        if spec.has_decay_mult and decay is not None and decay != spec.decay_mult:
            message = f"{what}, but has decay_mult {spec.decay_mult:g} here, {decay:g} there"
            self._refuse(layer, placed, index, "net.cpp:506", message)

    def _refuse(self, layer: int, placed: PlacedLayer, index: int, check: str, message: str) -> None:
        self.refusals.append(Refusal(message, placed.place("param", index), check, layer))
