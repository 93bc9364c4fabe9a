"""What was read of a .proto file, kept between runs."""

from __future__ import annotations

import pytest

from caffe_ls.schema import catalog, proto_cache
from caffe_ls.schema.proto_cache import content_key, from_json, read_proto_through, to_json
from caffe_ls.schema.proto_file import read_proto
from tests.schema.proto_text import proto_text
from tests.schema.test_proto_file import plain

TEXT = proto_text(catalog.load("ssd")) + "message Broken { optional = 1; }\n"


class Store(dict[str, str]):
    """Texts in memory."""

    def read(self, key: str) -> str | None:
        return self.get(key)

    def write(self, key: str, text: str) -> None:
        self[key] = text


def test_a_schema_survives_the_way_to_json_and_back() -> None:
    schema, problems = read_proto(TEXT)
    assert schema is not None
    found = from_json(to_json(schema, problems), "own", "elsewhere")
    assert found is not None
    kept, kept_problems = found
    assert kept is not None
    assert plain(kept) == plain(schema)
    assert kept.documentation == schema.documentation
    assert kept.layer_types == schema.layer_types
    assert kept.layer_types_complete is schema.layer_types_complete
    assert (kept.dialect, kept.source) == ("own", "elsewhere")
    assert kept_problems == problems != ()


def test_a_content_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    first, _ = read_proto_through(store, TEXT)
    monkeypatch.setattr(proto_cache, "read_proto", lambda *_: pytest.fail("parsed again"))
    second, _ = read_proto_through(store, TEXT)
    assert first is not None and second is not None
    assert plain(first) == plain(second)
    assert list(store) == [content_key(TEXT)]


def test_a_file_without_messages_is_kept_too() -> None:
    store = Store()
    assert read_proto_through(store, "nothing") == read_proto_through(store, "nothing")


@pytest.mark.parametrize("damaged", ["", "{", "[]", "null", '{"format": 0}', '{"format": 1}', "[" * 100_000])
def test_a_damaged_entry_is_read_anew(damaged: str) -> None:
    store = Store({content_key(TEXT): damaged})
    schema, _ = read_proto_through(store, TEXT)
    assert schema is not None
    assert store[content_key(TEXT)] != damaged
