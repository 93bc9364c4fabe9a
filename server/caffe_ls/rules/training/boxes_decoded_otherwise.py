"""Boxes are decoded in another way than the loss encodes them.

What MultiBoxLoss teaches and DetectionOutput makes of it must agree: `code_type`, whether the variance is in the
targets (`encode_variance_in_target` and `variance_encoded_in_target`), `share_location`, the background's label and the
number of classes. Their defaults count too: `code_type` is CORNER where it is not given. Where they differ the net
learns well, and its detections are wrong.

Source: the SSD fork's multibox_loss_layer.cpp, detection_output_layer.cpp, bbox_util.cpp (EncodeBBox, DecodeBBox).

Bad (settings {"dialect": "ssd"}):
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 400 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 200 } } }
    layer { name: "prior" type: "Input" top: "prior" input_param { shape { dim: 1 dim: 2 dim: 400 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 1 dim: 1 dim: 3 dim: 8 } }
            include { phase: TRAIN } }
    layer { name: "loss" type: "MultiBoxLoss" bottom: "loc" bottom: "conf" bottom: "prior" bottom: "label" top: "loss"
            include { phase: TRAIN } multibox_loss_param { num_classes: 2 code_type: CENTER_SIZE } }
    layer { name: "out" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "out"
    #                         ^^^^^^^^^^^^^^^^^
            include { phase: TEST } detection_output_param { num_classes: 2 } }

Good (settings {"dialect": "ssd"}):
    layer { name: "loc" type: "Input" top: "loc" input_param { shape { dim: 1 dim: 400 } } }
    layer { name: "conf" type: "Input" top: "conf" input_param { shape { dim: 1 dim: 200 } } }
    layer { name: "prior" type: "Input" top: "prior" input_param { shape { dim: 1 dim: 2 dim: 400 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 1 dim: 1 dim: 3 dim: 8 } }
            include { phase: TRAIN } }
    layer { name: "loss" type: "MultiBoxLoss" bottom: "loc" bottom: "conf" bottom: "prior" bottom: "label" top: "loss"
            include { phase: TRAIN } multibox_loss_param { num_classes: 2 code_type: CENTER_SIZE } }
    layer { name: "out" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "out"
            include { phase: TEST } detection_output_param { num_classes: 2 code_type: CENTER_SIZE } }
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.families import trained_for
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.immutable import replace
from caffe_ls.net.model import Net
from caffe_ls.net.values import Group
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.layer_fields import set_field
from caffe_ls.rules.proving import proven
from caffe_ls.rules.rule import document_rule

_Loss: TypeAlias = "tuple[Net, int, str | None]"

_CODES = ("", "CORNER", "CENTER_SIZE", "CORNER_SIZE")


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="net", fixable=True, needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    nets = judged_nets(document)
    outputs = [(net, index) for net in nets for index in net.of_type("DetectionOutput")]
    if not outputs or document.template:
        return
    losses: list[_Loss] = [(net, index, None) for net in nets for index in net.of_type("MultiBoxLoss")]
    if not losses:
        losses = [
            (relative.net, index, relative.path)
            for relative in trained_for(document)
            for index in relative.net.of_type("MultiBoxLoss")
        ]
    told = set()
    for net, index in outputs:
        for trained, loss, path in _meant(net, index, losses):
            for finding in _compare(net, index, trained, loss, path):
                if finding.span not in told:
                    told.add(finding.span)
                    fixes = tuple(proven(document, one, anywhere=True) for one in finding.fixes)
                    yield replace(finding, fixes=fixes)


def _meant(net: Net, index: int, losses: list[_Loss]) -> list[_Loss]:
    """The loss that teaches what the layer reads: of several the one of the same name of the boxes, else none."""
    if len({(id(trained.text), trained.layers[loss].origin) for trained, loss, _ in losses}) <= 1:
        return losses[:1]
    boxes = net.layers[index].bottoms[:1]
    return [one for one in losses if one[0].layers[one[1]].bottoms[:1] == boxes][:1]


def _compare(net: Net, index: int, trained: Net, loss: int, path: str | None) -> Iterator[Finding]:
    layer, teacher = net.layers[index], trained.layers[loss]
    own, taught = layer.spec.fields.group("detection_output_param"), teacher.spec.fields.group("multibox_loss_param")
    for field, theirs in (
        ("code_type", "code_type"),
        ("variance_encoded_in_target", "encode_variance_in_target"),
        ("share_location", "share_location"),
        ("background_label_id", "background_label_id"),
        ("num_classes", "num_classes"),
    ):
        here, there = _value(own, field), _value(taught, theirs)
        if here == there:
            continue
        if field == "background_label_id" and not 0 <= int(there) < taught.integer("num_classes"):
            continue  # The loss itself is wrong, which is told there.
        related = Related(trained.in_file(loss, taught.place(theirs)), f"`{teacher.name}` has {there}", path)
        place = net.in_file(index, own.place(field)) if own.has(field) else net.place(index, "type")
        missing = "" if own.has(field) else " where it is not given"
        message = f"`{field}` is {here}{missing}, and {there} in the loss `{teacher.name}`"
        # Which number of classes is right, the layers above decide.
        fixes = set_field(net, index, "detection_output_param", field, there) if field != "num_classes" else ()
        yield Finding(place, message, fixes, (related,), layer=layer.name)
        return


def _value(own: Group, field: str) -> str:
    """A field's value, or its default, as the text has it."""
    if field == "code_type":
        return own.choice(field, _CODES, "CORNER")
    if field in ("background_label_id", "num_classes"):
        return str(own.integer(field))
    return "true" if own.flag(field, field == "share_location") else "false"
