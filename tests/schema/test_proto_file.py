"""A user's own caffe.proto, read as text."""

from __future__ import annotations

import random
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

from caffe_ls.schema import catalog
from caffe_ls.schema.model import Field, Schema
from caffe_ls.schema.proto_file import ProtoProblem, read_proto
from tests.schema.proto_text import proto_text
from tests.syntax.protobuf_oracle import file_descriptor

ALL = [dialect.name for dialect in catalog.dialects()]


def read(text: str) -> Schema:
    """The schema of a text that has no problems."""
    schema, problems = read_proto(textwrap.dedent(text))
    assert problems == ()
    assert schema is not None
    return schema


def problems_of(text: str) -> list[tuple[int, str]]:
    return [tuple(problem) for problem in read_proto(textwrap.dedent(text).removeprefix("\n"))[1]]


def plain(schema: Schema) -> tuple[dict[str, dict[str, Field]], dict[str, dict[str, int]]]:
    return (
        {name: dict(schema.messages[name].fields) for name in schema.messages},
        {name: dict(schema.enums[name].values) for name in schema.enums},
    )


@pytest.mark.parametrize("name", ALL)
def test_every_dialect_written_as_a_proto_file_reads_back_the_same(name: str) -> None:
    schema = catalog.load(name)
    found = read(proto_text(schema))
    assert plain(found) == plain(schema)
    assert found.documentation["NetParameter"] == "The message NetParameter."
    assert found.documentation["NetParameter.name"] == "NetParameter.name"


FEATURES = """
    syntax = "proto2";
    package caffe.own;
    option optimize_for = LITE_RUNTIME;

    message Net {
      optional string name = 1 [default = "a\\"b\\n" 'c'];
      optional bytes data = 0x10 [default = "\\001\\x41"];
      repeated float shares = 3 [packed = true, deprecated = true];
      required Kind kind = 4 [default = B];
      optional Net.Kind kind_again = 5;
      optional .caffe.own.Net.Inner inner = 6;
      optional own.Net whole = 7;
      optional Other other = 8;
      repeated double numbers = 9;
      optional float small = 11 [default = -1.5e-3];
      optional double endless = 12 [default = -inf];
      enum Kind { option allow_alias = true; A = 0; B = -1; C = 0x1F [deprecated = true]; D = 31; }
      message Inner {
        optional Kind kind = 1;
        message Kind { optional int32 hides_the_outer_one = 1; }
      }
      oneof choice { sint32 left = 20; Other right = 21; }
      map<string, Other> by_name = 22;
      optional group Grouped = 23 { optional fixed64 within = 1; }
      reserved 30, 40 to 50;
      reserved "old";
      extensions 1000 to max;
    }
    message Other { }
    extend Net { optional int32 outside = 1000; }
"""


def test_everything_that_proto2_has_for_messages_is_read() -> None:
    schema = read(FEATURES)
    net = schema.messages["Net"].fields
    assert net["name"] == Field("name", 1, "optional", "string", default='a"b\nc')
    assert net["data"] == Field("data", 16, "optional", "bytes", default="\x01A")
    assert net["shares"] == Field("shares", 3, "repeated", "float", packed=True, deprecated=True)
    assert net["kind"] == Field("kind", 4, "required", "enum", "Net.Kind", default="B")
    assert net["kind_again"].type_name == "Net.Kind"
    assert (net["inner"].type, net["inner"].type_name) == ("message", "Net.Inner")
    assert net["whole"].type_name == "Net"
    assert net["small"].default == "-1.5e-3"
    assert net["endless"].default == "-inf"
    assert net["left"] == Field("left", 20, "optional", "sint32")
    assert net["by_name"] == Field("by_name", 22, "repeated", "message", "Net.ByNameEntry")
    assert schema.field("Net.ByNameEntry", "value") == Field("value", 2, "optional", "message", "Other")
    assert schema.field("Net.Inner", "kind") == Field("kind", 1, "optional", "message", "Net.Inner.Kind")
    assert dict(schema.enums["Net.Kind"].values) == {"A": 0, "B": -1, "C": 31, "D": 31}


def test_extensions_and_groups_are_named_as_prototxt_files_name_them() -> None:
    schema = read(FEATURES)
    assert schema.field("Net", "[caffe.own.outside]") == Field("[caffe.own.outside]", 1000, "optional", "int32")
    assert schema.field("Net", "Grouped") == Field("Grouped", 23, "optional", "message", "Net.Grouped")
    assert schema.field("Net.Grouped", "within") == Field("within", 1, "optional", "fixed64")


def described(file: descriptor_pb2.FileDescriptorProto) -> dict[str, dict[str, tuple[int, int, int, str]]]:
    found: dict[str, dict[str, tuple[int, int, int, str]]] = {}
    waiting = [(message.name, message) for message in file.message_type]
    while waiting:
        name, message = waiting.pop()
        found[name] = {
            field.name.lower(): (
                field.number,
                field.label,
                # Text format does not tell a group from a message.
                11 if field.type == 10 else field.type,
                field.type_name.removeprefix(f".{file.package}."),
            )
            for field in message.field
        }
        waiting += [(f"{name}.{inner.name}", inner) for inner in message.nested_type]
    return found


def test_the_protobuf_compiler_reads_the_same(tmp_path: Path) -> None:
    protoc = shutil.which("protoc")
    if protoc is None:
        pytest.skip("no protoc")
    (tmp_path / "own.proto").write_text(textwrap.dedent(FEATURES), encoding="utf-8")
    subprocess.run([protoc, "-I", str(tmp_path), "-o", str(tmp_path / "own.bin"), "own.proto"], check=True)
    (compiled,) = descriptor_pb2.FileDescriptorSet.FromString((tmp_path / "own.bin").read_bytes()).file
    ours = described(file_descriptor(read(FEATURES)))
    ours["Net"] = {name: shape for name, shape in ours["Net"].items() if not name.startswith("[")}
    theirs = described(compiled)
    ours_renamed = {
        message: {
            name: (number, label, kind, type_name.removeprefix(".caffe."))
            for name, (number, label, kind, type_name) in fields.items()
        }
        for message, fields in ours.items()
    }
    assert ours_renamed == theirs


def test_comments_above_and_behind_are_documentation() -> None:
    schema = read("""
        // The licence.

        // A net,
        // of layers.
        message Net {  // behind the brace
          // Above name.
          optional string name = 1;  // behind name
                                     // and below it
          // Far away.

          /* A block
           * of two lines. */
          optional int32 size = 2; /* and behind */
          optional string url = 3 [default = "http://x"]; optional int32 bare = 4;
          enum Mode {
            FAST = 0;  // quick
            // Above SLOW.
            SLOW = 1;
          }
        }
    """)
    assert schema.documentation == {
        "Net": "A net,\nof layers.\n\nbehind the brace",
        "Net.name": "Above name.\n\nbehind name\nand below it",
        "Net.size": "A block\nof two lines.\n\nand behind",
        "Net.Mode.FAST": "quick",
        "Net.Mode.SLOW": "Above SLOW.",
    }


def test_broken_statements_are_named_by_line_and_the_rest_is_read() -> None:
    text = """
        message Net {
          optional int32 first = ;
          optional int32 second = 2
          optional int32 third = 3;
          optional Missing fourth = 4;
          optional int32 fifth = 5 [default = 1;
          optional int32 sixth = 6;
          optional int64 sixth = 7;
        }
        }
        message Open {
          optional int32 last = 1;
    """
    assert problems_of(text) == [
        (2, "this statement is not complete"),
        (4, "unexpected 'optional'"),
        (5, "Missing is not declared"),
        (6, "unexpected '['"),
        (8, "sixth is declared twice in Net"),
        (10, "unexpected '}'"),
        (13, "1 '}' missing at the end of the file"),
    ]
    schema, _ = read_proto(text)
    assert schema is not None
    assert list(schema.messages["Net"].fields) == ["fourth", "sixth"]
    assert list(schema.messages["Open"].fields) == ["last"]


DEEP = "message M { option x = " + "{" * 9000 + "}" * 9000 + "; }"
LONG = "message M { optional int32 a = 1 [default = " + "9" * 30_000 + "]; }"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ProtoProblem(1, "no message is declared")),
        ("message M { } /* open", ProtoProblem(1, "this comment does not end")),
        ("message M\n;", ProtoProblem(1, "expected '{' behind message M")),
        ("\nint32 a = 1;", ProtoProblem(2, "a field outside a message")),
        ("message M { }\nmessage M { }", ProtoProblem(2, "M is declared twice")),
        ("message M { optional int32 a = 1 { } }", ProtoProblem(1, "expected ';'")),
        ("enum E { A = 0; A = 1; }", ProtoProblem(1, "A is declared twice in E")),
        (DEEP, ProtoProblem(1, "this statement is nested too deeply")),
        (LONG, ProtoProblem(1, "this statement is too long")),
        ("message A {" * 200, ProtoProblem(1, "the rest is not read: the file is too large or too deeply nested")),
    ],
)  # fmt: skip
def test_problems_are_values(text: str, problem: ProtoProblem) -> None:
    assert problem in read_proto(text)[1]


def test_what_other_files_declare_is_taken_on_trust() -> None:
    schema = read('import "google/protobuf/any.proto"; message M { optional google.protobuf.Any any = 1; }')
    assert schema.field("M", "any") == Field("any", 1, "optional", "message", "google.protobuf.Any")


def test_layer_types_are_those_of_the_nearest_dialect_and_never_certain() -> None:
    own = proto_text(catalog.load("ssd")).replace(
        "message PermuteParameter {", "message PermuteParameter {\n  optional int32 own = 99;"
    )
    schema = read(own)
    assert schema.layer_types == catalog.load("ssd").layer_types
    assert not schema.layer_types_complete
    assert schema.field("PermuteParameter", "own")
    assert schema.dialect == "caffe.proto"


def test_any_cut_and_any_edit_ends_in_an_answer() -> None:
    text = textwrap.dedent(FEATURES) + proto_text(catalog.load("bvlc"))[:3000]
    chance = random.Random(7)
    for _ in range(300):
        start = chance.randrange(len(text))
        cut = text[:start] + chance.choice(["", "{", "}", '"', "/*", "[", "\0", "=", "oneof x {"])
        read_proto(cut + text[start + chance.choice([0, 1, 5, 50, 10_000]) :])


def test_line_ends_and_a_mark_of_byte_order_do_not_matter() -> None:
    text = textwrap.dedent(FEATURES)
    assert plain(read(text.replace("\n", "\r\n"))) == plain(read(text)) == plain(read("\ufeff" + text))
