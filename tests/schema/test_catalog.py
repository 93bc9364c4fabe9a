"""The bundled dialects: what there is, how it is named, and who has what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tools import build_catalog

from caffe_ls.schema import catalog
from caffe_ls.schema.model import NET_MESSAGE, SOLVER_MESSAGE, Field
from tests.syntax.protobuf_oracle import file_descriptor

ALL = [dialect.name for dialect in catalog.dialects()]


def test_bvlc_master_comes_first_and_every_dialect_has_a_title_and_a_source() -> None:
    assert ALL[0] == "bvlc"
    assert len(ALL) == 34
    for dialect in catalog.dialects():
        assert dialect.title != dialect.name, f"{dialect.name} needs a title for people"
        assert dialect.source


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("bvlc", "bvlc"),
        ("BVLC", "bvlc"),
        ("caffe", "bvlc"),
        ("SSD", "ssd"),
        (" ssd ", "ssd"),
        ("nvidia", "nvidia-0.17"),
        ("NVCaffe", "nvidia-0.17"),
        ("cascade_rcnn", "cascade-rcnn"),
        ("faster-rcnn", "fast-rcnn"),
        ("any", "any"),
    ],
)
def test_a_dialect_is_found_by_name_in_any_case_and_by_alias(written: str, meant: str) -> None:
    assert catalog.load(written).dialect == meant


def test_an_unknown_dialect_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(ValueError, match=r"unknown dialect 'tensorflow'; known are bvlc, ssd, .* and any"):
        catalog.load("tensorflow")


def test_a_schema_is_one_object_so_that_it_can_key_caches() -> None:
    assert catalog.load("ssd") is catalog.load("SSD")
    assert hash(catalog.load("ssd")) != hash(catalog.load("bvlc"))


@pytest.mark.parametrize("name", [*ALL, catalog.ANY])
def test_every_dialect_is_whole(name: str) -> None:
    schema = catalog.load(name)
    assert schema.message(NET_MESSAGE)
    assert schema.message(SOLVER_MESSAGE)
    for message in schema.messages.values():
        for field in message.fields.values():
            if field.type == "message":
                assert schema.message(field.type_name), f"{message.name}.{field.name}"
            elif field.type == "enum":
                enum = schema.enum(field.type_name)
                assert enum, f"{message.name}.{field.name}"
                assert name == catalog.ANY or field.default is None or field.default in enum.values


@pytest.mark.parametrize("name", ALL)
def test_protobuf_takes_every_dialect_for_a_valid_file_of_messages(name: str) -> None:
    from google.protobuf import descriptor_pool

    pool = descriptor_pool.DescriptorPool()
    pool.Add(file_descriptor(catalog.load(name)))  # type: ignore[no-untyped-call]
    assert pool.FindMessageTypeByName("caffe.NetParameter")


def test_fields_enums_and_layer_types_of_bvlc() -> None:
    bvlc = catalog.load("bvlc")
    assert bvlc.field("ConvolutionParameter", "num_output") == Field("num_output", 1, "optional", "uint32")
    assert bvlc.field("LRNParameter", "beta") == Field("beta", 3, "optional", "float", default="0.75")
    assert bvlc.field("BlobShape", "dim") == Field("dim", 1, "repeated", "int64", packed=True)
    assert bvlc.field("PoolingParameter", "pool") == Field(
        "pool", 1, "optional", "enum", "PoolingParameter.PoolMethod", default="MAX"
    )
    assert bvlc.field("LayerParameter", "permute_param") is None
    assert bvlc.field("NoSuchMessage", "name") is None
    enum = bvlc.enum("PoolingParameter.PoolMethod")
    assert enum and dict(enum.values) == {"MAX": 0, "AVE": 1, "STOCHASTIC": 2}
    assert "InnerProduct" in bvlc.layer_types
    assert "MyAwesome" not in bvlc.layer_types, "an example in a comment of layer_factory.hpp is no layer"
    assert bvlc.layer_types_complete
    assert not catalog.load("bvlc-2014-07").layer_types_complete


def test_who_has_a_field_a_layer_type_or_an_enum_value() -> None:
    assert catalog.dialects_with_field("LayerParameter", "permute_param")[0] == "ssd"
    assert "bvlc" not in catalog.dialects_with_field("LayerParameter", "permute_param")
    assert catalog.dialects_with_field("LayerParameter", "clip_param")[0] == "bvlc"
    assert catalog.dialects_with_field("LayerParameter", "no_such_param") == ()
    assert "ssd" in catalog.dialects_with_layer_type("PriorBox")
    assert catalog.dialects_with_layer_type("NoSuchLayer") == ()
    assert catalog.dialects_with_enum_value("V1LayerParameter.LayerType", "CONVOLUTION")[0] == "bvlc"
    assert catalog.dialects_with_enum_value("PoolingParameter.PoolMethod", "MEDIAN") == ()
    assert catalog.dialects_with_message("PermuteParameter")[0] == "ssd"


def test_where_a_misplaced_field_may_belong() -> None:
    assert set(catalog.messages_with_field(catalog.load("bvlc"), "dropout_ratio")) == {
        "DropoutParameter",
        "V0LayerParameter",
    }
    assert catalog.messages_with_field(catalog.load("bvlc"), "no_such_field") == ()


def test_the_union_of_all_dialects_has_what_any_of_them_has() -> None:
    union = catalog.load("any")
    for name in ALL:
        schema = catalog.load(name)
        for message in schema.messages.values():
            for field in message.fields.values():
                found = union.field(message.name, field.name)
                assert found is not None
                # Where types conflict one is chosen; where only the label does, the one that takes more.
                if (found.type, found.type_name) == (field.type, field.type_name):
                    assert found.is_repeated or not field.is_repeated


@pytest.mark.parametrize("name", ALL)
def test_a_dialect_is_nearest_to_itself(name: str) -> None:
    assert catalog.nearest_dialect(catalog.load(name)) == name


def test_the_list_of_known_types_in_a_log_gives_the_dialect_away() -> None:
    types = catalog.load("segnet").layer_types
    assert catalog.dialect_of_known_types(types) == "segnet"
    assert catalog.dialect_of_known_types(types - {"Python"}) == "segnet", "Python layers are a matter of the build"
    assert catalog.dialect_of_known_types({"One", "Two"}) is None


@pytest.mark.shared
def test_the_table_is_fresh_and_holds_what_the_facts_say(shared: Path) -> None:
    folder = shared / "facts" / "schema"
    assert build_catalog.main(["--check", "--facts", str(folder)]) == 0
    for path in folder.glob("*.json"):
        facts = json.loads(path.read_text(encoding="utf-8"))
        if "dialect" not in facts:
            continue
        schema = catalog.load(facts["dialect"])
        assert set(schema.messages) == {message["name"] for message in facts["messages"]}
        for message in facts["messages"]:
            for fact in message["fields"]:
                field = schema.field(message["name"], fact["name"])
                assert field is not None
                assert (field.number, field.label, field.type) == (fact["number"], fact["label"], fact["type"])
                assert field.type_name == fact.get("type_name", "").removeprefix("mo_")
                assert (field.default, field.packed) == (fact.get("default"), fact.get("packed", False))
        assert {name: dict(schema.enums[name].values) for name in schema.enums} == {
            enum["name"]: enum["values"] for enum in facts["enums"]
        }
        assert schema.layer_types == set(facts["layer_types"]) - build_catalog.NOT_REGISTERED
