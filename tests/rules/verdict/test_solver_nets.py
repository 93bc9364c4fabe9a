"""Which nets a solver has, and what their tests need."""

from __future__ import annotations

from caffe_ls.rules.finding import Severity
from tests.rules.checking import expect, findings_of, fixed

RATE = 'base_lr: 0.01\nlr_policy: "fixed"\nmax_iter: 100\ndisplay: 10\nsolver_mode: GPU\n'
NET = '{ layer { name: "d" type: "DummyData" top: "d" dummy_data_param { shape { dim: 1 } } } }'


def rules_of(text: str, dialect: str = "bvlc") -> list[str]:
    """The rules whose findings are worse than a hint."""
    return [one.rule for one in findings_of(RATE + text, dialect=dialect) if one.severity is not Severity.HINT]


def test_each_way_to_give_one_net_is_taken() -> None:
    for net in ('net: "n"', f"net_param {NET}", 'train_net: "n"', f"train_net_param {NET}"):
        assert rules_of(net) == []


def test_a_misspelt_net_is_told_once() -> None:
    assert rules_of('nets: "n"') == ["unknown-field"]


def test_every_further_net_to_train_is_one_too_many() -> None:
    expect(f"""
        net: "n"
        net_param {NET}
        #<^^^^^^^ several-train-nets
        train_net: "t"
        #<^^^^^^^ several-train-nets
        {RATE.replace(chr(10), chr(10) + " " * 8)}
    """)


def test_a_net_may_make_any_number_of_test_nets() -> None:
    assert rules_of('net: "n" test_iter: 1 test_iter: 2 test_interval: 5') == []
    assert rules_of('net: "n" test_net: "t" test_iter: 1 test_iter: 2 test_interval: 5') == []


def test_named_test_nets_need_a_test_iter_each() -> None:
    assert rules_of(f'net: "n" test_net: "t" test_net_param {NET} test_iter: 2 test_interval: 5') == [
        "wrong-test-iter-count"
    ]
    assert rules_of('train_net: "n" test_net: "t" test_interval: 5') == ["wrong-test-iter-count"]


def test_a_train_net_alone_is_not_tested() -> None:
    assert rules_of('train_net: "n" test_iter: 2 test_interval: 5') == ["wrong-test-iter-count"]
    assert rules_of('train_net: "n" test_net: "t" test_iter: [1, 2] test_interval: 5') == ["wrong-test-iter-count"]


def test_test_states_are_counted_against_the_test_nets_that_are_built() -> None:
    assert rules_of('net: "n" test_iter: [1, 2] test_state { } test_state { } test_interval: 5') == []
    assert rules_of('net: "n" test_iter: [1, 2] test_state { } test_interval: 5') == ["wrong-test-state-count"]
    assert rules_of('net: "n" test_state { }') == ["wrong-test-state-count"]


def test_an_interval_is_needed_only_where_there_are_tests() -> None:
    assert rules_of('net: "n" test_interval: 0') == []
    assert rules_of('net: "n" test_interval: -5 test_iter: 1') == ["test-interval-missing"]
    assert rules_of('train_net: "n" test_net: "t" test_iter: 1') == ["test-interval-missing"]


def test_fixes_keep_the_line_ends_of_the_file() -> None:
    text = 'net: "n"\r\ntest_iter: 10\r\n'
    assert fixed(text, "test_interval") == text + "test_interval: 1000\r\n"


def test_a_fork_that_was_not_read_gets_warnings() -> None:
    found = findings_of(f'{RATE}net: "n" train_net: "t"', dialect="nvidia-0.17")
    assert [one.severity for one in found if one.rule == "several-train-nets"] == [Severity.WARNING]
