"""What is offered where layers do not connect."""

from __future__ import annotations

from caffe_ls.rules.finding import Finding, Fix, Severity
from caffe_ls.text.edit import apply_edits
from tests.rules.checking import document_of, findings_of

DATA = """\
layer {
  name: "data"
  type: "DummyData"
  top: "data"
  top: "label"
  dummy_data_param { shape { dim: 2 dim: 8 } shape { dim: 2 } }
}
"""


def ip(name: str, bottom: str, top: str | None = None) -> str:
    return f"""\
layer {{
  name: "{name}"
  type: "InnerProduct"
  bottom: "{bottom}"
  top: "{top or name}"
  inner_product_param {{ num_output: 4 }}
}}
"""


def layer(name: str, kind: str, *lines: str) -> str:
    fields = "".join(f"  {line}\n" for line in lines)
    return f'layer {{\n  name: "{name}"\n  type: "{kind}"\n{fields}}}\n'


LOSS = layer("loss", "SoftmaxWithLoss", 'bottom: "a"', 'bottom: "label"', 'top: "loss"')


def only(text: str) -> Finding:
    (finding,) = (finding for finding in findings_of(text) if finding.severity is Severity.ERROR)
    return finding


def offered(text: str) -> list[str]:
    return [fix.title for fix in only(text).fixes]


def after(text: str, title: str) -> str:
    fix = next(fix for fix in only(text).fixes if fix.title == title)
    return _applied(text, fix)


def _applied(text: str, fix: Fix) -> str:
    return apply_edits(document_of(text).text, [edit.edit for edit in fix.edits])


def test_a_misspelt_bottom_is_read_as_the_blob_that_waits_for_a_reader() -> None:
    text = DATA + ip("hidden", "data") + ip("a", "hiden") + LOSS
    found = only(text)
    assert found.message == "no layer above makes the blob `hiden`; did you mean `hidden`?"
    assert found.related[0].message == "`hidden` is made here, and nothing reads it"
    assert after(text, "Read `hidden`") == text.replace("hiden", "hidden")


def test_a_misspelt_top_gets_the_name_that_is_read() -> None:
    text = DATA + ip("conv1", "data", "comv1") + ip("b", "conv1") + ip("c", "conv1")
    first = only(text).fixes[0]
    assert first.title == "Name the blob `comv1`, that layer `conv1` makes, `conv1`"
    assert _applied(text, first) == text.replace("comv1", "conv1")
    assert after(text, "Read `comv1`").count("comv1") == 3


def test_a_clear_slip_is_mended_safely_and_a_guess_is_not() -> None:
    slip = DATA + ip("features", "data") + ip("b", "faetures")
    assert [fix.safe for fix in only(slip).fixes][:1] == [True]
    guess = DATA + ip("part1", "data") + ip("part2", "data") + ip("b", "part3")
    assert {fix.safe for fix in only(guess).fixes} == {False}


def test_data_layers_may_make_the_missing_labels() -> None:
    data = layer("data", "Data", 'top: "data"', 'top: "label"', 'data_param { source: "db" batch_size: 2 }')
    whole = data + ip("a", "data") + LOSS
    for top in ("data", "label"):
        assert after(whole.replace(f'  top: "{top}"\n', ""), f"Let layer `data` make `{top}` too") == whole


def test_a_missing_bottom_is_offered_where_it_belongs() -> None:
    whole = DATA + ip("a", "data") + layer("r", "ReLU", 'bottom: "a"', 'top: "a"') + LOSS
    assert after(whole.replace('"ReLU"\n  bottom: "a"\n', '"ReLU"\n'), "Read `a`") == whole
    assert after(whole.replace('  bottom: "label"\n', ""), "Read `label`") == whole
    assert after(whole.replace('Loss"\n  bottom: "a"\n', 'Loss"\n'), "Read `a`") == whole


def test_a_missing_top_is_offered_where_it_belongs() -> None:
    whole = DATA + ip("a", "data") + layer("r", "ReLU", 'bottom: "a"', 'top: "a"') + LOSS
    assert after(whole.replace('bottom: "a"\n  top: "a"\n}', 'bottom: "a"\n}'), "Make `a`") == whole
    named = DATA + ip("a", "data") + LOSS
    assert after(named.replace('  top: "a"\n', ""), "Make `a`") == named


def test_lines_end_as_in_the_rest_of_the_file() -> None:
    whole = (DATA + ip("a", "data") + LOSS).replace("\n", "\r\n")
    assert after(whole.replace('  top: "a"\r\n', ""), "Make `a`") == whole


def test_what_is_too_much_is_removed() -> None:
    whole = DATA + ip("a", "data") + LOSS
    extra = whole.replace('  top: "a"\n', '  top: "a"\n  top: "b"\n')
    assert after(extra, "Remove what is too much") == whole


def test_a_layer_on_one_line_is_mended_on_that_line() -> None:
    text = DATA + 'layer { name: "s" type: "Softmax" bottom: "data" }\n'
    assert after(text, "Make `s`").endswith('bottom: "data" top: "s" }\n')


def test_a_chain_in_place_moves_to_a_blob_of_its_own() -> None:
    text = DATA + ip("a", "data") + ip("side", "a") + layer("r", "ReLU", 'bottom: "a"', 'top: "a"')
    text += layer("d", "Dropout", 'bottom: "a"', 'top: "a"') + LOSS
    found = only(text)
    mended = _applied(text, found.fixes[0])
    assert [finding for finding in findings_of(mended) if finding.severity is Severity.ERROR] == []
    assert mended.count('"r"') == 5, "name, top, and what the two layers behind it read and overwrite"


def test_a_copied_layer_makes_the_blob_that_is_missing() -> None:
    text = DATA + ip("a", "data") + ip("b", "data", "a") + ip("c", "b")
    assert offered(text) == ["Name it `b`, which is read below"]
    assert after(text, "Name it `b`, which is read below") == DATA + ip("a", "data") + ip("b", "data") + ip("c", "b")


def test_a_loss_weight_in_the_way_is_removed() -> None:
    text = DATA + ip("a", "data").replace("  inner", "  loss_weight: 1\n  inner")
    text += layer("r", "ReLU", 'bottom: "a"', 'top: "a"')
    assert "loss_weight" not in after(text, "Remove `loss_weight`")


def test_a_value_of_a_list_is_left_to_the_user() -> None:
    text = DATA + ip("a", "data") + 'layer { name: "s" type: "Softmax" bottom: ["data", "a"] top: "s" }\n'
    assert offered(text) == []


def test_shared_rates_are_made_equal_on_either_side() -> None:
    shared = [ip(name, "data").replace("  inner", '  param { name: "w" lr_mult: %d }\n  inner') for name in "ab"]
    text = DATA + shared[0] % 1 + shared[1] % 2
    assert after(text, "Use `lr_mult: 1` here too") == DATA + shared[0] % 1 + shared[1] % 1
    assert after(text, "Use `lr_mult: 2` there too") == DATA + shared[0] % 2 + shared[1] % 2


def test_older_forms_are_mended_in_their_own_words() -> None:
    v1 = 'layers {\n  name: "d"\n  type: DUMMY_DATA\n  top: "d"\n  dummy_data_param { shape { dim: 1 dim: 2 } }\n}\n'
    text = v1 + 'layers {\n  name: "s"\n  type: SOFTMAX\n  top: "s"\n}\n'
    found = next(one for one in findings_of(text) if one.rule == "wrong-number-of-bottoms")
    assert _applied(text, found.fixes[0]) == text.replace("SOFTMAX\n", 'SOFTMAX\n  bottom: "d"\n')


def test_nets_within_a_solver_are_told_of_with_their_places() -> None:
    net = (DATA + ip("a", "nowhere")).replace("\n", "\n  ")
    text = f'net_param {{\n  {net}}}\nbase_lr: 0.1 lr_policy: "fixed" max_iter: 1 display: 1 solver_mode: CPU\n'
    found = [one for one in findings_of(text) if one.rule == "unknown-bottom"]
    assert [text[slice(*one.span)] for one in found] == ['"nowhere"']
