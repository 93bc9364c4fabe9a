"""The net cannot take the weights of the train net beside it.

A net that is run with trained weights takes them by the names of its layers. Where a layer of that name was trained
with parameters of another shape or number, Caffe stops: `Cannot copy param 0 weights from layer 'fc'; shape mismatch`.
A layer that was not trained at all keeps what its fillers give it, and nothing tells so.

Only a net is looked at most of whose layers are as a solver in its folder trains them. Nets whose normalization was
merged into their convolutions have other parameters on purpose.

Source: net.cpp (CopyTrainedLayersFrom).

Bad (path /deploy.prototxt):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 20 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 30 } }
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 5 } }
    #                                                                                                   ^
    #- /train.prototxt
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 30 } }
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 10 } }
    #- /solver.prototxt
    net: "train.prototxt"

Good (path /deploy.prototxt):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 20 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 30 } }
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 10 } }
    #- /train.prototxt
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 30 } }
    layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 10 } }
    #- /solver.prototxt
    net: "train.prototxt"
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.families import Difference, Relative, changed_output, differences, trainable, trained_for
from caffe_ls.analysis.nets import certain_net, judged_nets
from caffe_ls.net.model import Net
from caffe_ls.rules.finding import Category, Finding, Related, Severity, fix
from caffe_ls.rules.rule import document_rule
from caffe_ls.text.edit import Edit

# A net of which less is as it was trained there was made for other weights.
_LEAST_SHARE = 0.5
_LEAST_LAYERS = 1
_NORMALIZATIONS = ("BatchNorm", "BN", "Scale")
_SIZED_BY = ("inner_product_param", "convolution_param")


@document_rule(category=Category.TRAINING, severity=Severity.WARNING, reads="net", fixable=True, needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    nets = judged_nets(document)
    if document.template or [net.phase for net in nets] != ["TEST"]:
        return
    net = certain_net(document, nets[0])
    judged = [list(_compare(net, relative)) for relative in trained_for(document) if _belongs(net, relative.net)]
    # It may have been made for any of them: what fits one of them is right.
    yield from min(judged, key=len, default=[])


def _belongs(net: Net, trained: Net) -> bool:
    mine, theirs = trainable(net), trainable(trained)
    other = {net.layers[difference.here].name for difference in differences(net, trained)}
    alike = (mine.keys() & theirs.keys()) - other
    if len(alike) < max(_LEAST_LAYERS, _LEAST_SHARE * len(mine)):
        return False
    return len(net.of_type(*_NORMALIZATIONS)) >= len(trained.of_type(*_NORMALIZATIONS))


def _compare(net: Net, relative: Relative) -> Iterator[Finding]:
    for difference in differences(net, relative.net):
        yield _other_parameters(net, relative, difference)
    theirs = trainable(relative.net)
    for name, index in trainable(net).items():
        if name not in theirs:
            message = f"`{name}` is not in {relative.name}: weights trained there leave it as its fillers made it"
            yield Finding(net.place(index, "name"), message, severity=Severity.INFORMATION, layer=name)


def _other_parameters(net: Net, relative: Relative, difference: Difference) -> Finding:
    layer, other = net.layers[difference.here], relative.net.layers[difference.there]
    related = Related(relative.net.place(difference.there, "name"), "the layer that is trained", relative.path)
    message = f"{difference.message} in {relative.name}: weights trained there cannot be loaded"
    output = changed_output(layer, other)
    if output is not None:
        own = next(group for one in _SIZED_BY if (group := layer.spec.fields.group(one)).has("num_output"))
        span = net.in_file(difference.here, own.place("num_output"))
        change = fix(f"Set `num_output: {output}`, as it is trained", Edit(span, str(output)))
        return Finding(span, message, (change,), (related,), layer=layer.name)
    return Finding(net.place(difference.here, "name"), message, related=(related,), layer=layer.name)
