"""The verdict on every input is protobuf's: on small texts for each construct, and on cuts and edits of many."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from caffe_ls.text.source import decode
from tests.syntax.protobuf_oracle import cpp_accepts
from tests.syntax.text_mutations import cut, edit
from tests.syntax.verdict import complaints, disagreement

NET, SOLVER = "NetParameter", "SolverParameter"
_SECONDS = 120

ACCEPTED = (
    "",
    "# only a comment",
    "name: 'a'",
    'name: "a" "b"\n"c"',
    'name: "a" # one\n "b"',
    'name: "it\'s"',
    'name: "\\101\\x41\\u0041"',
    "layer <name: 'a'>",
    "layer: { name: 'a' };",
    "layer { name: 'a', type: 'b'; }",
    "layer [ { name: 'a' }, < > ]",
    "layer []",
    "input_dim: [1, 2, 3]",
    "input_dim: []",
    "input_dim: 0x1F input_dim: 017 input_dim: -3 input_dim: - 3",
    "layer { relu_param { negative_slope: .5 } }",
    "layer { relu_param { negative_slope: 1e-3f } }",
    "layer { relu_param { negative_slope: -inf } }",
    "layer { relu_param { negative_slope: NaN } }",
    "layer { relu_param { negative_slope: 18446744073709551616 } }",
    "force_backward: t",
    "force_backward: 1",
    "force_backward: False",
    "state { phase: TEST }",
    "state { phase: 1 }",
    "layer {\r\n name: 'a'\r\n}\r\n",
    "name\t:\v'a'\f",
    'name: "caf\u00e9" # na\u00efve',
    "layers { type: CONVOLUTION }",
    "name: 'a',",
    "layer{}layer{}",
    'name:"a"layer{}',
)

REFUSED = (
    "\ufeffname: 'a'",
    "// name",
    "name: a",
    "name 'a'",
    "name: ",
    "name:: 'a'",
    "name: 'a' 'b",
    "name: 'a\nb'",
    'name: "\\d"',
    'name: "\\xZ"',
    "layer {",
    "layer }",
    "}",
    "layer { name: 'a' >",
    "layer { ]",
    "layer {} }",
    "name: 'a';;",
    ";",
    ",",
    "input_dim: [1 2]",
    "input_dim: [1,]",
    "input_dim: [[1]]",
    "input_dim [1]",
    "name: ['a']",
    "input_dim: 4.0",
    "input_dim: 1e5",
    "input_dim: +1",
    "input_dim: 08",
    "input_dim: 0x",
    "input_dim: 2147483648",
    "input_dim: -2147483649",
    "input_dim: 1.2.3",
    "input_dim: '1'",
    "input_dim: 5x",
    "force_backward: TRUE",
    "force_backward: yes",
    "force_backward: 2",
    "force_backward: -1",
    "state { phase: train }",
    "state { phase: 2 }",
    "state { phase: 'TEST' }",
    "state: TEST",
    "name { }",
    "name: 'a' name: 'b'",
    "layer { relu_param {} relu_param {} }",
    "layer { relu_param { negative_slope: 0x1 } }",
    "layer { relu_param { negative_slope: 01 } }",
    "layer { relu_param { negative_slope: one } }",
    "no_such_field: 1",
    "layer { no_such_field { } }",
    "[a.b]: 1",
    "name = 'a'",
    "na\u00efve: 1",
    "name: \u00e9",
    "\x01",
    "name: 'a'\x00",
    "name: ${NAME}",
    "layer { transform_param { crop_size: -0 } }",
    "layer { clip_param { min: 0 } }",
    "name: 'a'.",
    "layer { name: 'a' / }",
)


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_caffe_reads_draws_no_complaint(text: str) -> None:
    assert complaints(text, NET) == []
    assert cpp_accepts(text, NET)


@pytest.mark.parametrize("text", REFUSED)
def test_what_caffe_refuses_draws_a_complaint(text: str) -> None:
    assert complaints(text, NET) != []
    assert not cpp_accepts(text, NET)


def test_bytes_that_are_no_utf8_are_kept_and_read() -> None:
    text = decode(b"name: 'caf\xe9' # \xff")
    assert complaints(text, NET) == []
    assert cpp_accepts(text, NET)


SEEDS = (
    (NET, "name: 'n'\nlayer { name: 'a', type: 'b'; }\nlayer []"),
    (
        NET,
        """layer {
  name: "c"  # first
  type: "Convolution"
  bottom: "d"
  top: "c"
  param { lr_mult: 1 }
  convolution_param { num_output: 20 kernel_size: 5 weight_filler { type: "xavier" } }
}
""",
    ),
    (NET, 'layers {\n  name: "p"\n  type: POOLING\n  pooling_param { pool: MAX kernel_size: 2 stride: 2 }\n}\n'),
    (SOLVER, 'net: "a"\nbase_lr: 0.01\nmomentum: .9\nstepvalue: [10, 20]\nlr_policy: "multistep"\nsolver_mode: GPU\n'),
)


@pytest.mark.parametrize("mutate", [cut, edit])
def test_cuts_and_edits_of_small_files_get_protobufs_verdict(mutate: Callable[[str, random.Random], str]) -> None:
    _compare(SEEDS, mutate, 400)


@pytest.mark.shared
@pytest.mark.parametrize("mutate", [cut, edit])
def test_cuts_and_edits_of_the_corpus_get_protobufs_verdict(
    mutate: Callable[[str, random.Random], str], shared: Path
) -> None:
    texts = [
        (SOLVER if "solver" in path.name.lower() else NET, decode(path.read_bytes()))
        for path in sorted((shared / "corpus/prototxt").rglob("*.prototxt"))
        if path.stat().st_size < 20_000
    ]
    _compare(tuple(texts), mutate, 2_000)


def _compare(texts: tuple[tuple[str, str], ...], mutate: Callable[[str, random.Random], str], count: int) -> None:
    chance = random.Random(f"{mutate.__name__} {len(texts)}")
    deadline = time.monotonic() + _SECONDS
    for _ in range(count):
        root, text = chance.choice(texts)
        mutated = mutate(text, chance)
        assert disagreement(mutated, root) is None, f"{root}:\n{mutated!r}"
        if time.monotonic() > deadline:
            break
