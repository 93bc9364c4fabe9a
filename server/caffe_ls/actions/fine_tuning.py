"""A layer that is to be learnt anew when a net starts from trained weights: another name, and what goes with it.

Caffe looks weights up by the layer's name (net.cpp, Net::CopyTrainedLayersFrom) and stops where those that it finds are
of another shape. So a layer that gets another number of classes gets another name, in all states of the net, with the
blob that is called after it; a filler, since nothing is loaded into it any more; and rates of ten times the others', as
in Caffe's own example of fine-tuning (models/finetune_flickr_style).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from caffe_ls.analysis.built_layers import BuiltLayer, built_layers_at
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.named_files import written_span
from caffe_ls.analysis.net_names import NamePlace, NamesOfNets, names_of
from caffe_ls.net.first_weights import WEIGHTED, parameters
from caffe_ls.rules.filler_fixes import advised_type, write_filler
from caffe_ls.rules.finding import FileEdit, Fix
from caffe_ls.rules.layer_fields import in_file, is_block
from caffe_ls.rules.rewriting import into_end
from caffe_ls.syntax.tree import Scalar
from caffe_ls.text.edit import Edit

_FASTER = 10


def learnt_anew(document: PrototxtDocument, offset: int) -> Fix | None:
    """The layer at `offset` with another name and all that goes with it; None for one without weights of its own."""
    built = built_layers_at(document, offset)
    if not built or built[0].layer.type not in WEIGHTED or not built[0].layer.judged:
        return None
    names, first = names_of(document), built[0]
    place = names.at(first.net.place(first.number, "name").start)
    if place is None or place.kind != "layer" or not place.name:
        return None
    blob = _blob_of_its_name(names, first)
    name = _free_name(
        place.name, lambda name: all(names.is_free(one, name) for one in (place, blob) if one is not None)
    )
    renamed = [one for start in (place, blob) if start is not None for one in names.same_as(start)]
    edits = {_named(document, one, name) for one in renamed}
    for one in names.same_as(place):
        layer = next((found for found in built_layers_at(document, one.span.start)), None)
        if layer is not None:
            edits.update(_faster(layer))
            edits.update(_filled(layer))
    ordered = sorted(edits, key=lambda edit: edit.span)
    return Fix(f"Learn `{place.name}` anew, as `{name}`", tuple(FileEdit(edit) for edit in ordered))


def _blob_of_its_name(names: NamesOfNets, one: BuiltLayer) -> NamePlace | None:
    tops = one.layer.spec.tops
    if tops != (one.layer.name,):
        return None
    place = names.at(one.net.place(one.number, "top").start)
    return place if place is not None and place.kind == "blob" and place.role == "makes" else None


def _free_name(name: str, is_free: Callable[[str], bool]) -> str:
    new, number = f"{name}_new", 1
    while not is_free(new):
        number += 1
        new = f"{name}_new{number}"
    return new


def _named(document: PrototxtDocument, place: NamePlace, name: str) -> Edit:
    written = document.text[place.span.start : place.span.end]
    inside = written_span(Scalar("string", 0, len(written), written)).shift(place.span.start)
    old = document.text[inside.start : inside.end]
    # The name as it is written, escapes and all, with the same letters behind it.
    return Edit(inside, old + name[len(place.name) :])


def _faster(one: BuiltLayer) -> Iterator[Edit]:
    """Ten times the rates that are written, or those that Caffe takes without."""
    layer, net = one.layer, one.net
    fields = layer.spec.fields
    placed = net.text.layers[layer.origin]
    if fields.has("param"):
        for own in fields.groups("param"):
            rate = f"{_FASTER * own.number('lr_mult', 1.0):g}"
            if own.has("lr_mult"):
                yield Edit(net.in_file(one.number, own.place("lr_mult")), rate)
            elif is_block(placed.text, own.span):
                yield in_file(into_end(placed.text, own.span, f"lr_mult: {rate}"), placed.base)
    elif is_block(placed.text, fields.span):
        count = len(layer.param_shapes) if layer.param_shapes is not None else 1
        content = " ".join(f"param {{ lr_mult: {_FASTER * (index + 1)} }}" for index in range(count))
        yield in_file(into_end(placed.text, fields.span, content), placed.base)


def _filled(one: BuiltLayer) -> Iterator[Edit]:
    if not parameters(one.layer).has("weight_filler"):
        edit = write_filler(one.net, one.number, "weight_filler", f'type: "{advised_type(one.net, one.number)}"')
        if edit is not None:
            yield edit
