"""Names of blobs that do not fit together: bottoms that nothing makes, and tops that are made twice.

Caffe stops at the first of them (insert_splits.cpp, InsertSplits; net.cpp, Net::AppendTop). Here all are told, each
mistake once: where a layer lacks a top, or makes one under a name that is taken, the name that is then missing below is
the same mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from caffe_ls.immutable import replace
from caffe_ls.net.faults import Fault
from caffe_ls.net.model import Damage, Elsewhere, LayerSpec, NetText, Refusal, Source, Stage, State
from caffe_ls.net.states import is_built
from caffe_ls.net.wiring import Wiring

# Places beside the first at which a missing blob is read.
_MOST_READERS = 4

_BUILDING: Stage = "init"
_UPGRADING: Stage = "upgrade"


class WrongNames:
    """What does not fit together in a wiring; `refusals` makes of it what a user should hear.

    Layers are known by their position among those of the net.
    """

    def __init__(self, text: NetText, state: State, origins: Sequence[int], wiring: Wiring) -> None:
        self._text = text
        self._state = state
        self._origins = origins
        self._specs = [text.layers[origin].spec for origin in origins]
        self._wiring = wiring
        self._unmade: dict[str, list[tuple[int, int]]] = {}
        for layer, bottom in wiring.unmade:
            self._unmade.setdefault(self._specs[layer].bottoms[bottom], []).append((layer, bottom))
        self._lacks_tops = {layer for layer, one in enumerate(wiring.interfaces) if one.lacks_tops}
        self._lacks_bottoms = {layer for layer, one in enumerate(wiring.interfaces) if one.lacks_bottoms}
        broken = (index for index, placed in enumerate(text.layers) if placed.damage is Damage.CONNECTIONS)
        self._trusted = next(broken, len(text.layers)) if text.complete else 0

    def refusals(self) -> Iterator[Refusal]:
        """The mistakes, each once; none that broken text may explain."""
        for layer, top in self._wiring.made_twice:
            if self._origins[layer] < self._trusted and not self._follows_from_a_lack(layer, top):
                yield self._refusal_of_top(layer, top)
        for name, readers in self._unmade.items():
            if self._origins[readers[0][0]] < self._trusted and not self._is_told_above(name, readers[0][0]):
                yield self._refusal_of_bottom(name, readers)

    def _spec(self, layer: int) -> LayerSpec:
        return self._specs[layer]

    def _place(self, layer: int, field: str, index: int, message: str) -> Elsewhere:
        return Elsewhere(self._origins[layer], self._spec(layer).fields.place(field, index), message)

    # Tops

    def _follows_from_a_lack(self, layer: int, top: int) -> bool:
        """Whether the name is taken only because a layer lacks the bottom or the top that would make it in place.

        A bottom that nothing makes is as good as none: written rightly, it may well be the top.
        """
        name = self._spec(layer).tops[top]
        if layer in self._lacks_bottoms or (layer, top) in self._wiring.unmade:
            return True
        return any(name in self._spec(other).bottoms for other in self._lacks_tops if other < layer)

    def _refusal_of_top(self, layer: int, top: int) -> Refusal:
        spec = self._spec(layer)
        name = spec.tops[top]
        source = self._wiring.sources[layer][top] if top < len(spec.bottoms) and spec.bottoms[top] == name else None
        if source is not None:
            return self._refusal_in_place(layer, top, source)
        first = next(self._makers(name))
        there = self._place(*first, f"`{name}` is made here")
        return self._told(Fault.TOP_MADE_TWICE, f"the blob `{name}` is made twice", layer, "top", top, there)

    def _refusal_in_place(self, layer: int, top: int, source: Source) -> Refusal:
        """A layer that would work in place on a blob of which Caffe makes copies, since others want it too."""
        name = self._spec(layer).tops[top]
        others = [reader for reader in self._readers(source) if reader[0] != layer]
        maker = self._spec(source.layer)
        if not others:
            message = f"`loss_weight` on the blob `{name}`, which layer `{self._spec(layer).name}` overwrites in place"
            there = self._place(layer, "top", top, f"`{name}` is overwritten here")
            return self._told(Fault.TOP_MADE_TWICE, message, source.layer, "loss_weight", source.top, there)
        reader = self._spec(others[0][0]).name
        message = f"`{name}` is made twice: the layer cannot overwrite it in place, since layer `{reader}` reads it too"
        places = [self._place(*other, f"`{name}` is read here") for other in others[:_MOST_READERS]]
        places.append(self._place(source.layer, "top", source.top, f"`{name}` is made here, by `{maker.name}`"))
        return self._told(Fault.TOP_MADE_TWICE, message, layer, "top", top, *places)

    def _readers(self, source: Source) -> Iterator[tuple[int, str, int]]:
        return ((layer, "bottom", bottom) for layer, bottom in self._wiring.readers.get(source, ()))

    def _makers(self, name: str) -> Iterator[tuple[int, str, int]]:
        for layer, spec in enumerate(self._specs):
            if spec.makes(name):
                yield layer, "top", spec.tops.index(name)

    # Bottoms

    def _is_told_above(self, name: str, reader: int) -> bool:
        """Whether another refusal speaks of the layer that should make the blob."""
        wrong = self._lacks_tops | {layer for layer, _ in self._wiring.made_twice}
        if any(layer < reader and self._spec(layer).name == name for layer in wrong):
            return True
        faults = {refusal.fault for refusal in self._text.refusals}
        if Fault.INCLUDE_AND_EXCLUDE in faults and self._left_out(name) is not None:
            return True
        if Fault.PADDING_LAYER_MISUSED in faults and not name:
            return True
        return reader - 1 in self._lacks_tops

    def _left_out(self, name: str) -> int | None:
        """The layer of the text, not of this net, that makes the blob."""
        built = set(self._origins)
        found = (index for index, placed in enumerate(self._text.layers) if placed.spec.makes(name))
        return next((index for index in found if index not in built), None)

    def _refusal_of_bottom(self, name: str, readers: Sequence[tuple[int, int]]) -> Refusal:
        first = readers[0][0]
        message, places = f"no layer above makes the blob `{name}`", []
        below = next((maker for maker in self._makers(name) if maker[0] > first), None)
        namesake = next((at for at in range(first) if self._spec(at).name == name and self._spec(at).tops), None)
        left_out = self._left_out(name)
        if below is not None:
            message = f"the blob `{name}` is made only below, by layer `{self._spec(below[0]).name}`"
            places.append(self._place(*below, f"`{name}` is made here"))
        elif left_out is not None:
            spec = self._text.layers[left_out].spec
            rule = "include" if spec.fields.has("include") else "exclude"
            message = f"{message}: layer `{spec.name}` is not built {self._where(spec)}"
            places.append(Elsewhere(left_out, spec.fields.place(rule), f"layer `{spec.name}`, which makes `{name}`"))
        elif namesake is not None:
            made = self._spec(namesake).tops[0]
            places.append(self._place(namesake, "top", 0, f"layer `{name}` makes `{made}`"))
        places += [
            self._place(layer, "bottom", bottom, f"`{name}` is read here too")
            for layer, bottom in readers[1 : 1 + _MOST_READERS]
        ]
        return self._told(Fault.UNKNOWN_BOTTOM, message, first, "bottom", readers[0][1], *places)

    def _where(self, spec: LayerSpec) -> str:
        """In which states a layer is not built, said as shortly as it is true."""
        other = replace(self._state, phase="TEST" if self._state.phase == "TRAIN" else "TRAIN")
        return f"in the {self._state.phase} phase" if is_built(spec, other) else "in this state"

    def _told(self, fault: Fault, message: str, layer: int, field: str, index: int, *elsewhere: Elsewhere) -> Refusal:
        check, stage = "net.cpp:377" if fault is Fault.TOP_MADE_TWICE else "insert_splits.cpp:29", _BUILDING
        if fault is Fault.UNKNOWN_BOTTOM and self._text.is_v0:
            check, stage = "upgrade_proto.cpp:165", _UPGRADING
        span = self._spec(layer).fields.place(field, index)
        return Refusal(fault, message, span, check, self._origins[layer], stage, elsewhere=elsewhere)
