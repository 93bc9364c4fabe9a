"""The matrix H of an InfogainLoss has entries that no training stands.

H says, for each class that is right, how much the logarithm of each class's probability counts: the loss is
-H[label] . ln(p). The unit matrix makes it the usual softmax loss. A row of zeros lets its class never be learnt, and a
matrix of zeros gives the loss 0 and no gradient; a negative entry lets the loss fall without end; nan goes into the
weights as soon as its label comes up; entries far above 1 multiply the gradient.

The matrix is read where its file is there.

Source: infogain_loss_layer.cpp (Forward_cpu, Backward_cpu).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 2 } }
    layer { name: "loss" type: "InfogainLoss" bottom: "fc" bottom: "label" top: "loss"
            infogain_loss_param { source: "h.binaryproto" } }
    #                                     ^^^^^^^^^^^^^^^
    #- /h.binaryproto
    num: 1 channels: 1 height: 2 width: 2 data: 1 data: 0 data: -1 data: 1

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 4 dim: 20 } } }
    layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }
    layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc" inner_product_param { num_output: 2 } }
    layer { name: "loss" type: "InfogainLoss" bottom: "fc" bottom: "label" top: "loss"
            infogain_loss_param { source: "h.binaryproto" } }
    #- /h.binaryproto
    num: 1 channels: 1 height: 2 width: 2 data: 1 data: 0 data: 0 data: 5
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from caffe_ls.analysis.disk import FilesBeside
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import net_text
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.wire.stored_bytes import NotReadableError

_LARGE, _HUGE = 100.0, 1e4
_MOST_NUMBERS = 1 << 22


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="net", needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files = document.context.files
    for placed in net_text(document).layers if files is not None else ():
        # A third bottom goes before the file.
        if placed.spec.type != "InfogainLoss" or len(placed.spec.bottoms) != 2 or placed.damaged or files is None:
            continue
        own = placed.spec.fields.group("infogain_loss_param")
        written = own.text("source")
        numbers = _numbers(written, files) if written else ()
        if not numbers or math.isqrt(len(numbers)) ** 2 != len(numbers):
            continue
        told = _fault(numbers)
        if told is not None:
            severity, message = told
            place = own.place("source").shift(placed.base)
            yield Finding(place, f"`{written}` {message}", severity=severity, layer=placed.spec.name)


def _numbers(written: str, files: FilesBeside) -> tuple[float, ...]:
    path = files.find(written)
    stored = None if path is None else files.access.stored(path)
    if stored is None:
        return ()

    def read() -> tuple[float, ...]:
        from caffe_ls.weights.binary import read_numbers

        try:
            return read_numbers(stored, _MOST_NUMBERS)
        except NotReadableError:
            return ()

    return files.access.once((_numbers, path), read)


def _fault(numbers: tuple[float, ...]) -> tuple[Severity | None, str] | None:
    """The worst that is to be said of a matrix."""
    size = math.isqrt(len(numbers))
    wrong = next((at for at, number in enumerate(numbers) if not math.isfinite(number)), None)
    if wrong is not None:
        return (
            None,
            f"has {numbers[wrong]:g} in row {wrong // size}: the first label {wrong // size} makes the loss nan",
        )
    if min(numbers) < 0:
        at = numbers.index(min(numbers))
        return None, f"has {numbers[at]:g} in row {at // size}: the loss of label {at // size} falls without end"
    empty = [row for row in range(size) if not any(numbers[row * size : (row + 1) * size])]
    if len(empty) == size:
        return None, "holds zeros alone: the loss is 0, and nothing is learnt"
    if max(numbers) >= _LARGE:
        severity = None if max(numbers) >= _HUGE else Severity.INFORMATION
        return severity, f"has entries of up to {max(numbers):,.7g}, which multiply the gradient"
    if empty:
        return Severity.INFORMATION, f"has zeros alone in row {empty[0]}: label {empty[0]} is never learnt"
    return None
