"""Two layers with weights have the same name.

Caffe builds both. But snapshots are saved and loaded by the names of layers: each layer of the file goes to the first
layer of the net that has its name. So after a resume, a test or a fine-tuning the first of the two has the weights of
the last, and the last starts anew; where their shapes differ, loading fails. Layers that stand in different phases or
stages may share a name; layers without weights too.

Source: net.cpp (Net::CopyTrainedLayersFrom, Net::ShareTrainedLayersWith).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 8 } } }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 4 } }
    layer { name: "ip" type: "InnerProduct" bottom: "ip1" top: "ip2" inner_product_param { num_output: 4 } }
    #             ^^^^

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 8 } } }
    layer { name: "ip1" type: "InnerProduct" bottom: "data" top: "ip1" inner_product_param { num_output: 4 } }
    layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2" inner_product_param { num_output: 4 } }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.model import Layer, Net
from caffe_ls.rules.finding import Finding, Related, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.rules.values import quoted
from caffe_ls.text.edit import Edit


@net_rule(severity=Severity.WARNING, fixable=True, of_connections=False)
def check(net: Net) -> Iterator[Finding]:
    weighted = [layer.spec.name for layer in net.layers if layer.param_shapes]
    if len(set(weighted)) == len(weighted):
        return
    first: dict[str, int] = {}
    names = {placed.spec.name for placed in net.text.layers}
    for index, layer in enumerate(net.layers):
        if not layer.param_shapes:
            continue
        known = first.setdefault(layer.name, index)
        if known != index and not _share_all(net, known, index):
            place = net.place(index, "name")
            message = f"a layer with weights has the name `{layer.name}` already: snapshots confuse the two"
            renaming = fix("Give it a name of its own", Edit(place, quoted(_new_name(layer, names))))
            there = Related(net.place(known, "name"), f"`{layer.name}` here too")
            yield Finding(place, message, (renaming,), (there,), layer=layer.name)


def _share_all(net: Net, one: int, other: int) -> bool:
    """Whether the layers have the same parameters, shared by name: then it does not matter which is loaded."""
    first, second = ([param for param in net.params if param.layer == index] for index in (one, other))
    return len(first) == len(second) and all(
        param.owner is not None and param.spec.name == shared.spec.name
        for shared, param in zip(first, second, strict=True)
    )


def _new_name(layer: Layer, names: set[str]) -> str:
    tops = [top for top in layer.spec.tops if top not in names]
    numbers = (f"{layer.name}_{number}" for number in range(2, len(names) + 3))
    return tops[0] if tops else next(name for name in numbers if name not in names)
