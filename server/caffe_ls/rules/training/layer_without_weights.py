"""A layer is not in the weights that are to be loaded, and keeps what its fillers give it.

Caffe copies trained weights by the names of layers. A layer that the weights file does not have under its name is not
told in the log: it starts from its fillers. That is meant where a layer is to be learned anew. It is a fault where the
name was changed or misspelled, and in a net that is only run: there the layer computes with numbers that nobody
trained.

The weights are those that the setting `weights` or `caffe-ls check --weights FILE` names, else those that the net's
solver names in `weights`.

Source: net.cpp (CopyTrainedLayersFrom).

Bad (settings {"weights": "/lenet.caffemodel"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 800 } } }
    layer { name: "ip_1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 500 } }
    #             ^^^^^^
    layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2" inner_product_param { num_output: 10 } }
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
from caffe_ls.analysis.nets import judged_nets
from caffe_ls.analysis.trained_weights import Copy, WeightsFile, copied, names_of, stand_in, weights_files
from caffe_ls.net.model import Net
from caffe_ls.rules.certain_nets import in_each_state, name_span
from caffe_ls.rules.finding import Category, Finding, Severity, fix
from caffe_ls.rules.rule import document_rule
from caffe_ls.text.edit import Edit

# So many names show what kind of net a weights file is of.
_SHOWN_NAMES = 4


@document_rule(
    category=Category.TRAINING, severity=Severity.INFORMATION, reads="net", fixable=True, needs_brackets=True
)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files = tuple(file for file in weights_files(document) if file.weights is not None and not file.log)
    if files:
        trains = any(net.phase == "TRAIN" for net in judged_nets(document))
        yield from in_each_state(document, lambda net: _check(document, net, files, trains))


def _check(document: PrototxtDocument, net: Net, files: tuple[WeightsFile, ...], trains: bool) -> Iterator[Finding]:
    copy = copied(document, net)
    if not copy.unloaded:
        return
    if not copy.loaded:
        yield _nothing_in_common(net, copy, files)
        return
    for index in copy.unloaded:
        name = net.layers[index].name
        stays = "starts from its fillers" if trains else "computes with what its fillers give"
        message = f"`{name}` is not in {names_of(files)}: it {stays}"
        span = name_span(net, index)
        other = stand_in(net, index, copy)
        if other is not None:
            rename = fix(f"Rename the layer to `{other}`", Edit(span, f'"{other}"'))
            message = f"{message}; `{other}` there has the same shapes and is not used"
        fixes = (rename,) if other is not None and net.layers[index].spec.fields.has("name") else ()
        yield Finding(span, message, fixes, severity=None if trains else Severity.WARNING, layer=name)


def _nothing_in_common(net: Net, copy: Copy, files: tuple[WeightsFile, ...]) -> Finding:
    names = [layer.name for layer in copy.left_over]
    others = ", ".join(f"`{name}`" for name in names[:_SHOWN_NAMES]) + (", ..." if len(names) > _SHOWN_NAMES else "")
    message = f"no layer of the net is in {names_of(files)}, which has {others or 'no trained layers'}"
    return Finding(name_span(net, copy.unloaded[0]), message)
