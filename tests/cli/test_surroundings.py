"""What beside the file itself decides how it is judged: settings, the caffe.proto above it, the files it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Answer, check_json, run

_SSD_NET = 'layer { name: "p" type: "Permute" permute_param { order: 0 } }\n'
_PROTO = """
syntax = "proto2";
package caffe;
message NetParameter { optional string name = 1; repeated LayerParameter layer = 100; }
message LayerParameter {
  optional string name = 1; optional string type = 2; repeated string top = 4; optional int32 own_field = 9;
}
message SolverParameter { optional string net = 24; optional float base_lr = 5; }
"""
_OWN_NET = 'layer { name: "x" type: "Input" top: "a" own_field: 3 }\n'


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def _write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _dialect(answer: Answer) -> str:
    dialect: str = answer.report["files"][0]["dialect"]
    return dialect


def test_the_dialect_is_guessed_and_can_be_given(tmp_path: Path) -> None:
    _write(tmp_path, net_prototxt=_SSD_NET)
    guessed = check_json("--select", "format", "net.prototxt", cwd=tmp_path)
    assert (guessed.status, _dialect(guessed)) == (0, "ssd")
    given = check_json("--dialect", "bvlc", "net.prototxt", cwd=tmp_path)
    assert (given.status, _dialect(given)) == (1, "bvlc")


def test_a_solver_is_of_the_dialect_of_its_net(tmp_path: Path) -> None:
    _write(tmp_path, a__net_prototxt=_SSD_NET, a__solver_prototxt='net: "a/net.prototxt"\nbase_lr: 0.1\n')
    assert _dialect(check_json("a/solver.prototxt", cwd=tmp_path)) == "ssd"
    assert _dialect(check_json("solver.prototxt", cwd=tmp_path / "a")) == "ssd"


def test_settings_are_found_above_the_file(tmp_path: Path) -> None:
    _write(tmp_path, a__b__net_prototxt=_SSD_NET, a__caffe_toml="")
    (tmp_path / "a" / "caffe-ls.toml").write_text('dialect = "bvlc"\nignore = ["unknown-layer-type"]\n')
    answer = check_json("a/b/net.prototxt", cwd=tmp_path)
    assert (_dialect(answer), set(answer.rules)) == ("bvlc", {"unknown-field"})


def test_options_go_before_settings(tmp_path: Path) -> None:
    _write(tmp_path, net_prototxt=_SSD_NET)
    (tmp_path / "caffe-ls.toml").write_text('dialect = "bvlc"\nselect = ["style"]\n')
    assert _dialect(check_json("--dialect", "ssd", "net.prototxt", cwd=tmp_path)) == "ssd"
    assert check_json("--select", "format", "net.prototxt", cwd=tmp_path).rules == ["unknown-field"]


def test_a_settings_file_can_be_named(tmp_path: Path) -> None:
    _write(tmp_path, net_prototxt=_SSD_NET, ci_toml='dialect = "bvlc"\n')
    assert _dialect(check_json("--config", "ci.toml", "net.prototxt", cwd=tmp_path)) == "bvlc"


def test_mistakes_in_settings_are_said_with_their_place_and_files_are_still_checked(tmp_path: Path) -> None:
    _write(tmp_path, net_prototxt='layer { nmae: "x" }\n')
    (tmp_path / "caffe-ls.toml").write_text('dialekt = "ssd"\n\n[rules]\nunknown-filed = "off"\nunknown-field = "no"\n')
    answer = check_json("net.prototxt", cwd=tmp_path)
    assert (answer.status, answer.rules) == (2, ["unknown-field"])
    settings = tmp_path / "caffe-ls.toml"
    assert answer.told.splitlines() == [
        f"caffe-ls: {settings}:1: unknown setting `dialekt`",
        f"caffe-ls: {settings}:3: `no` is no severity for `unknown-field`: "
        "use one of error, warning, information, hint, off",
        f"caffe-ls: {settings}:4: there is no rule `unknown-filed`",
    ]


@pytest.mark.parametrize("place", ["caffe.proto", "src/caffe/proto/caffe.proto"])
def test_the_nearest_caffe_proto_is_the_schema(tmp_path: Path, place: str) -> None:
    _write(tmp_path, models__x__net_prototxt=_OWN_NET)
    assert "unknown-field" in check_json("models/x/net.prototxt", cwd=tmp_path).rules
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text(_PROTO)
    for _ in range(2):  # The second time from the cache.
        answer = check_json("models/x/net.prototxt", cwd=tmp_path)
        assert (answer.rules, answer.told) == ([], "")
    assert list((tmp_path / "cache").rglob("proto-*.json"))


def test_a_caffe_proto_can_be_named(tmp_path: Path) -> None:
    _write(tmp_path, net_prototxt=_OWN_NET, fork__my_proto=_PROTO)
    assert check_json("--proto", "fork/my.proto", "net.prototxt", cwd=tmp_path).rules == []


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, where a folder should be")
    _write(tmp_path, net_prototxt=_OWN_NET, caffe_proto=_PROTO)
    assert check_json("net.prototxt", cwd=tmp_path) == (
        0, check_json("net.prototxt", cwd=tmp_path).out, b"",
    )  # fmt: skip


def test_a_caffe_proto_that_is_none_is_said(tmp_path: Path) -> None:
    _write(tmp_path, net_prototxt=_SSD_NET, caffe_proto="this is no proto {")
    answer = check_json("--select", "format", "net.prototxt", cwd=tmp_path)
    assert (_dialect(answer), answer.rules) == ("ssd", [])
    assert f"caffe-ls: {tmp_path / 'caffe.proto'}:1: " in answer.told


def test_a_solver_that_names_a_device_does_not_hang(tmp_path: Path) -> None:
    _write(tmp_path, solver_prototxt='net: "/dev/zero"\ntrain_net: "/dev/stdin"\nbase_lr: 0.1\n')
    assert run("check", "--select", "format", "solver.prototxt", cwd=tmp_path).status == 0
