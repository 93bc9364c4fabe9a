"""Which dialect a file is written in, told from what it uses."""

from __future__ import annotations

import csv
import re
import time
from pathlib import Path

import pytest

from caffe_ls.schema import catalog
from caffe_ls.schema.dialect_guess import Guess, guess, usages_of, usages_of_file
from caffe_ls.schema.model import NET_MESSAGE, SOLVER_MESSAGE
from caffe_ls.schema.validation import entry_problems, file_problems
from caffe_ls.syntax.parser import parse
from caffe_ls.text.source import decode
from tests.syntax.protobuf_oracle import python_accepts


def guessed(net: str = "", *, solver: str = "") -> Guess:
    """The guess for a net, or for a solver alone, or for a net with the solver that names it."""
    of_solver = usages_of_file(parse(solver), SOLVER_MESSAGE)
    return guess(usages_of_file(parse(net)), of_solver) if net else guess(of_solver)


def test_bvlc_wins_where_nothing_speaks_against_it() -> None:
    assert guessed("").dialect == "bvlc"
    assert guessed('name: "n" layer { name: "a" type: "ReLU" bottom: "x" top: "x" }').dialect == "bvlc"
    assert guessed('layers { name: "a" type: CONVOLUTION blobs_lr: 1 blobs_lr: 2 }').dialect == "bvlc"
    assert guessed('layers { layer { name: "a" type: "conv" num_output: 3 kernelsize: 2 } }').dialect == "bvlc"
    assert guessed(solver="base_lr: 0.1 solver_type: ADAM").dialect == "bvlc"


def test_a_field_speaks_for_the_dialects_that_have_it() -> None:
    found = guessed('layer { type: "Permute" permute_param { order: 0 order: 2 } }')
    assert found.dialect == "ssd"
    assert "bvlc" not in found.candidates
    assert [(usage.kind, usage.message, usage.field) for usage in found.reasons] == [
        ("field", "LayerParameter", "permute_param")
    ]
    assert found.unexplained == ()


def test_the_intersection_over_all_that_is_used_decides() -> None:
    both = "layer { permute_param { order: 1 } } layer { roi_pooling_param { pooled_h: 1 } }"
    found = guessed(both)
    assert "ssd" not in found.candidates
    assert {"permute_param", "roi_pooling_param"} <= {usage.field for usage in found.reasons}
    assert found.dialect == found.candidates[0]


@pytest.mark.parametrize(
    ("net", "dialect"),
    [
        # A message where BVLC has none, a list of a field that BVLC has only once, an enum value, a bare number.
        ('layer { bn_param { bn_mode: INFERENCE } }', "segnet"),
        ('layer { type: "BN" bn_param { slope_filler { value: 1 } } }', "pspnet"),
        ('layer { upsample_param { scale: 2 } }', "segnet"),
        ('layer { lstm_param { num_output: 10 clipping_threshold: 0.1 } }', "lstm"),
        ('layer { convolution_param { num_output: 8 engine: SCALE_CONV } }', "bvlc"),
        ('layer { pooling_param { pool: MAX engine: MKLDNN } }', "intel"),
    ],
)  # fmt: skip
def test_the_shape_of_a_value_speaks_too(net: str, dialect: str) -> None:
    assert guessed(net).dialect == dialect


def test_a_field_given_twice_or_as_a_list_speaks_for_dialects_in_which_it_is_repeated() -> None:
    once = catalog.load("bvlc").field("BiasParameter", "axis")
    assert once and not once.is_repeated
    twice = guessed("layer { convolution_param { kernel_size: 3 kernel_size: 5 } }")
    assert "bvlc" in twice.candidates
    assert "segnet" not in twice.candidates, "kernel_size was given once, in 2014"
    assert guessed("layer { convolution_param { kernel_size: [3, 5] } }").candidates == twice.candidates


def test_a_typing_error_says_nothing() -> None:
    found = guessed("layer { convolution_param { nunm_output: 3 kernel_size: MAX } permute_param { odrer: 1 } }")
    assert found.dialect == "ssd"
    assert found.unexplained == ()


def test_a_number_that_is_too_large_is_no_mark_of_a_dialect_with_wider_integers() -> None:
    assert guessed("layer { inner_product_param { num_output: 5000000000 } }").dialect == "bvlc"
    assert guessed("layer { pooling_param { stride: 5000000000 } }", solver="max_iter: 5000000000").dialect == "bvlc"


def test_what_is_misplaced_stays_a_mistake_even_if_some_old_dialect_had_it_there() -> None:
    found = guessed('layer { name: "c" type: "Convolution" kernel_size: 3 convolution_param { dilation: 2 } }')
    assert found.dialect == "bvlc"


def test_a_fork_is_guessed_from_its_layer_types_alone() -> None:
    assert guessed('layer { type: "Normalize" bottom: "x" top: "y" } layer { type: "PriorBox" }').dialect == "ssd"


def test_a_field_given_twice_in_a_file_of_bvlc_is_a_mistake_and_not_the_mark_of_a_fork() -> None:
    assert guessed("layer { pooling_param { kernel_size: 2 stride: 2 stride: 2 } }").dialect == "bvlc"


def test_layer_types_decide_only_between_dialects_whose_format_fits() -> None:
    custom = 'layer { type: "MyOwnLayer" bottom: "x" top: "y" }'
    assert guessed(custom).dialect == "bvlc"
    assert guessed('layer { type: "MyOwnLayer" } layer { lrn_param { local_size: 3 } }').dialect == "bvlc"


def test_linked_files_decide_between_dialects_that_fit_the_file_itself() -> None:
    net = 'layer { type: "ReLU" bottom: "x" top: "y" }'
    assert guessed(net, solver="base_lr: 0.1").dialect == "bvlc"
    assert guessed(net, solver='base_lr: 0.1 eval_type: "detection"').dialect == "ssd"
    # But the file's own fields go first.
    own = guessed("layer { bn_param { bn_mode: LEARN } }", solver="rampup_interval: 100")
    assert own.dialect == "segnet"
    assert own.unexplained == ()


def test_the_types_that_a_log_lists_decide_between_dialects_that_fit() -> None:
    usages = usages_of_file(parse("layer { permute_param { order: 1 } }"))
    assert guess(usages).dialect == "ssd"
    assert guess(usages, known_types_dialect="refinedet").dialect == "refinedet"
    assert guess(usages, known_types_dialect="segnet").dialect == "ssd"


def test_when_no_dialect_fits_the_one_that_explains_most_is_guessed_and_bvlc_on_ties() -> None:
    # BVLC's master and NVCaffe would each complain once.
    found = guessed("layer { clip_param { min: 0 max: 1 } } layer { forward_type: FLOAT16 }")
    assert found.candidates == ()
    assert found.dialect == "bvlc"
    assert [usage.field for usage in found.unexplained] == ["forward_type"]
    more = guessed("layer { clip_param { min: 0 max: 1 } } layer { forward_type: FLOAT16 backward_type: FLOAT }")
    assert more.dialect in ("nvidia-0.17", "any")
    assert [usage.field for usage in more.unexplained] == ["clip_param"]


def test_a_fork_of_several_forks_is_any() -> None:
    net = """
        layer { type: "BN" bn_param { bn_mode: LEARN } }
        layer { type: "BN" bn_param { bn_mode: INFERENCE } }
        layer { type: "ReLU" forward_type: FLOAT16 }
    """
    found = guessed(net)
    assert found.dialect == "any"
    assert found.candidates == ()
    assert {usage.field for usage in found.unexplained} == {"forward_type"}
    assert accepted(net, "any", NET_MESSAGE)


def test_a_mistake_in_a_forks_file_does_not_make_it_any() -> None:
    # Some old dialect had `kernel_size` in the layer itself; SegNet knows the name, elsewhere.
    net = "layer { bn_param { bn_mode: LEARN } kernel_size: 3 } layer { bn_param { bn_mode: LEARN } }"
    assert guessed(net).dialect == "segnet"


def test_usages_are_kept_with_the_entry() -> None:
    entry = parse("layer { permute_param { order: 1 } }").entries[0]
    assert usages_of(entry) is usages_of(entry)
    assert usages_of(entry, SOLVER_MESSAGE) == ()


@pytest.mark.parametrize(
    "text",
    [
        "layer " * 3,
        "layer { a: { b: [ { c <",
        "layer {" * 20_000,
        "layer { bottom: [[[[ }",
        "[caffe.x] { y: 1 }",
        "layer: 3 name { }",
        "layer { type: }",
        "layer { type: 'a' \"b\" type: '\\'",
    ],
)
def test_broken_text_is_no_obstacle(text: str) -> None:
    assert guessed(text).dialect == "bvlc"


def accepted(text: str, dialect: str, root: str) -> bool:
    file, schema = parse(text), catalog.load(dialect)
    return not any(entry.problems or entry_problems(entry, schema, root) for entry in file.entries) and not any(
        file_problems(file, schema, root)
    )


def corpus(shared: Path, wanted: str) -> list[tuple[str, str, str]]:
    """Path, text and root message of the corpus files that `bvlc`, or only a `fork`, parses."""
    csv.field_size_limit(10_000_000)
    with (shared / "corpus/prototxt.tsv").open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["kind"] in ("net", "solver")]
    return [
        (
            row["path"],
            decode((shared / "corpus" / row["path"]).read_bytes()),
            SOLVER_MESSAGE if row["kind"] == "solver" else NET_MESSAGE,
        )
        for row in rows
        if (row["parses_bvlc"] == "yes") == (wanted == "bvlc") and (wanted == "bvlc" or row["parses_with_fork"])
    ]


@pytest.mark.shared
def test_every_file_that_bvlc_parses_is_taken_for_bvlc_unless_its_layers_are_a_forks(shared: Path) -> None:
    files = corpus(shared, "bvlc")
    assert len(files) > 500
    guesses = [guess(usages_of_file(parse(text), root)) for _, text, root in files]
    assert all("bvlc" in found.candidates for found in guesses)
    types = catalog.load("bvlc").layer_types
    wrong = [
        path
        for (path, text, _), found in zip(files, guesses, strict=True)
        if found.dialect != "bvlc" and set(re.findall(r'^  type: *"(\w+)"', text, re.MULTILINE)) <= types
    ]
    assert wrong == []


@pytest.mark.shared
def test_protobuf_parses_every_file_of_a_fork_with_the_dialect_that_is_guessed(shared: Path) -> None:
    files = corpus(shared, "fork")
    assert len(files) > 300
    guesses = [guess(usages_of_file(parse(text), root)).dialect for _, text, root in files]
    wrong = [
        (path, dialect)
        for (path, text, root), dialect in zip(files, guesses, strict=True)
        if not (python_accepts(text, root, dialect) and accepted(text, dialect, root))
    ]
    assert wrong == []


@pytest.mark.shared
def test_guessing_takes_a_fraction_of_parsing(shared: Path) -> None:
    """No budget is asserted but a sanity bound: the walk is linear and far from the parse's time."""
    text = max((text for _, text, _ in corpus(shared, "fork")), key=len)
    parsing = walking = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        file = parse(text)
        parsed = time.perf_counter()
        usages_of_file(file)
        parsing, walking = min(parsing, parsed - start), min(walking, time.perf_counter() - parsed)
    assert walking < parsing
