"""An accuracy is computed in training, and none in the tests.

The accuracy of the batches that the net learns from tells nothing about what it makes of others. It belongs into the
TEST phase, where the solver averages it over `test_iter` batches. Left out in tests by `include { phase: TRAIN }`, the
test output is a loss only.

Source: accuracy_layer.cpp, solver.cpp (Solver::Test).

Bad:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
      dummy_data_param { shape { dim: 8 dim: 20 } shape { dim: 8 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1"
      inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "accuracy" type: "Accuracy" bottom: "fc1" bottom: "label" top: "accuracy" include { phase: TRAIN } }
    #                                                                                                        ^^^^^
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }

Good:
    layer { name: "data" type: "DummyData" top: "data" top: "label"
      dummy_data_param { shape { dim: 8 dim: 20 } shape { dim: 8 } } }
    layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1"
      inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
    layer { name: "accuracy" type: "Accuracy" bottom: "fc1" bottom: "label" top: "accuracy" include { phase: TEST } }
    layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc1" bottom: "label" top: "loss" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.net.model import LayerSpec, Net, State
from caffe_ls.net.states import filtered, state_in
from caffe_ls.rules.finding import Finding, Severity, fix
from caffe_ls.rules.rule import net_rule
from caffe_ls.text.edit import Edit


@net_rule("Accuracy", severity=Severity.INFORMATION, fixable=True, phase="TRAIN")
def check(net: Net) -> Iterator[Finding]:
    accuracies = net.of_type("Accuracy")
    tested = _layers_in_tests(net)
    made = {top for spec in tested for top in spec.tops}
    if any("accuracy" in spec.type.lower() for spec in tested):
        return
    for index in accuracies:
        layer = net.layers[index]
        rules = layer.spec.fields.groups("include")
        # Another net may be tested: this one is where all that the accuracy reads is there in tests too.
        if len(rules) != 1 or not rules[0].has("phase") or not made.issuperset(layer.bottoms):
            continue
        place = net.in_file(index, rules[0].place("phase"))
        message = f"`{layer.name}` is computed in training, of what the net has learnt from, and not in tests"
        yield Finding(place, message, (fix("Set `phase: TEST`", Edit(place, "TEST")),), layer=layer.name)


def _layers_in_tests(net: Net) -> list[LayerSpec]:
    return [net.text.layers[index].spec for index in filtered(net.text, state_in(net.text, State("TEST")))]
