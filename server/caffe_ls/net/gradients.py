"""Bottoms that no gradient goes to: Caffe stops at the first backward pass where one is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from caffe_ls.net.faults import Fault
from caffe_ls.net.model import About, Layer, Refusal
from caffe_ls.schema import catalog

_ALL = -2
_LAST = -1


class _Refused(NamedTuple):
    """A bottom by its index, `_LAST` or `_ALL`; what it is; and where Caffe stops."""

    bottom: int
    what: str
    check: str


def _label(check: str, bottom: int = 1) -> tuple[_Refused, ...]:
    return (_Refused(bottom, "its labels", check),)


_REFUSED: Mapping[str, tuple[_Refused, ...]] = {
    "Accuracy": (_Refused(_ALL, "any input", "accuracy_layer.hpp:79"),),
    "ArgMax": (_Refused(_ALL, "any input", "argmax_layer.hpp:67"),),
    "BatchReindex": (_Refused(1, "the indexes", "batch_reindex_layer.cpp:55"),),
    "Embed": (_Refused(0, "the words", "embed_layer.cpp:88"),),
    "Filter": (_Refused(_LAST, "the selector", "filter_layer.cpp:82"),),
    "HingeLoss": _label("hinge_loss_layer.cpp:46"),
    "InfogainLoss": (
        *_label("infogain_loss_layer.cpp:172"),
        _Refused(2, "the matrix H", "infogain_loss_layer.cpp:176"),
    ),
    "LSTM": (_Refused(1, "the sequence markers", "recurrent_layer.cpp:280"),),
    "LSTMUnit": (_Refused(2, "the sequence markers", "lstm_unit_layer.cpp:74"),),
    "MultiBoxLoss": (
        _Refused(2, "the priors", "multibox_loss_layer.cpp:261"),
        *_label("multibox_loss_layer.cpp:265", 3),
    ),
    "MultinomialLogisticLoss": _label("multinomial_logistic_loss_layer.cpp:41"),
    "RNN": (_Refused(1, "the sequence markers", "recurrent_layer.cpp:280"),),
    "SigmoidCrossEntropyLoss": _label("sigmoid_cross_entropy_loss_layer.cpp:108"),
    "SoftmaxWithLoss": _label("softmax_loss_layer.cpp:121"),
    "Threshold": (_Refused(_ALL, "any input", "threshold_layer.hpp:56"),),
}


def impossible_gradients(layers: tuple[Layer, ...]) -> Iterator[Refusal]:
    """Where the backward pass asks a layer for a gradient that it cannot give; `about` names the bottom."""
    for layer in layers:
        if not layer.needs_backward or not layer.judged:
            continue
        for refused in _REFUSED.get(layer.type, ()):
            bottom = _wanted(layer, refused.bottom)
            if bottom is not None and not _comes_from_a_fork(layer, bottom, layers):
                message = f"`{layer.type}` gives no gradient to {refused.what}, and `{layer.bottoms[bottom]}` needs one"
                span = layer.spec.fields.place("bottom", bottom)
                about = (About(bottom),)
                yield Refusal(
                    Fault.GRADIENT_NOT_POSSIBLE, message, span, refused.check, layer.origin, "first-iteration", about
                )
                break


def _comes_from_a_fork(layer: Layer, bottom: int, layers: tuple[Layer, ...]) -> bool:
    """Whether a layer that only forks have makes the bottom: what gradient it asks for is the fork's affair."""
    source = layer.sources[bottom]
    if source is None:
        return False
    return not any(layers[source.layer].type in catalog.load(dialect).layer_types for dialect in ("bvlc", "ssd"))


def _wanted(layer: Layer, bottom: int) -> int | None:
    """The bottom that would get a gradient, of those that are meant."""
    count = len(layer.bottoms)
    meant = range(count) if bottom == _ALL else (count - 1,) if bottom == _LAST else (bottom,)
    return next((index for index in meant if index < count and layer.bottoms_need_backward[index]), None)
