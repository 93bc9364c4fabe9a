"""Caffe's other messages: those that tell something worth knowing, told by their beginnings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from caffe_ls.analysis.log_document import LogDocument, LogLine
from caffe_ls.log_explanation.around import Around

_KNOWN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (r"Ignoring source layer (\S+)",
         "**The weights file has a layer that the net has not**: nothing is loaded from it. Right where the layer was "
         "renamed to learn it anew; a slip where it should have been loaded"),
        (r"Copying source layer (\S+)", "**The layer of this name is loaded from the weights file**"),
        (r"The NetState phase \(\d\) differed from",
         "**The layer is left out of the net of this phase** (0 TRAIN, 1 TEST), as its include or exclude rule says"),
        (r"The NetState (?:level|did not contain|contained a not_stage)",
         "**The layer is left out of this net**: its include or exclude rule asks for another level or stage"),
        (r"Attempting to upgrade input file specified using deprecated",
         "**The file is written in an older form**, which Caffe upgrades as it reads; `caffe-ls upgrade` does it once "
         "and for all"),
        (r"Successfully upgraded", "**The older form was upgraded**; the printed net shows the result"),
        (r"(?:Note that future Caffe releases|Warning: had one or more problems)",
         "**The upgrade could not take over everything**: compare the printed net with the file"),
        (r"snapshot_prefix was not specified", "**Snapshots are named after the solver's file**, beside it"),
        (r"Data file opening|Opening (?:file|lmdb|leveldb)|Opened (?:lmdb|leveldb)",
         "**A data source is opened**; its path counts from the directory in which Caffe was started"),
        (r"Top shape: (?:\d+ )*\d+$", "**The shape of a top**, as older versions print it: without its count"),
        (r"Dropped [Ll]ayer: ", "**The layer is left out of this net**, as its rules say"),
        (r"Initializing recurrent layer: ", "**A recurrent layer unrolls its net**: one copy for each time step"),
        (r"Reallocating workspace storage", "**A convolution on the GPU asks for more working memory**"),
        (r"MultiStep Status: ", "**The rate goes on to its next step** (multistep policy)"),
        (r"output data size: ", "**The shape of a batch**: batch size × channels × height × width"),
        (r"(?:A total of|Number of HDF5 files|Loading list of HDF5)", "**What the list of the data source holds**"),
        (r"Restarting data prefetching from start|Restarting.*from start",
         "**The data was read to its end** and begins again: one epoch is over"),
        (r"Waiting for data", "**Training waits for the data**: reading is slower than computing"),
        (r"(?:Data layer prefetch queue empty|Prefetch batch)",
         "**How long the data took**: reading, decoding and transforming one batch"),
        (r"(?:Shuffling data)", "**The list is put into another order**; with a `random_seed` the same each time"),
        (r"Cannot create Cu(?:blas|rand) handle",
         "**The GPU's libraries cannot be used**: no GPU, a driver that does not fit, or no memory left on it"),
        (r"GPU \d+: ", "**A GPU that is used**"),
        (r"Snapshot begin|Snapshot end|Found (?:caught )?signal", "**The run was asked to snapshot or stop**"),
        (r"Learning Rate Policy", "**The policy of the learning rate**"),
        (r"Solver scaffolding done", "**The solver is made**: train net and test nets are built"),
        (r"Parameters? shared|Sharing param",
         "**Two layers share a parameter**: one memory, the gradients are summed"),
        (r"Collecting Learning Rate and Weight Decay", "**The nets' multipliers are gathered** (older versions)"),
        (r"Finetuning|Loading (?:weights|mean)|mean file", "**A file of numbers is loaded**"),
    )
)  # fmt: skip


def message_line(_document: LogDocument, line: LogLine, _: Around) -> Iterator[str]:
    """A line that no pattern has; nothing where nothing is known of it."""
    for pattern, meaning in _KNOWN:
        if pattern.match(line.body):
            yield meaning
            return
    if line.line.severity in (b"E", b"W"):
        yield f"**{'An error' if line.line.severity == b'E' else 'A warning'}** that `{line.source}` tells"
