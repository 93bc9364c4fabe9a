"""Merge the schema facts of all dialects into the one table that the package carries.

    python -m tools.build_catalog [--check] [--facts DIR]

Reads one JSON file a dialect and writes `server/caffe_ls/schema/bundled/catalog.json`; `--check` writes nothing and
fails when the file would change.

The table, every set of dialects being a bit mask in the order of `dialects`:

    dialects     names, in the order in which ties are decided
    sources      where each dialect's schema was read, in the same order
    shapes       [label, type, type name], the part of a field that text format can tell
    messages     name -> [mask, {field -> [[mask, number, shape, default or null, packed], ...]}]; the two last may lack
    enums        name -> [[mask, {value -> number}], ...]
    layer_types  registered type -> mask; `typed` is the mask of the dialects whose registered types are known
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FACTS = ROOT.parent / "shared" / "facts" / "schema"
CATALOG = ROOT / "server" / "caffe_ls" / "schema" / "bundled" / "catalog.json"

# BVLC's master decides ties; then come the forks, the widely used before the rare, each family together with its
# newest first; then BVLC's own past and the converters that only read files.
ORDER = (
    "bvlc",
    "ssd",
    "nvidia-0.17",
    "intel",
    "fast-rcnn",
    "rfcn",
    "cascade-rcnn",
    "segnet",
    "enet",
    "deeplab",
    "pspnet",
    "crfrnn",
    "refinedet",
    "mobilenet-yolo",
    "temporal-segments",
    "flownet2",
    "lrcn-recurrent",
    "lstm",
    "sphereface",
    "openpose-train",
    "c3d",
    "ristretto",
    "windows-microsoft",
    "windows-happynear",
    "nvidia-0.16",
    "nvidia-0.15",
    "bvlc-opencl",
    "bvlc-2015-02",
    "bvlc-2014-12",
    "bvlc-2014-07",
    "cambricon",
    "synopsys",
    "ncnn",
    "openvino",
)

# OpenVINO's model optimizer prefixes its message names so that they do not clash with Caffe's; files never see names.
PREFIXES = ("mo_",)

# What another branch of the same fork has besides, as names are known but not its whole schema. The numbers, which text
# files never show, continue those of the facts.
SUPPLEMENTS: dict[tuple[str, str], tuple[dict[str, Any], ...]] = {
    ("crfrnn", "MultiStageMeanfieldParameter"): tuple(
        {"name": name, "number": number, "label": "optional", "type": "float"}
        for number, name in enumerate(
            (
                "spatial_filter_weight",
                "bilateral_filter_weight",
                "forced_spatial_filter_weight",
                "forced_bilateral_filter_weight",
            ),
            start=7,
        )
    ),
}

# A registration that stands in a comment of BVLC's layer_factory.hpp as an example.
NOT_REGISTERED = frozenset({"MyAwesome"})


def type_name(name: str, known: set[str]) -> str:
    """A field's type under the name that its message or enum has in the same facts."""
    if name in known:
        return name
    for prefix in PREFIXES:
        if name.removeprefix(prefix) in known:
            return name.removeprefix(prefix)
    raise SystemExit(f"build_catalog: no message or enum is named {name}")


def build(facts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The merged table of `facts`, which hold one dialect each, by name."""
    order = [name for name in ORDER if name in facts] + sorted(set(facts) - set(ORDER))
    shapes: dict[tuple[str, str, str], int] = {}
    messages: dict[str, tuple[int, dict[str, dict[tuple[Any, ...], int]]]] = {}
    enums: dict[str, dict[tuple[tuple[str, int], ...], int]] = {}
    layer_types: dict[str, int] = {}
    typed = 0
    for position, dialect in enumerate(order):
        fact, bit = facts[dialect], 1 << position
        known = {item["name"] for item in (*fact["messages"], *fact["enums"])}
        for message in fact["messages"]:
            mask, fields = messages.get(message["name"], (0, {}))
            messages[message["name"]] = (mask | bit, fields)
            for field in (*message["fields"], *SUPPLEMENTS.get((dialect, message["name"]), ())):
                named = type_name(field["type_name"], known) if "type_name" in field else ""
                shape = shapes.setdefault((field["label"], field["type"], named), len(shapes))
                variant: tuple[Any, ...] = (
                    field["number"],
                    shape,
                    field.get("default"),
                    int(field.get("packed", False)),
                )
                variants = fields.setdefault(field["name"], {})
                variants[variant] = variants.get(variant, 0) | bit
        for enum in fact["enums"]:
            values = tuple(enum["values"].items())
            versions = enums.setdefault(enum["name"], {})
            versions[values] = versions.get(values, 0) | bit
        for layer_type in sorted(set(fact["layer_types"]) - NOT_REGISTERED):
            layer_types[layer_type] = layer_types.get(layer_type, 0) | bit
            typed |= bit
    return {
        "dialects": order,
        "sources": [facts[name]["source"] for name in order],
        "shapes": [list(shape) for shape in shapes],
        "messages": {
            name: [mask, {field: [_trimmed(mask, *variant) for variant, mask in variants.items()]
                          for field, variants in fields.items()}]
            for name, (mask, fields) in messages.items()
        },
        "enums": {
            name: [[mask, dict(values)] for values, mask in versions.items()] for name, versions in enums.items()
        },
        "layer_types": dict(sorted(layer_types.items())),
        "typed": typed,
    }  # fmt: skip


def _trimmed(mask: int, number: int, shape: int, default: str | None, packed: int) -> list[Any]:
    if packed:
        return [mask, number, shape, default, packed]
    return [mask, number, shape] if default is None else [mask, number, shape, default]


def read_facts(folder: Path) -> dict[str, dict[str, Any]]:
    """The dialects described in `folder`, by name."""
    read = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")))
    return {fact["dialect"]: fact for fact in read if "dialect" in fact}


def text_of(table: dict[str, Any]) -> str:
    """The table as it is kept: compact, but a message or enum a line, so that a change can be read."""
    parts = []
    for key, value in table.items():
        if isinstance(value, dict) and key != "layer_types":
            lines = ",\n".join(f"{_compact(name)}:{_compact(item)}" for name, item in value.items())
            parts.append(f"{_compact(key)}:{{\n{lines}\n}}")
        else:
            parts.append(f"{_compact(key)}:{_compact(value)}")
    return "{" + ",\n".join(parts) + "}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main(arguments: list[str] | None = None) -> int:
    """Write the table, or with --check say whether it is fresh."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when the table is stale")
    parser.add_argument("--facts", type=Path, default=FACTS, help="folder with one JSON file a dialect")
    options = parser.parse_args(arguments)
    text = text_of(build(read_facts(options.facts)))
    if CATALOG.exists() and CATALOG.read_text(encoding="utf-8") == text:
        return 0
    if options.check:
        print(f"{CATALOG.relative_to(ROOT)} is stale: run python -m tools.build_catalog", file=sys.stderr)
        return 1
    CATALOG.parent.mkdir(parents=True, exist_ok=True)
    CATALOG.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
