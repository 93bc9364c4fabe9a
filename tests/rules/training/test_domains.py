"""Log, Power and Exp beside what they are given."""

from __future__ import annotations

import pytest

from caffe_ls.rules.finding import Finding, Severity
from tests.rules.checking import findings_of, fixed

HEAD = (
    'layer { name: "data" type: "DummyData" top: "data" dummy_data_param { shape { dim: 8 dim: 3 }'
    ' data_filler { type: "gaussian" } } }\n'
    'layer { name: "l" type: "DummyData" top: "label" dummy_data_param { shape { dim: 8 } } }\n'
    'layer { name: "fc" type: "InnerProduct" bottom: "data" top: "x" inner_product_param { num_output: 5'
    ' weight_filler { type: "xavier" } } }\n'
)
TAIL = 'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "y" bottom: "label" top: "loss" }\n'
UNSEEN = 'layer { name: "data" type: "Input" top: "x" input_param { shape { dim: 8 dim: 3 } } }\n'
OURS = ("log-of-zero-or-less", "power-undefined", "exp-overflows")


def _text(before: str, kind: str, param: str = "") -> str:
    above = f'layer {{ name: "above" type: "{before}" bottom: "x" top: "x" }}\n' if before else ""
    return f'{HEAD}{above}layer {{ name: "f" type: "{kind}" bottom: "x" top: "y" {param} }}\n{TAIL}'


def _found(text: str) -> list[Finding]:
    return [finding for finding in findings_of(text) if finding.rule in OURS]


def _severities(text: str) -> list[Severity | None]:
    return [finding.severity for finding in _found(text)]


@pytest.mark.parametrize(
    ("before", "kind", "param"),
    [
        ("ReLU", "Log", ""),
        ("", "Log", ""),
        ("TanH", "Log", "log_param { shift: 0.5 }"),
        ("Sigmoid", "Log", "log_param { scale: -1 }"),
        ("", "Power", "power_param { power: 0.5 }"),
        ("ReLU", "Power", "power_param { power: 0.5 }"),
        ("ReLU", "Power", "power_param { power: -1 }"),
        ("ReLU", "Power", "power_param { power: 3 }"),
        ("ReLU", "Power", "power_param { power: 1.5 scale: 2 }"),
        ("Sigmoid", "Power", "power_param { power: 0.5 shift: -0.1 }"),
        ("", "Power", "power_param { power: -0.5 scale: 0 shift: -1 }"),
        ("", "Power", "power_param { power: -1 scale: 0 }"),
    ],
)
def test_what_is_certain_to_fail_is_warned_of(before: str, kind: str, param: str) -> None:
    assert _severities(_text(before, kind, param)) == [Severity.WARNING]


@pytest.mark.parametrize(
    ("before", "kind", "param"),
    [
        ("ReLU", "Log", "log_param { shift: 1 }"),
        ("Sigmoid", "Log", "log_param { scale: -1 shift: 1.001 }"),
        ("TanH", "Log", "log_param { shift: 2 }"),
        ("ReLU", "Power", "power_param { power: 0.5 shift: 0.001 }"),
        ("Sigmoid", "Power", "power_param { power: -1 shift: 1 }"),
        ("", "Power", "power_param { power: 2 }"),
        ("", "Power", "power_param { power: 3 }"),
        ("ReLU", "Power", "power_param { power: 2 }"),
        ("ReLU", "Power", "power_param { scale: -1 shift: 1 }"),
        ("", "Power", "power_param { power: 0.5 scale: 0 shift: 4 }"),
        ("Sigmoid", "Exp", ""),
        ("TanH", "Exp", "exp_param { base: 2 scale: 100 }"),
        ("ReLU", "Exp", "exp_param { scale: -1 }"),
    ],
)
def test_what_cannot_fail_is_silent(before: str, kind: str, param: str) -> None:
    assert _found(_text(before, kind, param)) == []


@pytest.mark.parametrize(
    ("before", "kind", "param"),
    [
        ("Sigmoid", "Log", ""),
        ("Softmax", "Log", ""),
        ("", "Power", "power_param { power: -1 }"),
        ("Sigmoid", "Power", "power_param { power: 0.5 }"),
        ("", "Exp", ""),
        ("TanH", "Exp", "exp_param { base: 2 scale: 200 }"),
    ],
)
def test_what_depends_on_the_numbers_is_information(before: str, kind: str, param: str) -> None:
    expected = Severity.WARNING if "200" in param else Severity.INFORMATION
    assert _severities(_text(before, kind, param)) == [expected]


@pytest.mark.parametrize("kind", ["Log", "Power"])
def test_data_that_is_not_seen_is_information(kind: str) -> None:
    text = f'{UNSEEN}layer {{ name: "f" type: "{kind}" bottom: "x" top: "y" power_param {{ power: 0.5 }} }}\n'
    assert _severities(text.replace("power_param { power: 0.5 }", "") if kind == "Log" else text) == [
        Severity.INFORMATION
    ]


def test_a_net_that_is_only_run_has_no_gradient_to_lose() -> None:
    text = f'{UNSEEN}layer {{ name: "r" type: "ReLU" bottom: "x" top: "x" }}\n'
    text += 'layer { name: "f" type: "Power" bottom: "x" top: "y" power_param { power: 0.5 } }\n'
    assert _found(text) == []


@pytest.mark.parametrize(
    ("before", "kind", "param", "shift"),
    [
        ("ReLU", "Log", "", "log_param { shift: 1e-05 }"),
        ("ReLU", "Log", "log_param { base: 2 }", "log_param { base: 2 shift: 1e-05 }"),
        ("Sigmoid", "Log", "log_param { shift: -0.25 }", "log_param { shift: 1e-05 }"),
        ("Sigmoid", "Power", "power_param { power: 0.5 shift: -0.5 }", "power_param { power: 0.5 shift: 1e-05 }"),
    ],
)
def test_the_shift_that_mends_it(before: str, kind: str, param: str, shift: str) -> None:
    text = fixed(_text(before, kind, param), "Set `shift: 1e-05`")
    assert " ".join(text.split()) == " ".join(_text(before, kind, shift).split())
    assert _found(text) == []


def test_a_shift_is_written_on_a_line_of_its_own_where_others_are() -> None:
    param = "power_param {\n    power: 0.5\n  }\n"
    text = fixed(_text("ReLU", "Power", param), "shift")
    assert "power_param {\n    power: 0.5\n    shift: 1e-05\n  }\n" in text


def test_numbers_of_both_signs_have_no_shift_that_mends_them() -> None:
    assert _found(_text("", "Log"))[0].fixes == ()


def test_an_inverse_hyperbolic_sine_made_of_layers_is_no_certain_fault() -> None:
    text = HEAD + (
        'layer { name: "sq" type: "Power" bottom: "x" top: "s" power_param { power: 2 shift: 0 } }\n'
        'layer { name: "one" type: "Power" bottom: "s" top: "s" power_param { power: 0.5 shift: 1 } }\n'
        'layer { name: "sum" type: "Eltwise" bottom: "x" bottom: "s" top: "x1" }\n'
        'layer { name: "f" type: "Log" bottom: "x1" top: "y" }\n'
    )
    assert _severities(text + TAIL) == [Severity.INFORMATION]


@pytest.mark.parametrize(
    ("kind", "param", "severities"),
    [
        ("Power", "power_param { power: 0 }", [Severity.WARNING]),
        ("Power", "power_param { scale: 1e-50 shift: 1 }", [Severity.WARNING]),  # 0 in float32
        ("Exp", "exp_param { base: 1 }", [Severity.WARNING]),
        ("Log", "log_param { scale: 0 shift: 2 }", [Severity.WARNING]),
        ("Power", "power_param { shift: 1 }", []),
        ("Exp", "", []),
    ],
)
def test_what_is_the_same_for_every_input_is_told(kind: str, param: str, severities: list[Severity]) -> None:
    found = [one for one in findings_of(_text("", kind, param)) if one.rule == "same-for-every-input"]
    assert [one.severity for one in found] == severities


def test_ones_made_of_a_blob_that_others_read_may_be_meant() -> None:
    ones = 'layer { name: "ones" type: "Power" bottom: "x" top: "ones" power_param { scale: 0 shift: 1 } }\n'
    both = 'layer { name: "sum" type: "Eltwise" bottom: "x" bottom: "ones" top: "y" }\n'
    found = [one for one in findings_of(HEAD + ones + both + TAIL) if one.rule == "same-for-every-input"]
    assert [one.severity for one in found] == [Severity.INFORMATION]


def test_a_factor_of_zero_opens_where_no_relu_stands_behind() -> None:
    closed = 'layer { name: "s" type: "Scale" bottom: "x" top: "x" scale_param { filler { value: 0 } %s } }\n'
    relu = 'layer { name: "r" type: "ReLU" bottom: "x" top: "y" %s }\n'
    tanh = 'layer { name: "r" type: "TanH" bottom: "x" top: "y" }\n'
    offset = "bias_term: true bias_filler { value: 0.1 }"
    leaky = "relu_param { negative_slope: 0.1 }"
    texts = (closed % "" + relu % "", closed % "" + tanh, closed % offset + relu % "", closed % "" + relu % leaky)
    told = [sum(one.rule == "same-for-every-input" for one in findings_of(HEAD + text + TAIL)) for text in texts]
    assert told == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("param", "told"), [("alpha: -0.001", 1), ("alpha: 0.001", 0), ("alpha: -1 beta: 2", 0), ("alpha: 0", 0)]
)
def test_a_negative_alpha_has_no_root_where_numbers_are_large(param: str, told: int) -> None:
    found = findings_of(_text("ReLU", "LRN", f"lrn_param {{ {param} }}"))
    assert sum(one.rule == "lrn-k-not-positive" for one in found) == told
