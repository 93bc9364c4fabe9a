"""Memory is judged where the user says how much there is, with the solver that trains the net."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.training_memory import bytes_of
from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import findings_of

NET = """\
name: "wide"
layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 512 dim: 100 } } }
layer { name: "label" type: "DummyData" top: "label" dummy_data_param { shape { dim: 512 } } }
layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
        inner_product_param { num_output: 1000 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
"""


def _found(limit: str, net: str = NET, solver: str = "") -> list[Finding]:
    settings = f'#- settings {{"memory_limit": "{limit}"}}\n' if limit else ""
    beside = f'#- /solver.prototxt\nnet: "net.prototxt"\nbase_lr: 0.1\nlr_policy: "fixed"\n{solver}\n' if solver else ""
    found = findings_of(f"{settings}#- /net.prototxt\n{net}{beside}")
    return [finding for finding in found if finding.rule == "memory-above-limit"]


def test_the_message_says_how_much_and_of_what() -> None:
    (finding,) = _found("4MB")
    assert finding.severity is Severity.WARNING
    assert finding.message == (
        "training takes at least 5.3 MiB of memory, more than the 4.0 MiB of `memory_limit`: 2.2 MiB of activations "
        "and 2.0 MiB of their gradients, 789.1 KiB of parameters with gradients, 394.5 KiB of SGD"
    )


def test_the_solver_beside_the_net_counts() -> None:
    assert _found("5500KB", solver='type: "SGD"') == []
    (finding,) = _found("5500KB", solver='type: "Adam"')
    assert finding.message.endswith("789.1 KiB of Adam")


@pytest.mark.parametrize("limit", ["", "6MB", "much"])
def test_nothing_is_said_without_a_limit_or_below_it(limit: str) -> None:
    assert _found(limit) == []


def test_a_net_that_is_not_trained_is_not_judged() -> None:
    deploy = 'input: "x" input_shape { dim: 512 dim: 1000 }\nlayer { name: "p" type: "Softmax" bottom: "x" top: "p" }\n'
    assert _found("1KB", deploy) == []


def test_where_shapes_are_assumed_it_is_information_and_says_so() -> None:
    data = """\
layer { name: "data" type: "Data" top: "data" top: "label" data_param { source: "x" batch_size: 512 }
        transform_param { crop_size: 10 } }
"""
    net = data + NET.partition("{ dim: 512 } } }\n")[2]
    (finding,) = _found("4MB", net)
    assert finding.severity is Severity.INFORMATION
    assert "(assuming " in finding.message


@pytest.mark.parametrize(
    ("limit", "size"),
    [("8GB", 2**33), ("8 GiB", 2**33), ("1.5g", 3 * 2**29), ("512MB", 2**29), ("100", 100), ("0", 0), (" 2kB ", 2048)],
)
def test_a_limit_is_a_number_with_a_unit(limit: str, size: int) -> None:
    assert bytes_of(limit) == size


@pytest.mark.parametrize("limit", ["", "GB", "8 apples", "-1GB", "1e3", "9" * 400, "8GBGB"])
def test_what_is_no_size_is_no_limit(limit: str) -> None:
    assert bytes_of(limit) is None
