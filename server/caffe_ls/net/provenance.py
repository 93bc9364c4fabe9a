"""Where a dimension comes from: the layers above that made it what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, AnyShape, Elsewhere, Layer, Net, Refusal, count
from caffe_ls.net.shapes.step import differ, shown
from caffe_ls.net.values import Group
from caffe_ls.text.span import Span

# A reader follows no more places than these: the nearest, the farthest, and between them those that change most.
_MOST_PLACES = 8

# What sets the channels of a layer's top, and what sets its height and width, by the message that holds it.
_CHANNELS = {
    "convolution_param": "num_output",
    "inner_product_param": "num_output",
    "embed_param": "num_output",
    "recurrent_param": "num_output",
    "input_param": "shape",
    "dummy_data_param": "shape",
    "parameter_param": "shape",
    "reshape_param": "shape",
}
_WINDOWED = ("convolution_param", "pooling_param")
_SPATIAL = {
    "transform_param": ("crop_size", "crop_h", "resize_param"),
    "input_param": ("shape",),
    "dummy_data_param": ("shape",),
    "memory_data_param": ("height",),
    "parameter_param": ("shape",),
    "reshape_param": ("shape",),
    "interp_param": ("height", "zoom_factor", "shrink_factor"),
    "upsample_param": ("scale", "upsample_h"),
}
_OF_WIDTH = {"height": "width", "crop_h": "crop_w", "upsample_h": "upsample_w"}

# Fields of a window, those first that change a size most, each with the value that changes nothing.
_OF_WINDOWS = (("stride", 1), ("dilation", 1), ("kernel", 1), ("pad", 0))


def places_behind(net: Net, refusal: Refusal) -> tuple[Elsewhere, ...]:
    """The places that made the bottoms what they are of which a refusal speaks; none for one that names no bottoms."""
    position = _position(net, refusal)
    if position is None or not refusal.about:
        return ()
    about = refusal.about
    if refusal.fault is Fault.INPUT_SHAPES_DIFFER:
        about = _along_what_differs(net.layers[position].bottom_shapes, about)
    return places_behind_bottoms(net, position, about)


def _along_what_differs(shapes: tuple[AnyShape, ...], about: tuple[About, ...]) -> tuple[About, ...]:
    """Two bottoms as wholes: along the first axis in which they differ, where they have as many axes."""
    if len(about) != 2 or any(one.axis is not None for one in about):
        return about
    one, other = (_shape(shapes, side.bottom) for side in about)
    if one is None or other is None or len(one) != len(other):
        return about
    axis = next((axis for axis, (a, b) in enumerate(zip(one, other, strict=True)) if differ(a, b)), None)
    return tuple(side._replace(axis=axis) for side in about)


def places_behind_bottoms(net: Net, position: int, abouts: Sequence[About]) -> tuple[Elsewhere, ...]:
    """The places that made the bottoms of a layer what they are."""
    chains = [list(_chain(net, position, about)) for about in abouts]
    shared = set.intersection(*({at for at, _ in chain} for chain in chains)) if len(chains) > 1 else set()
    found: dict[tuple[int, Span], Elsewhere] = {}
    for chain in chains:
        for at, axis in _most_telling(net, chain):
            if at not in shared or at == chain[0][0]:
                place = _place(net.layers[at], axis)
                found.setdefault((place.layer, place.span), place)
    return tuple(found.values())


def _most_telling(net: Net, chain: list[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    if len(chain) <= _MOST_PLACES:
        return chain
    between = sorted(chain[1:-1], key=lambda link: -_change(net.layers[link[0]]))[: _MOST_PLACES - 2]
    return [link for link in chain if link in (chain[0], *between, chain[-1])]


def _change(layer: Layer) -> float:
    """How many times smaller, or larger, a layer's first top is than its first bottom."""
    made, read = count(_shape(layer.top_shapes, 0)), count(_shape(layer.bottom_shapes, 0))
    if made is None or read is None:
        return 1.0
    return max((made + 1) / (read + 1), (read + 1) / (made + 1))


def _position(net: Net, refusal: Refusal) -> int | None:
    return next((index for index, layer in enumerate(net.layers) if layer.origin == refusal.layer), None)


def _chain(net: Net, position: int, about: About) -> Iterator[tuple[int, int | None]]:
    """The layers above a bottom that changed what `about` speaks of, the nearest first, each with the axis it set."""
    seen: set[int] = set()
    waiting: list[tuple[int, int, int | None]] = [(position, about.bottom, about.axis)]
    while waiting:
        reader, bottom, axis = waiting.pop(0)
        sources = net.layers[reader].sources
        source = sources[bottom] if bottom < len(sources) else None
        if source is None or source.layer in seen:
            continue
        seen.add(source.layer)
        layer = net.layers[source.layer]
        changed = _changes(layer, source.top, axis)
        if changed:
            yield source.layer, axis
        waiting += (
            (source.layer, index, axis if _same_rank(layer, source.top, index) else None)
            for index in _carriers(layer, source.top, axis, changed)
        )


def _changes(layer: Layer, top: int, axis: int | None) -> bool:
    """Whether the layer gives its top another size, along the axis, than its first bottom has."""
    made = _shape(layer.top_shapes, top)
    read = _shape(layer.bottom_shapes, 0)
    if made is None or read is None or len(made) != len(read):
        return True
    if axis is None or not -len(made) <= axis < len(made):
        return made != read
    return made[axis] != read[axis] or (axis == 1 and "num_output" in _own_fields(layer))


def _carriers(layer: Layer, top: int, axis: int | None, changed: bool) -> Iterable[int]:
    """The bottoms that hand on the size in question: none where the layer sets it by itself."""
    if not layer.bottoms or (axis == 1 and "num_output" in _own_fields(layer)):
        return ()
    if layer.type in ("Concat", "Eltwise") and (changed or axis is None):
        return range(len(layer.bottoms))
    return (0,)


def _own_fields(layer: Layer) -> set[str]:
    return {name for message in _CHANNELS for name in layer.spec.fields.group(message).fields}


def _same_rank(layer: Layer, top: int, bottom: int) -> bool:
    made, read = _shape(layer.top_shapes, top), _shape(layer.bottom_shapes, bottom)
    return made is not None and read is not None and len(made) == len(read)


def _shape(shapes: tuple[AnyShape, ...], index: int) -> AnyShape:
    return shapes[index] if index < len(shapes) else None


def _place(layer: Layer, axis: int | None) -> Elsewhere:
    made = ", ".join(shown(shape) for shape in layer.top_shapes[:1])
    return Elsewhere(layer.origin, _blamed(layer.spec.fields, axis), f"layer `{layer.name}` makes {made} here")


def _blamed(fields: Group, axis: int | None) -> Span:
    if axis in (0, 1, None):
        for message, name in _CHANNELS.items():
            if fields.group(message).has(name):
                return _dimension(fields.group(message), name, axis)
    for message in _WINDOWED:
        found = _of_window(fields.group(message), axis)
        if found is not None:
            return found
    for message, names in _SPATIAL.items():
        group = fields.group(message)
        for name in names:
            name = _OF_WIDTH.get(name, name) if axis == 3 else name
            if group.has(name):
                return _dimension(group, name, axis)
    return fields.place("type")


def _of_window(window: Group, axis: int | None) -> Span | None:
    """The field that makes the output along a spatial axis smaller or larger than the input; else any of them."""
    side = "w" if axis == 3 else "h"
    given: list[tuple[Span, bool]] = []
    for name, without_effect in _OF_WINDOWS:
        whole, half = ("kernel_size" if name == "kernel" else name), f"{name}_{side}"
        if window.has(half):
            given.append((window.place(half), window.integer(half) != without_effect))
        elif values := window.integers(whole):
            index = min(axis - 2, len(values) - 1) if axis is not None and axis > 2 else 0
            given.append((window.place(whole, index), values[index] != without_effect))
    return next((place for place, matters in given if matters), given[0][0] if given else None)


def _dimension(group: Group, name: str, axis: int | None) -> Span:
    """Where a field stands; of a shape, where the size of the axis stands."""
    shape = group.group(name)
    if name == "shape" and axis is not None and 0 <= axis < shape.count("dim"):
        return shape.place("dim", axis)
    return group.place(name)
