"""Which kind a file is: a net, a solver, a training log, or none of Caffe's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Literal

from caffe_ls.syntax.tree import File, Message

Kind = Literal["net", "solver", "log", "other"]

PROTOTXT_SUFFIXES = (".prototxt", ".pbtxt", ".pt", ".txt")

# Fields that a net, or a solver, of some Caffe has at its top level and that other text-format files hardly have.
_NET_FIELDS = frozenset({
    "layer", "layers", "input", "input_dim", "input_shape", "force_backward", "state", "net_blobs",
})  # fmt: skip
_SOLVER_FIELDS = frozenset({
    "net", "net_param", "train_net", "test_net", "train_net_param", "test_net_param", "train_state", "test_state",
    "test_iter", "test_interval", "test_initialization", "test_compute_loss", "base_lr", "display", "average_loss",
    "max_iter", "iter_size", "lr_policy", "gamma", "power", "momentum", "weight_decay", "regularization_type",
    "stepsize", "stepvalue", "clip_gradients", "snapshot", "snapshot_prefix", "snapshot_diff", "snapshot_format",
    "solver_mode", "device_id", "random_seed", "solver_type", "momentum2", "rms_decay", "delta", "rampup_interval",
    "snapshot_after_train", "layer_wise_reduce", "weights", "plateau_winsize", "eval_type", "ap_version",
    "show_per_class_result", "min_lr", "rampup_lr", "local_lr_policy", "larc", "larc_policy",
})  # fmt: skip

# What lines of logs hold, whatever was put before them or taken away; not so in comments of prototxts that quote them.
_MARKS_OF_LOGS = (".cpp:", ".hpp:", ".cu:", "Initializing ", "[Forward] ", "[Backward] ", "Iteration ", " net output #")
_LOG_LINE = re.compile(
    r"^[^#\n]{0,100}?(?:[IWEF](?:\d{4}|\d{8}) \d\d:\d\d:\d\d\.\d+\s+(?:0x)?[0-9a-f]+\s+[^\]\n]{1,300}?:\d+\]|"
    r"\b(?:solver|net|caffe|layer_factory|upgrade_proto)\.(?:cpp|hpp|cu):\d+\] |"
    r"Initializing (?:net|solver) from parameters|\[(?:Forward|Backward)\] (?:Layer \S|All net params)|"
    r"Iteration \d+, (?:lr = |Testing net)|(?:Train|Test) net output #\d+: )",
    re.MULTILINE,
)
_BEGINNING = 20_000
_TOP_LEVEL_NAME = re.compile(r"^([A-Za-z_]\w*)[ \t]*(?::|\{)", re.MULTILINE)


def looks_like_log(text: str) -> bool:
    """Whether the beginning of a text has a line as Caffe logs them: with glog's prefix, or without."""
    beginning = text[:_BEGINNING]
    return any(mark in beginning for mark in _MARKS_OF_LOGS) and _LOG_LINE.search(beginning) is not None


def may_be_caffe(text: str) -> bool:
    """A cheap first look at a text: whether it could be a net, a solver or a log at all."""
    return looks_like_log(text) or any(
        name[1] in _NET_FIELDS or name[1] in _SOLVER_FIELDS for name in _TOP_LEVEL_NAME.finditer(text)
    )


def kind_of(path: str, file: File) -> Kind:
    """The kind of a prototxt by its content; by its name where the content does not tell.

    A file that is neither by content nor by name is `other`: label maps and other programs' text-format files are not
    judged. A `.prototxt` in which nothing can be recognised, because it is broken, counts as a net or a solver.
    """
    names = [entry.field.name for entry in file.entries if entry.field is not None]
    nets = sum(map(_NET_FIELDS.__contains__, names))
    solvers = sum(map(_SOLVER_FIELDS.__contains__, names))
    if nets or solvers:
        return _weigh(file, nets, solvers, path)
    return _kind_by_name(path, names, any(entry.problems for entry in file.entries))


def _weigh(file: File, nets: int, solvers: int, path: str) -> Kind:
    if not nets:
        return "solver"
    if not solvers:
        return "net"
    layers = sum(
        1
        for entry in file.entries
        if entry.field is not None
        and entry.field.name in ("layer", "layers")
        and isinstance(entry.field.value, Message)
    )
    if layers > 2:
        return "net"
    return "solver" if solvers > nets or "solver" in PurePath(path).name.lower() else "net"


def _kind_by_name(path: str, names: Iterable[str], broken: bool) -> Kind:
    pure = PurePath(path)
    names = list(names)
    if names and not broken:
        return "net" if names == ["name"] else "other"
    if ".prototxt" in pure.name.lower():
        return "solver" if "solver" in pure.name.lower() else "net"
    return "other"
