"""What a net takes in memory, with the solver that trains it."""

from __future__ import annotations

import re
from typing import NamedTuple

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.solvers_beside import solvers_training
from caffe_ls.net.memory_use import MemoryUse, memory_use
from caffe_ls.net.model import Net
from caffe_ls.solver.history import numbers_per_parameter

_LIMIT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*([KMGT]?)(?:i?B)?", re.IGNORECASE)
_FACTORS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


class TrainingMemory(NamedTuple):
    """The memory of a net's blobs; `solver` is the type of the solver that is counted, empty where none is."""

    use: MemoryUse
    solver: str = ""


def training_memory(document: PrototxtDocument, net: Net) -> TrainingMemory:
    """A net's memory in its state, with the solver that takes most; a net whose solver is not known has SGD's."""
    if net.phase != "TRAIN":
        return TrainingMemory(memory_use(net))
    solvers = [document.solver] if document.kind == "solver" else []
    solvers += [beside.document.solver for beside in solvers_training(document) if document.kind == "net"]
    kept, name = max(((numbers_per_parameter(solver), solver.type) for solver in solvers), default=(1, "SGD"))
    return TrainingMemory(memory_use(net, kept), name)


def bytes_of(limit: str) -> int | None:
    """A size such as `8GB`, `512 MiB` or `1.5g` in bytes, units of 1024 as cards are sold; None where it is none."""
    found = _LIMIT.fullmatch(limit.strip())
    return None if found is None else int(float(found[1]) * _FACTORS[found[2].upper()])
