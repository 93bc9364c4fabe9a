"""The packed extension holds what every supported system needs."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.e2e

PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}


def test_the_bundle_is_whole_for_every_supported_python(unpacked_extension: Path) -> None:
    bundled = list(distributions(path=[str(unpacked_extension / "bundled")]))
    names = {canonicalize_name(distribution.metadata["Name"]) for distribution in bundled}
    assert "caffe-language-server" in names
    missing = {
        f"{requirement} (for Python {python} on {system})"
        for distribution in bundled
        for requirement in map(Requirement, distribution.requires or [])
        for python in PYTHONS
        for system, platform_system in SYSTEMS.items()
        if canonicalize_name(requirement.name) not in names
        and (
            requirement.marker is None
            or requirement.marker.evaluate(
                {
                    "python_version": python,
                    "python_full_version": f"{python}.0",
                    "sys_platform": system,
                    "platform_system": platform_system,
                    "extra": "",
                }
            )
        )
    }
    assert missing == set()


def test_the_package_is_for_every_system(unpacked_extension: Path) -> None:
    compiled = [path for path in unpacked_extension.rglob("*") if path.suffix in {".so", ".pyd", ".dll", ".dylib"}]
    assert compiled == []


def test_the_package_has_licence_icon_grammars_and_translations(unpacked_extension: Path) -> None:
    manifest = json.loads((unpacked_extension / "package.json").read_text("utf-8"))
    wanted = [
        "LICENSE.txt", manifest["icon"], manifest["main"], "l10n/bundle.l10n.zh-cn.json", "package.nls.ja.json",
        *(grammar["path"] for grammar in manifest["contributes"]["grammars"]),
        *(language["configuration"] for language in manifest["contributes"]["languages"]),
    ]  # fmt: skip
    assert [path for path in wanted if not (unpacked_extension / path).is_file()] == []


def test_packages_of_the_user_do_not_shadow_the_packed_ones(
    unpacked_extension: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pygls.py").write_text("raise SystemExit('the wrong pygls')\n", "utf-8")
    (tmp_path / "caffe_ls.py").write_text("raise SystemExit('the wrong caffe_ls')\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    command = [sys.executable, "-I", "-S", str(unpacked_extension / "start_server.py"), "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "caffe-ls" in done.stdout) == (0, True), done.stdout + done.stderr
