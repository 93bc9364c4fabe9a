"""Recurrent layers: their parameters, and the work of all steps."""

from __future__ import annotations

from tests.net.nets import made

_FOUR_UNITS = "recurrent_param { num_output: 4 }"
_INPUT, _MARKERS, _STATIC = (5, 2, 3), (5, 2), (2, 7)


def test_an_lstm_has_four_gates() -> None:
    found = made("LSTM", _FOUR_UNITS, _INPUT, _MARKERS)
    assert found.top_shapes == ((5, 2, 4),)
    assert found.param_shapes == ((16, 3), (16,), (16, 4))
    assert found.macs == 5 * 2 * 16 * (3 + 4)


def test_an_rnn_multiplies_its_state_for_the_next_step_and_for_its_output() -> None:
    found = made("RNN", _FOUR_UNITS, _INPUT, _MARKERS)
    assert found.top_shapes == ((5, 2, 4),)
    assert found.param_shapes == ((4, 3), (4,), (4, 4), (4, 4), (4,))
    assert found.macs == 5 * 2 * 4 * (3 + 4 + 4)


def test_a_static_input_is_multiplied_once_not_at_every_step() -> None:
    lstm = made("LSTM", _FOUR_UNITS, _INPUT, _MARKERS, _STATIC)
    rnn = made("RNN", _FOUR_UNITS, _INPUT, _MARKERS, _STATIC)
    assert lstm.param_shapes[2] == (16, 7)
    assert rnn.param_shapes[2] == (4, 7)
    assert lstm.macs == 5 * 2 * 16 * (3 + 4) + 2 * 16 * 7
    assert rnn.macs == 5 * 2 * 4 * (3 + 4 + 4) + 2 * 4 * 7
