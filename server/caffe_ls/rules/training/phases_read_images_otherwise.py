"""TRAIN and TEST see images of another kind.

A net that learns from images with their mean subtracted, or scaled to 0..1, cannot make anything of images that are
not: its test accuracy is that of guessing while the training loss falls. `scale`, and whether a mean is subtracted, and
which, must be the same wherever the net is fed. What makes images more varied, mirroring and cropping, may differ; but
crops of another size show things at another share of the image, and the last layers see another number of places.

Two mean files, or a file beside numbers, may hold the same mean.

Source: data_transformer.cpp (DataTransformer::Transform).

Bad:
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
      data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
      transform_param { scale: 0.00390625 }
    }
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
      #                  ^^^^^^
      data_param { source: "val_lmdb" batch_size: 50 backend: LMDB }
    }

Good:
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
      data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
      transform_param { scale: 0.00390625 }
    }
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
      data_param { source: "val_lmdb" batch_size: 50 backend: LMDB }
      transform_param { scale: 0.00390625 }
    }

Bad:
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
      data_param { source: "train_lmdb" batch_size: 32 backend: LMDB }
      transform_param { mirror: true mean_value: 104 mean_value: 117 mean_value: 123 }
    }
    layer {
      name: "data" type: "Data" top: "data" top: "label" include { phase: TEST }
      data_param { source: "val_lmdb" batch_size: 50 backend: LMDB }
      transform_param { mean_value: 123 mean_value: 117 mean_value: 104 }
      #                             ^^^
    }
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.families import tested_with
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.net.data_layers import has_mean, image_layers, transformation
from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Category, Finding, Fix, Related, Severity, fix
from caffe_ls.rules.images import mean_as_in, scale_as_in
from caffe_ls.rules.rule import document_rule
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span

_CLOSE = 0.01


class _Difference(NamedTuple):
    field: str
    message: str
    edit: Edit | None
    title: str
    severity: Severity | None = None


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="net", fixable=True, needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    if document.template:
        return
    nets = judged_nets(document)
    tested = [net for net in nets if net.phase == "TEST" and image_layers(net)]
    if not tested:
        return
    told = set()
    for trained, path, words in _trained(document, nets):
        for net in tested:
            for finding in _compare(trained, net, path, words):
                if (finding.span, finding.message) not in told:
                    told.add((finding.span, finding.message))
                    yield finding


def _trained(document: PrototxtDocument, nets: tuple[Net, ...]) -> Iterator[tuple[Net, str | None, str]]:
    own = [net for net in nets if net.phase == "TRAIN"]
    for net in own:
        yield net, None, "in TRAIN"
    if not own:
        for relative in tested_with(document):
            yield relative.net, relative.path, f"in {relative.name}"


def _compare(trained: Net, tested: Net, path: str | None, words: str) -> Iterator[Finding]:
    fed = {trained.layers[index].spec.tops[:1]: index for index in image_layers(trained)}
    for there in image_layers(tested):
        layer = tested.layers[there]
        here = fed.get(layer.spec.tops[:1])
        if here is None or (path is None and trained.layers[here].origin == layer.origin):
            continue
        source = trained.layers[here]
        related = (Related(_place(trained, here), f"what it is {words}", path),)
        differences = (_scales, _means, _crops)
        for difference in (one for compare in differences for one in compare(source, tested, there, words)):
            fixes: tuple[Fix, ...] = (fix(difference.title, difference.edit),) if difference.edit is not None else ()
            own = transformation(layer)
            where = tested.in_file(there, own.place(difference.field))
            place = where if own.has(difference.field) else tested.place(there, "type")
            yield Finding(place, difference.message, fixes, related, severity=difference.severity, layer=layer.name)


def _place(net: Net, index: int) -> Span:
    own = transformation(net.layers[index])
    given = net.layers[index].spec.fields.has("transform_param")
    return net.in_file(index, own.span) if given else net.place(index, "type")


def _scales(source: Layer, net: Net, index: int, words: str) -> Iterator[_Difference]:
    one, other = (transformation(layer).number("scale", 1.0) for layer in (source, net.layers[index]))
    if not math.isclose(one, other, rel_tol=_CLOSE):
        message = f"images are multiplied by {other:g}, and by {one:g} {words}"
        yield _Difference("scale", message, scale_as_in(net, index, one), f"Set `scale: {one:g}`")


def _means(source: Layer, net: Net, index: int, words: str) -> Iterator[_Difference]:
    layer = net.layers[index]
    one, other = transformation(source), transformation(layer)
    field = "mean_file" if other.has("mean_file") else "mean_value"
    if has_mean(source) != has_mean(layer):
        message = (
            f"a mean is subtracted {words}, and none here" if has_mean(source) else f"no mean is subtracted {words}"
        )
        yield _Difference(field, message, mean_as_in(net, index, source), "Subtract the same mean")
        return
    if one.has("mean_file") and other.has("mean_file"):
        if one.text("mean_file") != other.text("mean_file"):
            message = f"another mean file than {words}: it must hold the same mean"
            edit = mean_as_in(net, index, source)
            yield _Difference(field, message, edit, "Subtract the same mean", Severity.INFORMATION)
        return
    here, there = (own.numbers("mean_value") for own in (other, one))
    if here and there and not _same(here, there):
        shown = ", ".join(f"{mean:g}" for mean in there)
        message = f"another mean than {words}: {shown}"
        yield _Difference("mean_value", message, mean_as_in(net, index, source), "Subtract the same mean")


def _crops(source: Layer, net: Net, index: int, words: str) -> Iterator[_Difference]:
    one, other = (transformation(layer) for layer in (source, net.layers[index]))
    there, here = one.integer("crop_size"), other.integer("crop_size")
    if there and here and there != here:
        message = f"images are cropped to {here} x {here}, and to {there} x {there} {words}"
        edit = Edit(net.in_file(index, other.place("crop_size")), str(there))
        yield _Difference("crop_size", message, edit, f"Set `crop_size: {there}`", Severity.INFORMATION)


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    longest = max(len(one), len(other))
    one, other = ([*means] * longest if len(means) == 1 else means for means in (one, other))
    return len(one) == len(other) and all(abs(a - b) <= 1 for a, b in zip(one, other, strict=True))
