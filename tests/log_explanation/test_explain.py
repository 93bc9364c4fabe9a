"""Each kind of line is explained: what its number is, what it was, what is usual, what it suggests."""

from __future__ import annotations

import pytest

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.log_document import LogDocument, log_document
from caffe_ls.analysis.log_links import RunFiles
from caffe_ls.log_explanation.around import Around
from caffe_ls.log_explanation.explain import explain
from caffe_ls.training_log.patterns import PATTERNS
from tests.log_explanation.runs import EXPLODING, HEALTHY, START, log
from tests.training_log.logs import glog


def row_of(document: LogDocument, text: str, occurrence: int = 0) -> int:
    """The row of a line that holds a text; of several the one counted from 0, or from the end if negative."""
    rows = [row for row in range(document.text.line_count) if text.encode() in document.text.line(row)]
    return rows[occurrence]


def said(text: str, line: str, occurrence: int = 0, around: Around | None = None) -> str:
    """What the explanation of a line of a run says."""
    document = log_document("/runs/train.log", log(text))
    found = explain(document, row_of(document, line, occurrence), around)
    assert found is not None
    return found.markdown


def test_a_debug_number_is_the_mean_of_absolute_values_and_bounds_the_norms() -> None:
    text = said(HEALTHY, "[Forward] Layer ip, top blob ip", -1)
    assert "`0.6` is the **mean of |x|**" in text
    assert "Shape 4 × 2 = 8 numbers, so the L1 norm is 4.8, and the largest |x| lies between 0.6 and 4.8" in text
    assert "iterations 0 to 3: 0.3 → 0.6" in text
    assert "Usual for InnerProduct" in text
    assert 'type: "InnerProduct"' in text


def test_the_shape_of_a_parameter_is_computed_from_the_printed_net() -> None:
    text = said(HEALTHY, "param blob 0 data")
    assert "parameter 0, its weights, of layer `ip`" in text
    assert "Shape 2 × 3 = 6 numbers, so the L1 norm is 2.4" in text


def test_a_gradient_is_weighed_against_its_parameter() -> None:
    assert "rate × diff / data = 0.05 × 0.01 / 0.43 = 0.00116279: a usual step" in said(HEALTHY, "blob 0 diff", -1)


def test_a_line_of_an_in_place_layer_is_told_from_that_of_the_layer_below() -> None:
    assert "values of `ip` as layer `relu` (ReLU) rewrote it" in said(HEALTHY, "Layer relu, top blob")
    assert "values of `ip` as layer `ip` (InnerProduct) made it" in said(HEALTHY, "Layer ip, top blob")


def test_the_layer_that_made_nan_of_finite_inputs_is_named() -> None:
    assert "its inputs are still finite (`data` 0.5)" in said(EXPLODING, "Layer ip, top blob", -1)


def test_a_layer_that_got_nan_points_further_up() -> None:
    bad_data = START + HEALTHY[len(START) :].replace("blob data data: 0.5", "blob data data: nan").replace(
        "Layer ip, top blob ip data: 0.6", "Layer ip, top blob ip data: nan"
    )
    assert "it comes out of the data" in said(bad_data, "Layer data, top blob", -1)
    assert "it came in with `data`: look further up" in said(bad_data, "Layer ip, top blob", -1)


def _told(text: str, line: str) -> str:
    document = log_document("/runs/train.log", glog(text))
    found = explain(document, row_of(document, line))
    assert found is not None
    return found.markdown


def test_gradients_far_larger_than_the_parameters_are_told_with_the_rate_that_is_too_much() -> None:
    line = "[Backward] All net params (data, diff): L1 norm = (2711, 7086); L2 norm = (6, {})"
    assert "680 times as large as the parameters" in _told(line.format(4080), "All net params")
    assert "a rate above 0.00015 moves them" in _told(line.format(4080), "All net params")
    assert "**Now**" not in _told(line.format(40), "All net params")
    shown = "Iteration 5, lr = 1e-10\n" + line.format(4080)
    assert "**Now**" not in _told(shown, "All net params")


def test_a_measure_that_is_no_number_is_told_to_be_no_loss() -> None:
    text = (
        "Iteration 5, loss = 1\n  Train net output #0: loss = 1 (* 1 = 1 loss)\n  Train net output #1: of_class = -nan"
    )
    assert "Measures of one class are 0/0" in _told(text, "of_class")


def test_a_dead_relu_is_told() -> None:
    assert "every unit is off" in said(EXPLODING, "Layer relu, top blob", -1)


def test_the_interval_is_told_in_which_nan_must_have_come() -> None:
    sparse = EXPLODING.replace("Iteration 1,", "Iteration 100,")
    assert "after iteration 0 and by iteration 100" in said(sparse, "Layer ip, top blob", -1)


def test_a_rate_line_tells_policy_and_next_change() -> None:
    text = said(HEALTHY, "Iteration 1, lr")
    assert 'Policy "step": base_lr × gamma ^ floor(iter / stepsize)' in text
    assert "Next change: iteration 2, to 0.05" in text


def test_the_time_that_is_left_is_reckoned_from_the_speed() -> None:
    text = START.replace("max_iter: 6", "max_iter: 36000")
    said_there = said(text + "Iteration 0 (2 iter/s, 0.5s/1 iters), loss = 2\n", "Iteration 0 (")
    assert "the 36000 iterations left take some 5 hours" in said_there


def test_a_rate_that_is_not_the_solvers_is_told() -> None:
    assert "The printed solver gives 0.1 here" in said(
        HEALTHY.replace("lr = 0.1\n", "lr = 0.7\n", 1), "Iteration 0, lr"
    )


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("87.3365", "-ln(FLT_MIN)"),
        ("46.0517", "-ln(1e-20)"),
        ("nan", "the loss is nan"),
        ("inf", "overflowed"),
        ("-3", "a loss below 0"),
    ],
)
def test_losses_that_mean_something_are_known(value: str, told: str) -> None:
    assert told in said(START + f"Iteration 0, loss = {value}\n", "Iteration 0, loss")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Creating Layer ip", "**Layer `ip`** (InnerProduct) is created"),
        ("ip <- data", "**Layer `ip` reads the blob `data`**, made by layer `data`"),
        ("(in-place)", "writes over its own input `ip`"),
        ("Top shape: 4 3", "4 × 3 = 12 numbers"),
        ("Memory required for data: 80", "Layer `ip` adds 32 bytes, 40 % of it"),
        ("ip needs backward", "takes part in the backward pass"),
        ("data does not need", "takes no part in the backward pass"),
        ("produces output ip", "**Nothing reads the blob `ip`**"),
        ("Network initialization done", "**The net is built**"),
        ("Initializing solver", "**The solver, as Caffe read it**"),
        ("All net params", "The only line with real L1 and L2 norms"),
        ("Solving small", "`max_iter` 6"),
    ],
)
def test_lines_of_construction_and_of_norms(line: str, told: str) -> None:
    assert told in said(HEALTHY, line)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "Snapshotting to binary proto file a_iter_5.caffemodel",
            "**The weights are written** to `a_iter_5.caffemodel`",
        ),
        (
            "Snapshotting solver state to binary proto file a_iter_5.solverstate",
            "**The solver state is written** to `a_iter_5.solverstate`",
        ),
        ("Resuming from a_iter_5.solverstate", "it goes on at iteration 5"),
        ("Finetuning from VGG.caffemodel", "**Weights are taken from** `VGG.caffemodel`"),
        ("Gradient clipping: scaling down gradients (L2 norm 700 > 35) by scale factor 0.05", "20 times the threshold"),
        ("Iteration 7, Testing net (#0)", "**A test of test net #0** begins"),
        ("Optimization stopped early.", "was interrupted"),
        ("|*** SIGFPE (@0x7f) received by PID 12 (TID 0x7f) from PID 0; stack trace: ***", "a division by 0"),
        ("|Traceback (most recent call last):", "**A Python layer failed**"),
        ("Ignoring source layer fc8", "nothing is loaded from it"),
    ],
)
def test_lines_of_events(line: str, told: str) -> None:
    found = said(START + line + "\n", line.removeprefix("|"))
    assert told.replace("20 times the threshold", "L2 norm of all gradients together was 700") in found


def fatal(message: str, source: str) -> str:
    """What the explanation of a fatal line says that comes where the last layer is built."""
    built = START.partition("Setting up relu")[0]
    line = f"F1121 01:30:40.000000    77 {source}:12] {message}"
    document = log_document("/runs/train.log", glog(built) + line.encode() + b"\n")
    found = explain(document, row_of(document, message[:20]), AROUND)
    assert found is not None
    return found.markdown


NET_FILE = PrototxtDocument(
    "/runs/net.prototxt", 'layer { name: "data" }\n\nlayer {\n  name: "relu"\n  type: "ReLU"\n  bottom: "ip"\n}\n'
)
AROUND = Around(lambda _: RunFiles(None, NET_FILE), lambda path, line: f"{path or 'log'}#{line}")


def test_a_failed_check_is_explained_with_both_sides_and_its_line_in_the_prototxt() -> None:
    text = fatal(
        "Check failed: ExactNumBottomBlobs() == bottom.size() (1 vs. 2) ReLU Layer takes 1 bottom", "layer.hpp"
    )
    assert "the layer's type takes another number of bottoms" in text
    assert "It asks for `ExactNumBottomBlobs() == bottom.size()`; on the left stood 1, on the right 2" in text
    assert "It was layer `relu` (ReLU)" in text
    assert "[net.prototxt:6](/runs/net.prototxt#6)" in text


@pytest.mark.parametrize(
    ("message", "source", "told"),
    [
        ("Check failed: registry.count(type) == 1 (0 vs. 1) Unknown layer type: Foo (known types:", "layer_factory.hpp",
         "no layer of this name is built into this Caffe"),
        ("Check failed: error == cudaSuccess (2 vs. 0)  out of memory", "syncedmem.cpp", "memory ran out"),
        ("Check failed: fd != -1 (-1 vs. -1) File not found: a.prototxt", "io.cpp", "is not there"),
        ("Check failed: mdb_status == 0 (2 vs. 0) No such file or directory", "db_lmdb.hpp", "the LMDB is not there"),
        ("Check failed: mdb_status == 0 (12 vs. 0) Cannot allocate memory", "db_lmdb.hpp", "ulimit -v"),
        ("Check failed: error == cudaSuccess (30 vs. 0)  unknown error", "benchmark.cpp", "nvidia-smi"),
        ("Check failed: data_ ", "blob.cpp", "a blob of no elements"),
        ("Failed to allocate 4915 bytes on device 2. Total memory: 12, Free: 2", "gpu_memory.hpp", "memory ran out"),
        ("Check failed: registry.count(type) == 1 (0 vs. 1) Unknown layer type: Python (known types: AbsVal)",
         "layer_factory.hpp", "WITH_PYTHON_LAYER"),
        ("Check failed: registry.count(type) == 1 (0 vs. 1) Unknown layer type: ImageData (known types: AbsVal)",
         "layer_factory.hpp", "without OpenCV"),
        ("Check failed: registry.count(type) == 1 (0 vs. 1) Unknown layer type: Input (known types: )",
         "layer_factory.hpp", "no layer at all is registered"),
        ("Check failed: state.history_size() == history_.size() (0 vs. 14) Incorrect length of history blobs.",
         "sgd_solver.cpp", "`--snapshot` takes the .solverstate"),
        ("Check failed: state.history_size() == history_.size() (57 vs. 114) Incorrect length of history blobs.",
         "sgd_solver.cpp", "of another net or kind of solver"),
        ("Check failed: ReadProtoFromBinaryFile(param_file, param) Failed to parse NetParameter file: a.solverstate",
         "upgrade_proto.cpp", "a solver's state was given where weights are read"),
        ("Check failed: ReadProtoFromBinaryFile(param_file, param) Failed to parse NetParameter file: a.caffemodel",
         "upgrade_proto.cpp", "damaged, cut short"),
        ("Check failed: datum_channels > 0 (0 vs. 0) ", "data_transformer.cpp", "holds no image"),
        ("Check failed: datum_height == height (600 vs. 300) ", "data_transformer.cpp", "store them compressed"),
        ("Check failed: proto.SerializeToOstream(&output) ", "io.cpp", "its directory is not there"),
        ("Check failed: something_new == 3 (1 vs. 3) ", "some_layer.cpp", "refuses its inputs or its settings"),
    ],
)  # fmt: skip
def test_families_of_fatal_messages(message: str, source: str, told: str) -> None:
    assert told in fatal(message, source)


def test_a_line_of_libprotobuf_points_into_the_file() -> None:
    line = (
        "[libprotobuf ERROR google/protobuf/text_format.cc:274] Error parsing text-format caffe.NetParameter: 12:15: "
        'Message type "caffe.LayerParameter" has no field named "foo".'
    )
    document = log_document("/runs/train.log", glog(START) + line.encode() + b"\n")
    found = explain(document, row_of(document, "libprotobuf"), AROUND)
    assert found is not None
    assert "has no such field" in found.markdown
    assert "[net.prototxt:12](/runs/net.prototxt#12)" in found.markdown


def test_the_file_that_the_fatal_line_names_is_the_one_that_the_parser_means() -> None:
    lines = (
        b"[libprotobuf ERROR google/protobuf/text_format.cc:274] Error parsing text-format caffe.SolverParameter: 3:9: "
        b'Message type "caffe.SolverParameter" has no field named "foo".\n'
        b"F1121 01:30:40.000000    77 upgrade_proto.cpp:1063] Check failed: ReadProtoFromTextFile(param_file, param) "
        b"Failed to parse SolverParameter file: own.prototxt\n"
    )
    around = Around(link=lambda path, line: f"{path}#{line}", find=lambda written: f"/w/{written}")
    found = explain(log_document("/a.log", lines), 0, around)
    assert found is not None
    assert "[own.prototxt:3](/w/own.prototxt#3)" in found.markdown


def test_a_process_that_ends_after_a_failed_check_is_not_called_a_riddle() -> None:
    check = b"F1121 01:30:40.000000    77 net.cpp:143] Check failed: a == b (1 vs. 2) \n"
    for fatal_lines, told in ((check, "line 59 says why"), (b"", "without a message of Caffe's")):
        document = log_document("/a.log", glog(START) + fatal_lines + b"Aborted (core dumped)\n")
        found = explain(document, document.text.line_count - 2)
        assert found is not None
        assert told in found.markdown


def test_lines_of_other_programs_are_not_explained() -> None:
    document = log_document("/a.log", glog(HEALTHY) + b"epoch 3: all is well\n")
    assert explain(document, document.text.line_count - 2) is None


def test_a_definition_is_linked_in_the_log_and_in_the_workspace() -> None:
    text = said(HEALTHY, "Creating Layer relu", around=AROUND)
    assert "Defined in [the net printed at line 30](log#30) · [net.prototxt:4](/runs/net.prototxt#4)" in text


def test_every_pattern_has_an_explanation_for_its_samples() -> None:
    for pattern in PATTERNS:
        for sample in pattern.samples:
            text = sample if sample.startswith(("***", "    @", "Traceback")) else sample.strip()
            document = log_document("/a.log", glog("Initializing solver from parameters:") + glog(text))
            line = document.line(1)
            if line is not None:
                assert explain(document, 1) is not None, sample
