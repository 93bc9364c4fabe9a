"""Files of numbers for tests, written by protobuf itself from text format.

The messages are those of caffe.proto as far as such files need them, built at run time: nothing is compiled.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

_FIELDS = {
    "BlobShape": ["repeated int64 dim 1 packed"],
    "BlobProto": [
        "optional int32 num 1",
        "optional int32 channels 2",
        "optional int32 height 3",
        "optional int32 width 4",
        "repeated float data 5 packed",
        "repeated float diff 6 packed",
        "optional BlobShape shape 7",
        "repeated double double_data 8 packed",
        "optional bytes raw_data 12",
    ],
    "UnpackedBlobProto": ["optional int32 num 1", "optional int32 channels 2", "optional int32 height 3",
                          "optional int32 width 4", "repeated float data 5"],
    "LayerParameter": [
        "optional string name 1",
        "optional string type 2",
        "repeated string bottom 3",
        "repeated string top 4",
        "repeated BlobProto blobs 7",
    ],
    "V0LayerParameter": ["optional string name 1", "optional string type 2", "repeated BlobProto blobs 50"],
    "V1LayerParameter": [
        "optional V0LayerParameter layer 1",
        "repeated string bottom 2",
        "repeated string top 3",
        "optional string name 4",
        "optional int32 type 5",
        "repeated BlobProto blobs 6",
        "repeated float blobs_lr 7",
    ],
    "NetParameter": [
        "optional string name 1",
        "repeated V1LayerParameter layers 2",
        "repeated string input 3",
        "repeated LayerParameter layer 100",
    ],
    "SolverState": [
        "optional int32 iter 1",
        "optional string learned_net 2",
        "repeated BlobProto history 3",
        "optional int32 current_step 4",
    ],
    "Datum": [
        "optional int32 channels 1",
        "optional int32 height 2",
        "optional int32 width 3",
        "optional bytes data 4",
        "optional int32 label 5",
        "repeated float float_data 6",
        "optional bool encoded 7",
    ],
    "AnnotatedDatum": ["optional Datum datum 1", "optional int32 type 2"],
}  # fmt: skip


def stored(message: str, text: str, *, fill: bool = True) -> bytes:
    """A file that is this message. With `fill`, blobs without numbers get as many as their shapes say."""
    parsed = text_format.Parse(text, _message(message))
    if fill:
        _fill(parsed)
    return bytes(parsed.SerializeToString())


def weights_file(text: str, *, fill: bool = True) -> bytes:
    """A `.caffemodel`."""
    return stored("NetParameter", text, fill=fill)


def _fill(message: Any) -> None:
    for declared, value in message.ListFields():
        if declared.message_type is None:
            continue
        for part in value if declared.is_repeated else (value,):
            _fill(part)
    if message.DESCRIPTOR.name == "BlobProto" and not (message.data or message.double_data or message.raw_data):
        dims = list(message.shape.dim) or [message.num, message.channels, message.height, message.width]
        message.data.extend([0.0] * math.prod(dims))


def _message(name: str) -> Any:
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"test_caffe.{name}"))()


@lru_cache(maxsize=1)
def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(name="test_caffe.proto", package="test_caffe", syntax="proto2")
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for line in fields:
            label, kind, field, number, *packed = line.split()
            added = message.field.add(name=field, number=int(number))
            added.label = getattr(descriptor_pb2.FieldDescriptorProto, f"LABEL_{label.upper()}")
            if kind in _FIELDS:
                added.type, added.type_name = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE, f".test_caffe.{kind}"
            else:
                added.type = getattr(descriptor_pb2.FieldDescriptorProto, f"TYPE_{kind.upper()}")
            if packed:
                added.options.packed = True
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool
