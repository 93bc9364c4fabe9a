"""A layer shares some of its parameters with another one, and not the others.

Parameters of the same `param { name: ... }` are one: what one layer learns, the other one has too. Layers that are
meant to be the same, as in a Siamese net, name all their parameters. Where the weights have a name in common and the
biases do not, or one of a layer's names is that of another blob of the other layer, a layer was mostly copied with its
`param` blocks, and two layers that should learn different things learn one and the same.

It is information: tied weights with biases of their own can be meant.

Source: net.cpp (Net::AppendParam).

Bad:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      param { name: "weights" }
      inner_product_param { num_output: 20 }
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      param { name: "weights" }
      #             ^^^^^^^^^
      inner_product_param { num_output: 20 }
    }

Good:
    layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 20 } } }
    layer {
      name: "fc1"
      type: "InnerProduct"
      bottom: "data"
      top: "fc1"
      param { name: "fc1_weights" }
      inner_product_param { num_output: 20 }
    }
    layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
    layer {
      name: "fc2"
      type: "InnerProduct"
      bottom: "fc1"
      top: "fc2"
      param { name: "fc2_weights" }
      inner_product_param { num_output: 20 }
    }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.model import Net, Param
from caffe_ls.rules.finding import Finding, Fix, Related, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.rules.values import quoted
from caffe_ls.text.edit import Edit
from caffe_ls.text.span import Span


@net_rule(severity=Severity.INFORMATION, fixable=True)
def check(net: Net) -> Iterator[Finding]:
    shared: dict[int, list[tuple[Param, Param]]] = {}
    for param in net.params:
        if param.owner is not None:
            shared.setdefault(param.layer, []).append((param, net.params[param.owner]))
    for index, pairs in shared.items():
        layer = net.layers[index]
        owners = {owner.layer for _, owner in pairs}
        blobs = len(layer.param_shapes or ())
        crossed = next(((one, owner) for one, owner in pairs if one.index != owner.index), None)
        if blobs < 2:
            continue
        if len(owners) == 1 and len(pairs) == blobs and crossed is None:
            continue
        one, owner = crossed or pairs[0]
        other = net.layers[owner.layer]
        place = _place(net, one)
        message = (
            f"`{layer.name}` has {len(pairs)} of its {blobs} parameters in common with `{other.name}`, by the name"
            f" `{one.spec.name}`: they are learnt as one"
        )
        related = (Related(_place(net, owner), f"`{one.spec.name}` is made here"),)
        yield Finding(place, message, _own_name(net, one, place), related, layer=layer.name)


def _place(net: Net, param: Param) -> Span:
    """Where the name stands: of V1 layers it stands by itself."""
    blocks = net.layers[param.layer].spec.fields.groups("param")
    return net.in_file(param.layer, blocks[param.index].place("name"))


def _own_name(net: Net, param: Param, place: Span) -> tuple[Fix, ...]:
    name = f"{net.layers[param.layer].name}_{param.index}"
    if any(other.spec.name == name for other in net.params):
        return ()
    return (fix(f"Give the parameter a name of its own: `{name}`", Edit(place, quoted(name))),)
