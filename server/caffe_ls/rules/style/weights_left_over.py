"""The weights file has trained layers that the net lacks.

Caffe tells each in its log, `Ignoring source layer fc8`, and goes on. It is meant where the net uses a part of a
trained one; else a layer was removed, or is called something else now.

The weights are those that the setting `weights` or `caffe-ls check --weights FILE` names, else those that the net's
solver names in `weights`.

Source: net.cpp (CopyTrainedLayersFrom).

Bad (settings {"weights": "/lenet.caffemodel"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 800 } } }
    #             ^^^^^^
    layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 500 } }
    #- /lenet.caffemodel
    layer { name: "ip1" type: "InnerProduct" blobs { shape { dim: 500 dim: 800 } } blobs { shape { dim: 500 } } }
    layer { name: "ip2" type: "InnerProduct" blobs { shape { dim: 10 dim: 500 } } blobs { shape { dim: 10 } } }

Good (settings {"weights": "/lenet.caffemodel"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 800 } } }
    layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 500 } }
    layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2" inner_product_param { num_output: 10 } }
    #- /lenet.caffemodel
    layer { name: "ip1" type: "InnerProduct" blobs { shape { dim: 500 dim: 800 } } blobs { shape { dim: 500 } } }
    layer { name: "ip2" type: "InnerProduct" blobs { shape { dim: 10 dim: 500 } } blobs { shape { dim: 10 } } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.trained_weights import WeightsFile, copied, names_of, weights_files
from caffe_ls.net.model import Net
from caffe_ls.rules.certain_nets import in_each_state, name_span
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule

_SHOWN_NAMES = 6


@document_rule(category=Category.STYLE, severity=Severity.HINT, reads="net", needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files = tuple(file for file in weights_files(document) if file.weights is not None and not file.log)
    if files:
        yield from in_each_state(document, lambda net: _check(document, net, files))


def _check(document: PrototxtDocument, net: Net, files: tuple[WeightsFile, ...]) -> Iterator[Finding]:
    copy = copied(document, net)
    # A file of another net altogether is told as that.
    if not copy.left_over or not copy.loaded or not net.layers:
        return
    names = [layer.name for layer in copy.left_over]
    more = f" and {len(names) - _SHOWN_NAMES:,} more" if len(names) > _SHOWN_NAMES else ""
    told = ", ".join(f"`{name}`" for name in names[:_SHOWN_NAMES])
    yield Finding(
        name_span(net, 0), f"{names_of(files)} has trained layers that the net lacks: {told}{more}", layer=None
    )
