"""`caffe-ls check` of a whole corpus against google.protobuf.text_format merely parsing it; start-up included."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

from benchmarks.measurement import Measurement, against_rival, seconds_by_turns

_RIVAL = """
import sys
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
files = descriptor_pb2.FileDescriptorSet.FromString(open(sys.argv[1], "rb").read())
pool = descriptor_pool.DescriptorPool()
pool.Add(files.file[0])
for line in open(sys.argv[2], encoding="utf-8"):
    root, path = line.rstrip("\\n").split("\\t")
    message = message_factory.GetMessageClass(pool.FindMessageTypeByName("caffe." + root))()
    text_format.Parse(open(path, encoding="utf-8", errors="replace").read(), message)
"""


def measure(shared: Path | None, folder: Path) -> list[Measurement]:
    """The budget's line; `folder` takes scratch files."""
    if shared is None:
        return [Measurement("check of the corpus", "not measured: it needs --shared FOLDER", "1 x")]
    from google.protobuf import descriptor_pb2
    from tests.syntax.protobuf_oracle import file_descriptor

    from caffe_ls.schema import catalog

    with (shared / "corpus/prototxt.tsv").open(newline="", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t") if row["parses_bvlc"] == "yes"]
    files = [shared / "corpus" / row["path"] for row in rows]
    roots = ["SolverParameter" if row["kind"] == "solver" else "NetParameter" for row in rows]
    lines = sum(int(row["lines"]) for row in rows)
    (folder / "list.tsv").write_text(
        "".join(f"{root}\t{file}\n" for root, file in zip(roots, files, strict=True)), encoding="utf-8"
    )
    described = descriptor_pb2.FileDescriptorSet(file=[file_descriptor(catalog.load("bvlc"))])
    (folder / "bvlc.bin").write_bytes(described.SerializeToString())
    rival_command = [sys.executable, "-c", _RIVAL, str(folder / "bvlc.bin"), str(folder / "list.tsv")]
    options = ["check", "--format", "json", "--fail-on", "never"]
    own_command = [sys.executable, "-m", "caffe_ls", *options, *map(str, files)]
    rival, own = seconds_by_turns(
        lambda: subprocess.run(rival_command, check=True),
        lambda: subprocess.run(own_command, check=True, stdout=subprocess.DEVNULL),
    )
    what = f"check, all rules, of {len(files)} corpus files ({lines:,} lines)"
    return [against_rival(what, own, rival, "text_format parsing them", 1.0)]
