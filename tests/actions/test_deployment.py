"""A deploy net has inputs in place of data, probabilities in place of losses, and keeps what the user wrote."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from caffe_ls.actions.deployment import deploy_net
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.net.graph import build
from caffe_ls.net.lower import lower_file
from caffe_ls.net.model import Net, State
from caffe_ls.settings import Settings
from caffe_ls.syntax.parser import parse
from caffe_ls.text.source import decode

_DATA = """\
layer {
  name: "data" type: "Data" top: "data" top: "label" include { phase: %s }
  transform_param { crop_size: 8 } data_param { source: "x" batch_size: 4 }
}
"""
_NET = f"""\
name: "small"
{_DATA % "TRAIN"}{_DATA % "TEST"}# the features
layer {{
  name: "ip"
  type: "InnerProduct"
  bottom: "data"
  top: "ip"
  param {{ lr_mult: 1 }}
  param {{ name: "shared" lr_mult: 2 }}
  inner_product_param {{
    num_output: 4  # classes
    weight_filler {{ type: "xavier" }}
  }}
}}
layer {{ name: "acc" type: "Accuracy" bottom: "ip" bottom: "label" top: "acc" include {{ phase: TEST }} }}
layer {{ name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }}
"""


def made(text: str, data_shape: str = "", existing: frozenset[str] = frozenset()) -> tuple[str, str] | None:
    document = PrototxtDocument("/nets/train_val.prototxt", text, Settings(dialect="bvlc", data_shape=data_shape))
    fix = deploy_net(document, existing.__contains__)
    return None if fix is None else fix.new_files[0]


def net_of(text: str) -> Net:
    return build(lower_file(parse(text)), State("TEST"))


def test_data_become_inputs_and_the_loss_becomes_probabilities() -> None:
    found = made(_NET, "1x8x8")
    assert found is not None
    net = net_of(found[1])
    assert [(layer.name, layer.type) for layer in net.layers] == [
        ("data", "Input"), ("ip", "InnerProduct"), ("prob", "Softmax"),
    ]  # fmt: skip
    assert (net.refusals, net.blobs["data"], net.outputs) == ((), (1, 1, 8, 8), ("prob",))


def test_comments_stay_and_what_only_training_reads_goes() -> None:
    text = (made(_NET) or ("", ""))[1]
    assert "# the features\n" in text
    assert "num_output: 4  # classes" in text
    assert "filler" not in text
    assert "include" not in text
    assert 'name: "shared"' in text
    assert "param { lr_mult: 1 }" not in text


def test_a_size_that_is_not_known_is_told_in_the_file() -> None:
    text = (made(_NET.replace("crop_size: 8", "")) or ("", ""))[1]
    assert "# the size is not known: fill it in" in text


def test_a_helper_with_less_weight_goes_with_its_branch() -> None:
    helper = (
        'layer { name: "h" type: "InnerProduct" bottom: "data" top: "h" inner_product_param { num_output: 4 } }\n'
        'layer { name: "hl" type: "SoftmaxWithLoss" bottom: "h" bottom: "label" top: "hl" loss_weight: 0.3 }\n'
    )
    text = (made(_NET + helper) or ("", ""))[1]
    assert [layer.name for layer in net_of(text).layers] == ["data", "ip", "prob"]


def test_a_loss_that_only_the_train_net_has_counts_too() -> None:
    text = (made(_NET.replace('top: "loss"', 'top: "loss" include { phase: TRAIN }')) or ("", ""))[1]
    assert net_of(text).outputs == ("prob",)


def test_the_new_file_is_named_after_the_net_and_replaces_none() -> None:
    assert (made(_NET) or ("",))[0] == "/nets/deploy.prototxt"
    assert (made(_NET, existing=frozenset({"/nets/deploy.prototxt"})) or ("",))[0] == "/nets/deploy_2.prototxt"


@pytest.mark.parametrize(
    "text",
    ['layer { name: "a" type: "Input" top: "a" input_param { shape { dim: 1 } } }', "layer {", ""],
    ids=["a deploy net", "a broken text", "nothing"],
)
def test_where_there_is_nothing_to_make_there_is_no_action(text: str) -> None:
    assert made(text) is None


@pytest.mark.shared
def test_deploy_nets_of_the_corpus_are_built_without_a_refusal(shared: Path) -> None:
    number = 0
    with lzma.open(shared / "oracle" / "verdicts.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in rows:
        if row["kind"] != "net" or row["verdict"] != "accept" or row["phase"] != "TEST" or row.get("environment"):
            continue
        found = made(decode((shared / "corpus" / row["file"]).read_bytes()), "3x227x227")
        if found is None:
            continue
        number += 1
        net = net_of(found[1])
        # A text net's input has no height, so that the shape given for all data does not fit its Reshape.
        assert not [refusal for refusal in net.refusals if "new shape" not in refusal.message], row["file"]
        assert net.layers
    assert number > 50


def test_new_layers_have_the_line_ends_and_the_indentation_of_the_net() -> None:
    found = made(_NET.replace("  ", "\t").replace("\n", "\r\n"), "1x8x8")
    assert found is not None
    assert found[1].count("\n") == found[1].count("\r\n")
    assert '\r\n\ttype: "Input"\r\n' in found[1]
    assert '\r\n\ttype: "Softmax"\r\n' in found[1]


def test_a_comment_behind_a_layer_that_goes_goes_with_it() -> None:
    text = (
        'layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN } }  # to learn\n'
        'layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TEST } }  # to test\n'
        'layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" inner_product_param { num_output: 4 } } # 4\n'
        'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }  # mean\n'
    )
    found = made(text)
    assert found is not None
    assert [line.partition("#")[2] for line in found[1].splitlines() if "#" in line] == [
        " the size is not known: fill it in", " 4"
    ]  # fmt: skip
