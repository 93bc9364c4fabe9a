"""What is generated from the code is as the code says."""

from __future__ import annotations

import json

from tools import generate


def test_generated_files_are_fresh() -> None:
    assert sorted(generate.stale_files()) == [], "run `make update`"


def test_settings_replace_one_section_of_the_extension_and_nothing_else() -> None:
    before = """{
  "a": [1, 2],
  "contributes": {
    "configuration": [
      { "title": "Own", "properties": { "x": { "type": "string" } } },
      {
        "title": "%configuration.files.title%",
        "properties": {}
      }
    ]
  }
}
"""
    after = generate.with_settings(before)
    section = json.loads(after)["contributes"]["configuration"][1]
    assert "caffe.dialect" in section["properties"]
    assert after.startswith(before[: before.index('"properties": {}')])
    assert generate.with_settings(after) == after


def test_every_rule_has_a_page_with_examples() -> None:
    pages = {path: text for path, text in generate.generated_files().items() if path.startswith("docs/rules/")}
    for rule in generate.all_rules():
        page = pages[f"docs/rules/{rule.name}.md"]
        assert "**Bad**" in page
        assert "**Good**" in page
        assert "Source:" in page, "a rule cites what makes it true"
        assert f"[{rule.name}]({rule.name}.md)" in pages["docs/rules/README.md"]
