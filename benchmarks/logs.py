"""Reading a debug_info log of 100 MB against ripgrep merely counting its debug lines; and memory."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.measurement import Measurement, against_rival, seconds

_PATTERN = r"\[(Forward|Backward)\] Layer .+, (top|bottom|param) blob .+ (data|diff): \S+"
_SIZE = 100_000_000
# Linux counts what the process was before it became Python, a copy of this one, into ru_maxrss; VmHWM is its own.
_READ = """
import pathlib, re, resource, sys
from caffe_ls.training_log.reader import Reader
reader = Reader()
for _ in range(int(sys.argv[2])):
    with open(sys.argv[1], "rb") as log:
        while data := log.read(1 << 20):
            reader.feed(data)
reader.close()
assert reader.record().runs[0].debug
status = pathlib.Path("/proc/self/status")
own = re.search(r"VmHWM:\\s*(\\d+) kB", status.read_text()) if status.exists() else None
print(own[1] if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measure(shared: Path | None, folder: Path) -> list[Measurement]:
    """The budget's lines; `folder` takes the log."""
    log = folder / "train.log"
    _write(log)
    what = f"everything read of a debug_info log of {log.stat().st_size / 1e6:.0f} MB, start-up included"
    own = seconds(lambda: _read(log, 1), 3)
    counting = seconds(lambda: subprocess.run(["wc", "-l", str(log)], check=True, capture_output=True), 3)
    measured = [Measurement("the same, against wc -l", f"{own / counting:.1f} x", "none")]
    if shutil.which("rg") is None:
        measured.insert(0, Measurement(what, f"{1000 * own:.0f} ms; not compared: rg is missing", "2 x"))
    else:
        command = ["rg", "-c", _PATTERN, str(log)]
        rival = seconds(lambda: subprocess.run(command, check=True, capture_output=True), 3)
        measured.insert(0, against_rival(what, own, rival, "rg -c of the debug line", 2.0))
        diagnosing = seconds(lambda: _diagnose(log), 3)
        whole = "caffe-ls diagnose of it: verdict, findings, summary"
        measured.insert(1, against_rival(whole, diagnosing, rival, "rg -c of the debug line", 2.0))
    for times, name in ((1, "100 MB"), (10, "1 GB")):
        memory = _read(log, times)
        measured.append(Measurement(f"memory, {name}", f"{memory:.0f} MB", "150 MB", memory <= 150))
    return measured


def _read(log: Path, times: int) -> float:
    """Read the log, several times over as one, in a process of its own; its peak memory in MB."""
    command = [sys.executable, "-c", _READ, str(log), str(times)]
    return int(subprocess.run(command, check=True, capture_output=True).stdout) / 1024


def _diagnose(log: Path) -> None:
    # An installed package has its bytecode.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-m", "caffe_ls", "diagnose", str(log)]
    subprocess.run(command, check=False, capture_output=True, env=environment)


def _write(log: Path, layers: int = 150) -> None:
    """A net of convolutions and ReLUs that prints its every blob at each iteration."""
    chance = random.Random(1)
    with log.open("w", encoding="ascii") as out:
        iteration = 0
        while out.tell() < _SIZE:
            second = f"I1121 10:{iteration // 60 % 60:02}:{iteration % 60:02}"
            lines = []
            for direction, line, blob, part in (("Forward", 593, "top", "data"), ("Backward", 621, "bottom", "diff")):
                for at in range(layers) if part == "data" else reversed(range(layers)):
                    name = f"stage{at // 30}_conv{at}"
                    start = f"  4242 net.cpp:{line}]     [{direction}] Layer {name}, "
                    ends = (f"{blob} blob {name}", "param blob 0", "param blob 1")
                    lines += [f"{start}{end} {part}: {chance.expovariate(10):.6g}" for end in ends]
            lines += [
                f"  4242 solver.cpp:239] Iteration {iteration} (2 iter/s, 0.5s/1 iters), loss = {chance.random():.6g}",
                f"  4242 solver.cpp:258]     Train net output #0: loss = {chance.random():.6g}",
                f"  4242 sgd_solver.cpp:112] Iteration {iteration}, lr = 0.01",
            ]
            out.writelines(f"{second}.{at:06}{line}\n" for at, line in enumerate(lines))
            iteration += 1
