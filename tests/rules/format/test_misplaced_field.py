"""Fields in the wrong message: where they belong, and the way there."""

from __future__ import annotations

from tests.rules.checking import expect, findings_of, fixed


def test_settings_of_a_layer_move_into_the_block_that_is_there() -> None:
    before = """
        layer {
          name: "conv1"
          type: "Convolution"
          num_output: 20
          kernel_size: 5
          convolution_param {
            stride: 2
          }
        }
    """
    after = fixed(before)
    assert after == (
        'layer {\n  name: "conv1"\n  type: "Convolution"\n  convolution_param {\n    stride: 2\n'
        "    num_output: 20\n    kernel_size: 5\n  }\n}\n"
    )


def test_a_block_that_has_the_field_already_is_left_alone() -> None:
    found = expect("""
        layer {
          name: "pool1"
          type: "Pooling"
          stride: 2
        # ^^^^^^ misplaced-field
          pooling_param { kernel_size: 3 stride: 2 }
        }
    """)
    assert found[0].fixes == ()


def test_without_a_type_that_reads_it_the_blocks_are_named_and_nothing_is_moved() -> None:
    found = expect("""
        layer {
          name: "x"
          type: "ReLU"
          kernel_size: 3
        # ^^^^^^^^^^^ misplaced-field
        }
    """)
    assert found[0].message == "`kernel_size` belongs in `convolution_param` or `pooling_param`, not here"
    assert found[0].fixes == ()


def test_a_layers_field_in_a_block_moves_behind_it() -> None:
    before = """
        layer {
          name: "ip1"
          type: "InnerProduct"
          inner_product_param {
            num_output: 10
            bottom: "data"
          }
        }
    """
    assert fixed(before) == (
        'layer {\n  name: "ip1"\n  type: "InnerProduct"\n  inner_product_param {\n    num_output: 10\n  }\n'
        '  bottom: "data"\n}\n'
    )


def test_a_field_that_moves_keeps_the_line_ends_of_the_file() -> None:
    before = (
        'layer {\n\tname: "ip1"\n\ttype: "InnerProduct"\n\tinner_product_param {\n\t\tnum_output: 10\n'
        '\t\tbottom: "data"\n\t}\n}\nlayer {\n\tname: "ip2"\n\ttype: "InnerProduct"\n\tnum_output: 10\n}\n'
    ).replace("\n", "\r\n")
    text = fixed(fixed(before, "ottom"), "num_output")
    assert text.count("\n") == text.count("\r\n")
    assert '\t}\r\n\tbottom: "data"\r\n}' in text
    assert "\r\n\tinner_product_param {\r\n\t\tnum_output: 10\r\n\t}\r\n}" in text


def test_factors_of_the_learning_rate_go_into_a_new_param() -> None:
    before = 'layer { name: "ip" type: "InnerProduct" inner_product_param { num_output: 1 lr_mult: 2 } }\n'
    expected = 'layer { name: "ip" type: "InnerProduct" inner_product_param { num_output: 1 } param { lr_mult: 2 } }\n'
    assert fixed(before) == expected


def test_a_solvers_settings_in_a_net_and_the_reverse() -> None:
    net = findings_of("".join(f'layer {{ name: "{x}" type: "Input" top: "{x}" }}\n' for x in "ab") + "base_lr: 0.1\n")
    assert [finding.message for finding in net] == ["`base_lr` belongs in a solver's file, not in a net's"]
    solver = findings_of('net: "n.prototxt"\nlr_policy: "fixed"\nlayer { name: "a" }\n')
    assert [finding.rule for finding in solver] == ["misplaced-field"]
    assert "net's file" in solver[0].message


def test_a_missing_bracket_draws_no_further_complaint() -> None:
    rules = {finding.rule for finding in findings_of('layer {\n  name: "a"\n  type: "ReLU"\nlayer {\n  name: "b"\n}\n')}
    assert "misplaced-field" not in rules
    assert "unknown-field" not in rules
    assert "syntax-error" in rules
