"""What the blobs of a net take: what is shared counts once, what no gradient is asked of has none."""

from __future__ import annotations

import pytest

from caffe_ls.net.memory_use import BYTES_OF_A_NUMBER, amount, memory_use
from tests.net.nets import inputs, net_of

X, LABEL, HIDDEN = 4 * 10, 4, 4 * 6
INPUT = inputs((4, 10), (4,))
FC = 'layer { name: "fc" type: "InnerProduct" bottom: "x0" top: "h" inner_product_param { num_output: 6 } }\n'
PARAMETERS = 10 * 6 + 6
LOSS = 'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "%s" bottom: "x1" top: "loss" }\n'
NET = INPUT + FC + LOSS % "h"


def _numbers(text: str, phase: str = "TRAIN", copies: int = 0) -> tuple[int, ...]:
    """Activations, gradients, parameters, their gradients and the solver's, as numbers."""
    use = memory_use(net_of(text, "TRAIN" if phase == "TRAIN" else "TEST"), copies)
    assert use.complete
    assert all(size % BYTES_OF_A_NUMBER == 0 for size in use[:5])
    return tuple(size // BYTES_OF_A_NUMBER for size in use[:5])


def test_training_holds_gradients_of_what_leads_to_a_parameter_and_the_history_of_the_solver() -> None:
    data = X + LABEL + HIDDEN + 1
    assert _numbers(NET, copies=2) == (data, HIDDEN, PARAMETERS, PARAMETERS, 2 * PARAMETERS)


def test_testing_holds_no_gradients_and_no_history() -> None:
    assert _numbers(NET, "TEST", copies=2) == (X + LABEL + HIDDEN + 1, 0, PARAMETERS, 0, 0)


def test_a_layer_in_place_takes_nothing_more() -> None:
    relu = 'layer { name: "relu" type: "ReLU" bottom: "h" top: "h" }\n'
    assert _numbers(INPUT + FC + relu + LOSS % "h") == _numbers(NET)


def test_a_layer_that_shows_its_bottom_in_another_shape_takes_nothing_more() -> None:
    flat = 'layer { name: "flat" type: "Flatten" bottom: "h" top: "flat" }\n'
    assert _numbers(INPUT + FC + flat + LOSS % "flat") == _numbers(NET)


def test_a_split_has_a_gradient_for_each_reader_beside_the_blobs_own_and_no_data() -> None:
    second = LOSS.replace("loss", "other") % "h"
    activations, gradients, *_ = _numbers(NET + second)
    assert activations == X + LABEL + HIDDEN + 2
    assert gradients == 3 * HIDDEN


def test_a_blob_that_only_readers_without_gradient_share_has_none_for_them() -> None:
    silence = 'layer { name: "again" type: "InnerProduct" bottom: "x0" top: "i" inner_product_param { num_output: 6 } }'
    assert _numbers(NET + silence + LOSS.replace("loss", "other") % "i")[1] == 2 * HIDDEN


def test_a_shared_parameter_counts_once() -> None:
    named = 'param { name: "w" } param { name: "b" } }\n'
    first = FC.replace("}\n", named)
    second = first.replace('"fc"', '"fc2"').replace('top: "h"', 'top: "g"')
    assert _numbers(INPUT + first + second + LOSS % "h")[2] == PARAMETERS


def test_what_is_not_known_counts_nothing_and_is_said() -> None:
    use = memory_use(net_of(inputs(None, (4,)) + FC + LOSS % "h"))
    assert not use.complete
    assert use.activations == (LABEL + 1) * BYTES_OF_A_NUMBER
    # The bias is as long as num_output says, whatever comes in.
    assert use.total == use.activations + 2 * 6 * BYTES_OF_A_NUMBER


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (2**20, "1.0 MiB"), (5000 * 2**30, "5,000.0 GiB")],
)
def test_an_amount_has_the_unit_that_fits(size: int, said: str) -> None:
    assert amount(size) == said
