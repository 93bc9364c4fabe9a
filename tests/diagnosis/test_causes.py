"""Each cause is named where it is the root, and not where it only looks so."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.diagnosis.diagnosing import diagnose
from tests.diagnosis.runs import CLASSIFIER, LEARNS, SOLVER, STUCK, causes_of, first_cause, passes, run
from tests.training_log.logs import glog, read

RISES = (2.31, 6.0, 30.0, 80.0, 87.3365, 87.3365, 80.0, 87.3365)


def _net(old: str, new: str) -> str:
    assert old in CLASSIFIER
    return CLASSIFIER.replace(old, new)


def _solver(**fields: object) -> str:
    kept = [line for line in SOLVER.splitlines() if line.split(":")[0] not in fields]
    return "\n".join([*kept, *(f"{name}: {value}" for name, value in fields.items() if value is not None), ""])


def _from(iteration: int, values: dict[str, object]) -> Callable[[int], str]:
    """Usual passes, and from an iteration on others."""
    return lambda at: passes(values if at >= iteration else {})


# What heals.


def test_a_run_that_learns_is_healthy() -> None:
    assert first_cause(run()) == "healthy"


def test_a_short_run_that_may_still_learn_is_healthy() -> None:
    assert first_cause(run((2.31, 2.3, 2.29), debug=lambda _: passes({}))) == "healthy"


@pytest.mark.parametrize(
    ("losses", "told"),
    [((3.12, 0.51), "went from 3.12 to 0.51"), ((2.31, 2.31, 2.31), "is around 2.31")],
)
def test_what_few_numbers_show_is_told_as_it_stands_in_the_log(losses: tuple[float, ...], told: str) -> None:
    (first, *_) = causes_of(run(losses))
    assert first.because[0].text == f"`loss` {told}"


def test_a_noisy_run_whose_gradients_are_clipped_is_healthy() -> None:
    losses = (2.4, 5.6, 1.5, 18.4, 5.0, 4.3, 11.6, 4.5, 6.1, 9.2, 5.8, 6.0)
    clipped = "Gradient clipping: scaling down gradients (L2 norm 9 > 1) by scale factor 0.1"
    log = run(losses, rates=lambda _: 1.5, debug=lambda _: clipped, net="", solver=_solver(clip_gradients=1))
    assert first_cause(log) == "healthy"


def test_zero_weights_in_the_last_layer_alone_do_no_harm() -> None:
    net = _net('num_output: 10 weight_filler { type: "xavier" }', "num_output: 10")
    assert first_cause(run(net=net, debug=lambda at: passes({"ip2 weights": 0 if at == 0 else 0.01 * at}))) == "healthy"


def test_overflow_in_the_very_first_test_alone_is_harmless() -> None:
    test = "Iteration 0, Testing net (#0)\n    Test net output #0: loss = nan (* 1 = nan loss)"
    later = "Iteration 6, Testing net (#0)\n    Test net output #0: loss = 1.5 (* 1 = 1.5 loss)"
    assert first_cause(run(debug=lambda at: test if at == 0 else later if at == 6 else "Speed 1")) == "healthy"


def test_nan_in_training_counts_although_the_first_test_had_one_too() -> None:
    test = "Iteration 0, Testing net (#0)\n    Test net output #0: loss = nan (* 1 = nan loss)\n"
    log = run(
        (2.3, 2.2, 2.1, math.nan),
        debug=lambda at: (test if at == 0 else "") + passes({"data top": "nan" if at == 3 else 0.4}),
    )
    assert first_cause(log) == "bad-input"


# The rate and the update.


def test_a_rate_far_too_high_that_kills_units() -> None:
    log = run(
        (2.31, 12.0, *STUCK),
        solver=_solver(base_lr=1),
        rates=lambda _: 1,
        debug=_from(2, {"relu1 top": 0, "ip1 steps": 0, "size": 90, "ip1 top": 40}),
    )
    causes = causes_of(log)
    assert causes[0].cause == "learning-rate-too-high"
    assert any("`relu1`" in reason.text and "iteration 2" in reason.text for reason in causes[0].because)


def test_a_rate_far_too_high_without_debug_lines() -> None:
    assert first_cause(run(RISES, solver=_solver(base_lr=1), rates=lambda _: 1)) == "learning-rate-too-high"


def test_a_loss_that_scatters_above_knowing_nothing_under_a_rate_far_too_high() -> None:
    losses = (2.31, 2.5, 2.9, 2.4, 3.1, 2.6, 2.8, 2.5, 3.0, 2.7, 2.6, 2.9)
    assert first_cause(run(losses, solver=_solver(base_lr=2), rates=lambda _: 2)) == "learning-rate-too-high"
    assert first_cause(run(losses)) == "healthy"


def test_a_net_that_has_just_been_thrown_off_is_not_judged() -> None:
    log = run((2.31, 14.0, 3.5, 2.4, 2.3), solver=_solver(base_lr=0.1), rates=lambda _: 0.1)
    assert first_cause(log) == "healthy"


def test_statistics_of_batch_normalisation_that_are_summed_up_are_no_weights_that_grow() -> None:
    def debug(at: int) -> str:
        statistics = f"[Forward] Layer bn, param blob 0 data: {0.3 * (at + 1)}\n        [Forward] Layer loss, top"
        return passes({}).replace("[Forward] Layer loss, top", statistics)

    assert first_cause(run(STUCK * 4, net=_normalised(), debug=debug)) == "healthy"


def test_losses_that_are_sums_over_pixels_are_no_probabilities() -> None:
    net = _net('top: "loss"', 'top: "loss" loss_param { normalization: NONE }')
    sums = tuple(8 * value for value in STUCK)
    assert first_cause(run((*sums[:6], 140.0, *sums[6:]), net=net)) == "healthy", "140 is a sum of 8 samples"
    assert first_cause(run(sums, net=net, solver=_solver(base_lr=2), rates=lambda _: 2)) == "learning-rate-too-high"


def test_raw_images_that_are_normalised_at_once_or_fit_the_weights_loaded_are_as_they_should_be() -> None:
    data = 'layer { name: "data" type: "Data" top: "data" top: "label" data_param { source: "x" batch_size: 8 } }\n'
    net = _normalised()
    net = data + net[net.index('    layer {\n      name: "ip1"') :]
    assert first_cause(run(STUCK, net=net)) == "healthy"
    raw = net.replace('"BatchNorm"', '"Dropout"').replace("batch_norm_param {  }", "")
    assert first_cause(run(STUCK, net=raw)) == "unscaled-input"
    assert first_cause(run(STUCK, net=raw, debug=lambda _: "Finetuning from a.caffemodel")) == "healthy"


def test_a_rate_too_low_to_move_anything() -> None:
    log = run(STUCK, solver=_solver(base_lr=1e-8), rates=lambda _: 1e-8, debug=lambda _: passes({}))
    assert first_cause(log) == "learning-rate-too-low"
    assert first_cause(run(STUCK, solver=_solver(base_lr=1e-8), rates=lambda _: 1e-8)) == "learning-rate-too-low"


def test_tiny_rates_of_losses_that_are_sums_over_many_pixels_are_not_too_low() -> None:
    losses = [250_000 + 900 * (at % 3) for at in range(12)]
    assert first_cause(run(losses, solver=_solver(base_lr=1e-10), rates=lambda _: 1e-10, net="")) == "healthy"


@pytest.mark.parametrize(
    "fields",
    [{"lr_policy": '"exp"', "gamma": 2}, {"lr_policy": '"inv"', "gamma": 0.5, "power": -3}],
)
def test_a_rate_that_grows_until_the_run_diverges(fields: dict[str, object]) -> None:
    log = run((2.3, 2.2, 2.1, 5.0, 50.0, 80.0, 87.3), solver=_solver(**fields), rates=lambda at: 0.01 * 4**at)
    assert first_cause(log) == "learning-rate-grows"


def test_a_warm_up_is_no_growing_rate() -> None:
    assert first_cause(run(rates=lambda at: min(0.01, 0.001 * (at + 1)))) == "healthy"


def test_a_rate_that_grows_although_the_log_shows_no_rates() -> None:
    log = run((2.3, 2.2, 2.1, 5.0, 50.0, 80.0, 87.3), solver=_solver(lr_policy='"exp"', gamma=4))
    log = b"\n".join(line for line in log.split(b"\n") if b", lr = " not in line)
    assert first_cause(log) == "learning-rate-grows"


def test_a_rate_that_is_no_number_between_two_displays() -> None:
    solver = _solver(lr_policy='"sigmoid"', gamma="inf", stepsize=10)
    losses = (2.3, 2.3, 2.3, math.nan, math.nan)
    log = run(losses, solver=solver, rates=lambda at: 0 if at < 10 else 0.01, display=4)
    assert first_cause(log) == "learning-rate-not-finite"


def test_rates_that_a_fork_computes_by_a_formula_of_its_own_are_taken_as_the_log_shows_them() -> None:
    solver = _solver(lr_policy='"poly"', power=0.5, max_iter=8)
    assert first_cause(run(LEARNS, solver=solver, rates=lambda at: 0.01 * 0.9**at)) == "healthy"


def test_a_rate_below_zero_although_the_log_shows_no_rates() -> None:
    log = run((2.3, 2.5, 2.9, 9.0, 70.0), solver=_solver(base_lr=-0.05))
    log = b"\n".join(line for line in log.split(b"\n") if b", lr = " not in line)
    assert first_cause(log) == "solver-misconfigured"


def test_momentum_above_one() -> None:
    log = run(RISES, solver=_solver(momentum=1.5), debug=lambda at: passes({"size": 5 * 3**at}))
    assert first_cause(log) == "momentum-too-high"


def test_decay_that_throws_weights_across_zero() -> None:
    log = run(RISES, solver=_solver(weight_decay=500), debug=lambda at: passes({"size": 5 * 3**at}))
    assert first_cause(log) == "weight-decay-too-high"


def test_decay_that_takes_all_weights_to_zero() -> None:
    log = run(STUCK, solver=_solver(weight_decay=5), debug=lambda at: passes({"size": 5 * 0.6**at}))
    assert first_cause(log) == "weight-decay-too-high"


# Settings of the solver.


@pytest.mark.parametrize(
    ("solver", "log"),
    [
        (_solver(base_lr=-0.05), {"losses": (2.3, 2.5, 2.9, 9.0, 70.0), "rates": lambda _: -0.05}),
        (_solver(iter_size=0), {"losses": (math.nan,) * 5}),
        (_solver(iter_size=-1), {"losses": (0,) * 5}),
        (_solver(max_iter=None), {"losses": (2.3,)}),
        (_solver(lr_policy='"step"', stepsize=4), {"losses": STUCK, "rates": lambda at: 0.01 if at < 4 else 0}),
        (_solver(type='"AdaGrad"', momentum=None, delta=0), {"losses": (2.3, math.nan, math.nan)}),
        (_solver(type='"Adam"', momentum=1), {"losses": (2.3, math.nan, math.nan)}),
    ],
)
def test_settings_that_void_the_run(solver: str, log: dict[str, object]) -> None:
    assert first_cause(run(solver=solver, **log)) == "solver-misconfigured"  # type: ignore[arg-type]


def test_clipping_to_nothing_is_seen_without_the_solver() -> None:
    clipped = "Gradient clipping: scaling down gradients (L2 norm 1.3 > 0) by scale factor 0"
    assert first_cause(run(STUCK, solver="", debug=lambda _: clipped)) == "solver-misconfigured"


# What the first weights and the data are like.


def test_hidden_weights_of_zero() -> None:
    net = CLASSIFIER.replace('weight_filler { type: "xavier" }', "")
    zero: dict[str, object] = dict.fromkeys(("ip1 top", "ip1 weights", "relu1 top", "ip2 weights", "ip1 steps"), 0)
    assert first_cause(run(STUCK, net=net, debug=lambda _: passes(zero))) == "zero-initialised-weights"
    assert first_cause(run(STUCK, net=net)) == "zero-initialised-weights"
    assert first_cause(run(STUCK, net="", debug=lambda _: passes(zero))) == "zero-initialised-weights"


def test_zeros_everywhere_count_although_the_last_bias_learns_a_little() -> None:
    net = _net('weight_filler { type: "xavier" }', "").replace("SoftmaxWithLoss", "EuclideanLoss")
    little = (0.72, 0.7, 0.69, 0.66, 0.64, 0.61, 0.6, 0.59, 0.58, 0.58, 0.57, 0.57)
    assert first_cause(run(little, net=net)) == "zero-initialised-weights"
    assert first_cause(run(LEARNS, net=net)) == "healthy"


def test_weights_loaded_from_an_earlier_run_need_no_filler() -> None:
    net = CLASSIFIER.replace('weight_filler { type: "xavier" }', "")
    assert first_cause(run(STUCK, net=net, debug=lambda _: "Finetuning from a.caffemodel")) == "healthy"


def test_weights_were_loaded_where_layers_of_theirs_are_ignored_before_any_test() -> None:
    net = _net('weight_filler { type: "xavier" }', "")
    ignored = b"I1121 01:30:00.000123 77 net.cpp:752] Ignoring source layer fc8\n"
    lines = run(STUCK, net=net).splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if b"Iteration 0, loss" in line)
    assert first_cause(b"".join([*lines[:at], ignored, *lines[at:]])) == "healthy"
    test = b"I1121 01:30:00.000123 77 solver.cpp:1] Iteration 0, Testing net (#0)\n"
    shared = first_cause(b"".join([*lines[:at], test, ignored, *lines[at:]]))
    assert shared == "zero-initialised-weights", "test nets take weights by name, too"


def test_first_weights_out_of_all_proportion() -> None:
    net = CLASSIFIER.replace('type: "xavier"', 'type: "gaussian" std: 30')
    assert first_cause(run((76.0, 80.0, 71.0, *STUCK), net=net)) == "weights-initialised-too-large"


def test_units_that_are_born_dead() -> None:
    net = _net('type: "xavier" } }', 'type: "xavier" } bias_filler { type: "constant" value: -20 } }')
    dead: dict[str, object] = {"ip1 top": 20, "ip1 bias": 20, "relu1 top": 0, "ip1 steps": 0, "ip2 steps": 0}
    assert first_cause(run(STUCK, net=net, debug=lambda _: passes(dead))) == "dead-relu"
    assert first_cause(run(STUCK, net=net)) == "dead-relu"


def test_inputs_of_0_to_255_that_kill_units() -> None:
    raw: dict[str, object] = {"data top": 34, "ip1 top": 60}

    def debug(at: int) -> str:
        return passes(raw if at < 2 else {**raw, "relu1 top": 0, "ip1 steps": 0, "size": 90})

    assert first_cause(run((51.0, 70.0, *STUCK), debug=debug)) == "unscaled-input"
    assert first_cause(run((51.0, 70.0, *STUCK))) == "unscaled-input", "told by the first loss alone"


def test_regression_targets_of_thousands() -> None:
    net = _net('type: "SoftmaxWithLoss"', 'type: "EuclideanLoss"').replace('bottom: "label"', 'bottom: "label"')
    log = run((1.6e8, 3.6e9, 1e25, math.inf, math.nan), net=net, solver=_solver(base_lr=0.002), rates=lambda _: 0.002)
    assert first_cause(log) == "unscaled-input"


def test_a_weight_of_a_million() -> None:
    net = _net('top: "loss"', 'top: "loss" loss_weight: 1e6')
    log = run((2.3, 40.0, 87.3365, *STUCK), net=net, weight=1e6)
    assert first_cause(log) == "loss-weight-too-large"


def test_a_recurrent_net_without_clipping() -> None:
    net = """
        layer { name: "data" type: "Input" top: "x" top: "cont" top: "y"
          input_param { shape { dim: 20 dim: 8 dim: 10 } shape { dim: 20 dim: 8 } shape { dim: 20 dim: 8 dim: 1 } } }
        layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "lstm"
          recurrent_param { num_output: 1 weight_filler { type: "xavier" } } }
        layer { name: "loss" type: "EuclideanLoss" bottom: "lstm" bottom: "y" top: "loss" }
    """
    log = run((0.4, 0.5, 9.0, 1e4, 1e9, 1e20, math.inf), net=net, rates=lambda _: 0.05)
    assert first_cause(log) == "unclipped-recurrent-gradient"


def test_sigmoids_one_upon_the_other() -> None:
    layers = "".join(
        f'''
        layer {{ name: "fc{at}" type: "InnerProduct" bottom: "{f"s{at - 1}" if at else "data"}" top: "fc{at}"
          inner_product_param {{ num_output: 32 weight_filler {{ type: "gaussian" std: 0.1 }} }} }}
        layer {{ name: "s{at}" type: "Sigmoid" bottom: "fc{at}" top: "s{at}" }}'''
        for at in range(9)
    )
    head, _, tail = CLASSIFIER.partition('    layer {\n      name: "ip1"')
    end = tail.partition('    layer {\n      name: "ip2"')[2]
    net = head + layers + '\n    layer {\n      name: "ip2"' + end.replace('bottom: "ip1"', 'bottom: "s8"')
    assert first_cause(run(STUCK, net=net)) == "vanishing-gradient"


def test_zeros_that_a_resumed_run_shows_are_named_whatever_made_them() -> None:
    weights = passes({"ip1 weights": 0, "ip1 top": 0, "relu1 top": 0, "ip1 steps": 0})
    resumed = b"I1121 01:30:00.000123 77 solver.cpp:1] Resuming from a_iter_500.solverstate\n"
    log = run(STUCK, debug=lambda _: weights).replace(b"Iteration ", b"Iteration 50")
    head, start, tail = log.partition(b"I1121 01:30:00.000123    77 net.cpp:12] Iteration 500")
    assert first_cause(head + resumed + start + tail) == "zero-initialised-weights"


# Values that are no numbers.


def test_nan_of_the_first_iteration_is_never_healthy() -> None:
    causes = causes_of(run((math.nan,) * 4, net="", solver=""))
    assert (causes[0].cause, "healthy" in [cause.cause for cause in causes]) == ("bad-input", False)


def test_nan_out_of_the_data_layer() -> None:
    log = run((2.3, 2.2, 2.1, 2.1, 2.3, 2.3), debug=lambda at: passes({"data top": "nan"} if at == 3 else {}))
    causes = causes_of(log)
    assert causes[0].cause == "bad-input"
    assert "iteration 3" in causes[0].because[0].text


def test_nan_between_two_displays_of_healthy_numbers() -> None:
    debug = _from(30, {"ip1 top": "nan", "ip1 weights": "nan", "loss top": "nan"})
    assert first_cause(run((2.3, 1.9, 1.5, math.nan), debug=debug, display=10)) == "bad-input"


def test_a_loss_that_forgets_all_at_once_hides_nan() -> None:
    assert first_cause(run((2.31, 2.1, 1.7, 1.4, 1.2, *STUCK))) == "bad-input"


def test_a_single_display_far_below_knowing_nothing_shows_that_the_net_had_learnt() -> None:
    assert first_cause(run((2.5, 2.35, 0.9, 2.3, 2.31, 2.3, 2.31), display=10)) == "bad-input"


def test_an_update_that_divides_by_zero_may_be_hidden_from_the_loss() -> None:
    solver = _solver(type='"AdaGrad"', momentum=None, delta=0)
    assert first_cause(run(STUCK, solver=solver)) == "solver-misconfigured"
    assert first_cause(run(LEARNS, solver=solver)) == "healthy"


def _pooling(kernel: int, stride: int, **more: object) -> str:
    fields = f"pool: AVE kernel_size: {kernel} stride: {stride} " + " ".join(f"{k}: {v}" for k, v in more.items())
    layer = f'layer {{ name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param {{ {fields} }} }}'
    net = _net("dim: 8 dim: 100", "dim: 8 dim: 1 dim: 24 dim: 24").replace(
        'bottom: "data" top: "ip1"', 'bottom: "pool" top: "ip1"'
    )
    head, _, tail = net.partition('    layer {\n      name: "ip1"')
    return f'{head}    {layer}\n    layer {{\n      name: "ip1"{tail}'


@pytest.mark.parametrize(("kernel", "stride"), [(1, 2), (2, 3), (1, 3)])
def test_a_pooling_window_of_nothing(kernel: int, stride: int) -> None:
    def debug(_: int) -> str:
        data = "    [Forward] Layer data, top blob data data: 0.4"
        return f"{data}\n    [Forward] Layer pool, top blob pool data: nan"

    log = run((math.nan,) * 4, net=_pooling(kernel, stride), debug=debug)
    assert first_cause(log) == "pooling-window-outside-input"
    assert first_cause(run((math.nan,) * 4, net=_pooling(kernel, stride))) == "pooling-window-outside-input"


def test_an_empty_window_of_max_pooling_breaks_a_run_after_its_first_step() -> None:
    net = _pooling(1, 2).replace("AVE", "MAX")
    assert first_cause(run((76.0, math.nan, math.nan, math.nan), net=net)) == "pooling-window-outside-input"
    assert first_cause(run(net=net)) == "healthy", "a net that learns all the same is told of it in second place"
    assert causes_of(run(net=net))[1].cause == "pooling-window-outside-input"


def test_pooling_that_makes_nan_of_finite_numbers_has_an_empty_window_of_whatever_size() -> None:
    net = _pooling(2, 3).replace('"Input"', '"HDF5Data"').replace("input_param", "#")

    def debug(_: int) -> str:
        data = "    [Forward] Layer data, top blob data data: 0.4"
        return f"{data}\n    [Forward] Layer pool, top blob pool data: nan"

    assert first_cause(run((math.nan,) * 4, net=net, debug=debug)) == "pooling-window-outside-input"


@pytest.mark.parametrize(
    ("kernel", "stride", "more"), [(1, 5, {}), (2, 5, {}), (1, 2, {"round_mode": "FLOOR"}), (3, 5, {"pad": 1})]
)
def test_strides_beyond_the_kernel_that_only_skip_pixels(kernel: int, stride: int, more: dict[str, object]) -> None:
    assert first_cause(run(net=_pooling(kernel, stride, **more))) == "healthy"
    broken = causes_of(run((math.nan,) * 4, net=_pooling(kernel, stride, **more)))
    assert "pooling-window-outside-input" not in [cause.cause for cause in broken]


def _between(layer: str) -> str:
    net = CLASSIFIER.replace('bottom: "ip1" top: "ip2"', 'bottom: "new" top: "ip2"')
    head, _, tail = net.partition('    layer {\n      name: "ip2"')
    return f'{head}    {layer}\n    layer {{\n      name: "ip2"{tail}'


@pytest.mark.parametrize(
    "layer",
    [
        'layer { name: "new" type: "Log" bottom: "ip1" top: "new" }',
        'layer { name: "new" type: "Power" bottom: "ip1" top: "new" power_param { power: 0.5 } }',
        'layer { name: "new" type: "Exp" bottom: "ip1" top: "new" }',
    ],
)
@pytest.mark.parametrize("since", [0, 4])
def test_a_layer_out_of_its_domain(layer: str, since: int) -> None:
    def debug(at: int) -> str:
        value = "nan" if at >= since else "0.3"
        return passes({}).replace(
            "[Forward] Layer ip2, top",
            f"[Forward] Layer new, top blob new data: {value}\n        [Forward] Layer ip2, top",
        )

    losses = [math.nan if at >= since else 2.2 for at in range(8)]
    assert first_cause(run(losses, net=_between(layer), debug=debug)) == "numeric-domain"
    assert first_cause(run(losses, net=_between(layer))) == "numeric-domain"


def test_a_whole_power_has_no_limits() -> None:
    layer = 'layer { name: "new" type: "Power" bottom: "ip1" top: "new" power_param { scale: 2 shift: 1 power: 2 } }'
    causes = causes_of(run((2.3, 2.2, 2.1, math.nan, math.nan), net=_between(layer)))
    assert "numeric-domain" not in [cause.cause for cause in causes]


# Losses, labels, batch normalisation.


def test_raw_scores_for_a_loss_of_probabilities() -> None:
    net = _net('type: "SoftmaxWithLoss"', 'type: "MultinomialLogisticLoss"')
    assert first_cause(run((29.8, -math.inf, math.nan), net=net)) == "loss-misuse"


def test_a_loss_below_zero_that_never_is() -> None:
    net = _net('type: "SoftmaxWithLoss"', 'type: "InfogainLoss"')
    assert first_cause(run((-20.8, -21.0, -22.3, -84.0, -370.0, math.nan), net=net)) == "loss-misuse"


def test_a_negative_weight() -> None:
    net = _net('top: "loss"', 'top: "loss" loss_weight: -1')
    assert first_cause(run((2.3, 2.6, 3.5, 9.0, 60.0), net=net, weight=-1)) == "loss-misuse"


def test_a_loss_that_counts_nothing() -> None:
    net = _net('type: "SoftmaxWithLoss"', 'type: "InfogainLoss"')
    assert first_cause(run((0,) * 8, net=net)) == "loss-misuse"


def test_a_loss_at_the_floor_in_the_first_pass_is_not_the_rates_doing() -> None:
    causes = causes_of(run((75.1, 77.3, 76.2), net="", solver=""))
    assert causes[0].cause == "label-out-of-range"
    assert causes[0].confidence < 0.5
    assert all(cause.cause != "learning-rate-too-high" for cause in causes)


def test_labels_whose_mean_is_beyond_the_classes() -> None:
    net = _net("num_output: 10", "num_output: 2")
    causes = causes_of(run((3.4, 6.1, 6.0, 3.5, 6.1), net=net, debug=lambda _: passes({"label top": 4.7})))
    assert causes[0].cause == "label-out-of-range"


def test_a_softmax_loss_below_zero_read_its_probability_elsewhere() -> None:
    assert first_cause(run((2.3, -1.5, 2.2, 2.1))) == "label-out-of-range"


def test_a_crash_in_a_layer_that_reads_labels() -> None:
    end = """
        |*** Aborted at 1 (unix time) ***
        |*** SIGSEGV (@0x0) received by PID 2 ***
        |    @ 0x7f caffe::SoftmaxWithLossLayer<>::Forward_cpu()
    """
    assert first_cause(run((2.3, 2.2), end=end)) == "label-out-of-range"


def test_a_list_without_images_is_the_cause_of_the_crash_that_follows() -> None:
    log = run((), end="A total of 0 images.\n|Segmentation fault (core dumped)")
    (first, *_) = causes_of(log)
    assert first.cause == "environment"
    assert "the list of images is empty" in first.because[0].text


def test_a_crash_is_placed_in_the_function_of_caffe_that_the_trace_names() -> None:
    end = """
        |*** Aborted at 1 (unix time) ***
        |*** SIGSEGV (@0x6) received by PID 2 ***
        |    @ 0x7f cfree
        |    @ 0x7f caffe::UpgradeSnapshotPrefixProperty()
    """
    told = [reason.text for cause in causes_of(run((), end=end)) for reason in cause.because]
    assert any("in `caffe::UpgradeSnapshotPrefixProperty`" in text for text in told)


def test_weights_to_resume_from_are_no_state() -> None:
    log = _ended(
        "io.cpp:51] Check failed: fd != -1 (-1 vs. -1) File not found: fc8",
        "I1121 01:39:00.000123 77 caffe.cpp:209] Resuming from n_iter_100.caffemodel",
    )
    assert "`--snapshot` takes the .solverstate" in causes_of(log)[0].because[-1].text


def test_a_stop_whose_message_is_not_in_the_log_is_not_explained() -> None:
    causes = causes_of(run((), end="|*** Check failure stack trace: ***"))
    assert all(cause.confidence < 0.5 for cause in causes)
    assert causes[0].cause != "healthy"


def _ended(fatal: str, before: str = "", solver: str = SOLVER) -> bytes:
    log = run((), solver=solver, end="")
    return log + (before + "\n" if before else "").encode() + f"F1121 01:40:00.000123 77 {fatal}\n".encode()


def test_a_setting_that_caffe_refuses_is_mended_in_the_users_solver() -> None:
    text = SOLVER + 'net: "net.prototxt"\ntest_iter: 3\n'
    file = PrototxtDocument("/a/solver.prototxt", text, kind="solver")
    log = _ended("solver.cpp:9] Check failed: param_.test_interval() > 0 (0 vs. 0) ", solver=text)
    cause = diagnose(read(log), solver=file)[0]
    assert cause.cause == "solver-misconfigured"
    assert any("solver.prototxt:7" in reason.text for reason in cause.because)
    assert {change.path for fix in cause.fixes for change in fix.edits} == {"/a/solver.prototxt"}
    assert any("test_interval" in fix.title for fix in cause.fixes)


def test_a_field_of_another_fork_is_told_with_its_place_and_the_fork() -> None:
    parser = (
        "[libprotobuf ERROR google/protobuf/text_format.cc:298] Error parsing text-format caffe.NetParameter: 7:16: "
        'Message type "caffe.LayerParameter" has no field named "permute_param".'
    )
    fatal = (
        "upgrade_proto.cpp:88] Check failed: ReadProtoFromTextFile(f, p) Failed to parse NetParameter file: n.prototxt"
    )
    cause = causes_of(_ended(fatal, parser))[0]
    assert cause.cause == "net-misconfigured"
    assert "line 7:16" in cause.because[0].text
    assert "SSD" in cause.because[0].text


def test_a_layer_type_of_another_fork_is_told_with_the_fork() -> None:
    fatal = "layer_factory.hpp:81] Check failed: registry.count(type) == 1 (0 vs. 1) Unknown layer type: Permute (known"
    assert any("SSD" in reason.text for reason in causes_of(_ended(fatal))[0].because)


def _normalised(fields: str = "", batch: int = 8) -> str:
    layer = f'layer {{ name: "bn" type: "BatchNorm" bottom: "ip1" top: "new" batch_norm_param {{ {fields} }} }}'
    return _between(layer).replace(
        "shape { dim: 8 dim: 100 } shape { dim: 8 }", f"shape {{ dim: {batch} dim: 100 }} shape {{ dim: {batch} }}"
    )


def test_statistics_that_nobody_has_computed() -> None:
    log = run((49.0, 72.0, 76.0, 79.0, 73.0, math.nan), net=_normalised("use_global_stats: true"))
    assert first_cause(log) == "batch-norm-misuse"


def test_global_statistics_of_loaded_weights_are_as_they_should_be() -> None:
    log = run(net=_normalised("use_global_stats: true"), debug=lambda _: "Finetuning from a.caffemodel")
    assert first_cause(log) == "healthy"


def test_batches_of_one() -> None:
    assert first_cause(run(STUCK, net=_normalised(batch=1))) == "batch-norm-misuse"


def test_no_eps() -> None:
    assert first_cause(run((math.nan,) * 4, net=_normalised("eps: 0"))) == "batch-norm-misuse"


def test_batch_normalisation_that_works_is_healthy() -> None:
    assert first_cause(run(net=_normalised())) == "healthy"


def test_a_box_loss_that_is_infinite_all_at_once_is_not_driven_there() -> None:
    net = _net('type: "SoftmaxWithLoss"', 'type: "SmoothL1Loss"')
    falls = (20.0, 18.7, 17.5, 16.0, 14.8, 13.9, 12.5, math.inf, math.nan)
    causes = causes_of(run(falls, net=net, display=20))
    assert causes[0].cause == "bad-input"
    assert any("boxes" in reason.text for reason in causes[0].because)
    grows = (20.0, 25.0, 60.0, 300.0, 1e4, 1e10, math.inf, math.nan)
    assert first_cause(run(grows, net=net, rates=lambda _: 0.1)) != "bad-input"


def test_large_images_alone_make_no_nan_of_the_first_pass() -> None:
    data = 'layer { name: "data" type: "Data" top: "data" top: "label" data_param { source: "x" batch_size: 8 } }'
    net = data + CLASSIFIER.partition("    }\n    layer")[2].replace(
        ' {\n      name: "ip1"', 'layer {\n name: "ip1"', 1
    )
    assert first_cause(run((math.nan,) * 4, net=net)) == "bad-input"


def test_a_box_loss_that_breaks_alone_speaks_of_boxes() -> None:
    net = (
        CLASSIFIER + 'layer { name: "loss_bbox" type: "SmoothL1Loss" bottom: "ip2" bottom: "data" top: "loss_bbox" }\n'
    )
    log = (
        run((2.3, 2.2, 2.1, 2.0), net=net)
        .decode()
        .replace("(* 1 = 2.1 loss)", "(* 1 = 2.1 loss)\n    Train net output #1: loss_bbox = nan (* 1 = nan loss)")
    )
    log = log.replace("(* 1 = 2.2 loss)", "(* 1 = 2.2 loss)\n    Train net output #1: loss_bbox = 0.3 (* 1 = 0.3 loss)")
    causes = causes_of(log.encode())
    assert causes[0].cause == "bad-input"
    assert any("boxes" in reason.text for reason in causes[0].because)


def test_accuracies_of_classes_that_a_batch_has_not_are_no_trouble() -> None:
    log = run(net="").replace(b"(* 1 = 1.7 loss)", b"(* 1 = 1.7 loss)\n    Train net output #1: of_class = -nan")
    assert first_cause(log) == "healthy"


_CUT = """
    Iteration 140, lr = 1e-09
    Iteration 160, loss = nan
        Train net output #0: loss = nan (* 1 = nan loss)
    Iteration 160, lr = 1e-09
"""


def test_what_a_log_that_begins_with_nan_does_not_show_is_not_claimed() -> None:
    causes = causes_of(glog(_CUT))
    assert causes[0].confidence < 0.5
    assert not any(cause.fixes for cause in causes)
    assert "the first numbers that the log shows" in causes[0].because[-1].text


def test_a_log_that_begins_with_a_lost_loss_does_not_show_what_lost_it() -> None:
    lines = "\n".join(f"Iteration {at}, loss = 87.3365\nIteration {at}, lr = 1e-05" for at in (26400, 26500, 26600))
    (first, *_) = causes_of(glog(lines))
    assert first.confidence < 0.5
    assert not first.fixes


def test_a_backward_pass_alone_does_not_tell_which_layer_broke() -> None:
    log = glog(
        """
            [Backward] Layer scale, bottom blob bn diff: 0
            [Backward] Layer scale, param blob 0 diff: nan
            [Backward] Layer scale, param blob 1 diff: 0
        """
    )
    assert all(cause.confidence < 0.5 for cause in causes_of(log))


def test_a_rate_that_the_log_does_not_tell_is_not_invented() -> None:
    told = [reason.text for cause in causes_of(glog("Iteration 5, loss = nan")) for reason in cause.because]
    assert "the log does not tell the rate" in told
    assert not any("0.01" in text for text in told)


def test_a_loss_that_breaks_while_another_one_does_not_is_told() -> None:
    log = run((2.3, 2.2, 2.1, 2.0), net="").replace(
        b"(* 1 = 2.1 loss)", b"(* 1 = 2.1 loss)\n    Train net output #1: boxes = nan (* 1 = nan loss)"
    )
    (first, *_) = causes_of(log)
    assert first.cause == "bad-input"
    assert any("`boxes` is no number, and `loss` is one" in reason.text for reason in first.because)


def test_learning_shows_in_the_confidence() -> None:
    sure = causes_of(run())[0].confidence
    unsure = causes_of(run(LEARNS[:2]))[0].confidence
    assert sure > unsure


def test_targets_of_a_python_layer_that_are_no_numbers_speak_of_its_data() -> None:
    layer = 'layer { name: "targets" type: "Python" bottom: "data" top: "new" python_param { module: "m" layer: "L" } }'

    def debug(at: int) -> str:
        line = f"        [Forward] Layer targets, top blob new data: {'inf' if at == 5 else 0.3}\n"
        return passes({}).replace("        [Forward] Layer ip2, top", line + "        [Forward] Layer ip2, top")

    causes = causes_of(run((2.3, 2.2, 2.1, 2.0, 1.9, math.nan, math.nan), net=_between(layer), debug=debug))
    assert causes[0].cause == "bad-input"
    assert "`targets`" in causes[0].because[0].text
