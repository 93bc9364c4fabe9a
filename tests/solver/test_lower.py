"""What a solver's text says: values, places, defaults."""

from __future__ import annotations

from caffe_ls.text.span import Span
from tests.solver.solvers import solver_of


def test_a_value_knows_where_it_stands() -> None:
    text = 'net: "n"\n  base_lr: 0.5 # half\n'
    given = solver_of(text).first("base_lr")
    assert given is not None
    assert (given.value, text[slice(*given.span)], text[slice(*given.field)]) == (0.5, "0.5", "base_lr: 0.5")
    assert given.name_span == Span(11, 18)


def test_floats_are_kept_as_caffe_keeps_them() -> None:
    assert solver_of("base_lr: 0.01").number("base_lr") == 0.009999999776482582
    assert solver_of("rms_decay: 0.999999999").number("rms_decay") == 1.0
    assert solver_of("weight_decay: 1e-60").number("weight_decay") == 0.0
    assert solver_of("base_lr: 1e60").number("base_lr") == float("inf")


def test_what_is_not_given_has_the_default_of_the_dialect() -> None:
    solver = solver_of('net: "n"')
    assert (solver.number("base_lr"), solver.integer("average_loss"), solver.flag("test_initialization")) == (
        0,
        1,
        True,
    )
    assert solver.text("regularization_type") == "L2"
    assert not solver_of('net: "n"', "nvidia-0.17").flag("test_initialization")


def test_repeated_fields_keep_all_values_in_their_order() -> None:
    assert solver_of("stepvalue: 3 stepvalue: [1, 2]").integers("stepvalue") == (3, 1, 2)


def test_the_old_solver_type_is_upgraded() -> None:
    assert solver_of("solver_type: ADAGRAD").type == "AdaGrad"
    assert solver_of("solver_type: SGD").type == "SGD"
    assert solver_of('type: "Adam"').type == "Adam"
    assert solver_of('net: "n"').type == "SGD"


def test_a_solver_with_refused_text_is_not_complete() -> None:
    assert solver_of('net: "n"\nbase_lr: 1').complete
    for text in ('nett: "n"', "net:", "max_iter: 1.5", "display: 1 display: 2", "base_lr: ${LR}"):
        assert not solver_of(text).complete


def test_a_refused_value_counts_as_not_given() -> None:
    assert not solver_of("max_iter: many").has("max_iter")


def test_test_nets_are_counted_as_caffe_builds_them() -> None:
    assert solver_of('net: "n"').test_nets == 0
    assert solver_of('net: "n" test_iter: 1').test_nets == 1
    assert solver_of('net: "n" test_net: "a" test_iter: [1, 1, 1]').test_nets == 3
    assert solver_of('net_param { } test_net_param { } test_net: "a" test_iter: [1, 1]').test_nets == 2
    assert solver_of('train_net: "n" test_net: "a"').test_nets == 1
