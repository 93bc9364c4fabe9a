"""What the command line asks for, as immutable data."""

from __future__ import annotations

from typing import Final, Literal

from caffe_ls.analysis.kinds import Kind
from caffe_ls.immutable import dataclass

STANDARD_INPUT: Final = "-"

ReportFormat = Literal["text", "json", "sarif", "github", "junit"]
FailOn = Literal["error", "warning", "information", "hint", "never"]


@dataclass(frozen=True, slots=True)
class CommonOptions:
    """What all commands that judge files take; "" and None where the option is not given.

    `stages` and `level` are those of Caffe's NetState; `stage` of a finding is something else.
    """

    dialect: str = ""
    proto: str = ""
    config: str = ""
    kind: Kind | None = None
    phase: Literal["TRAIN", "TEST"] | None = None
    stages: tuple[str, ...] = ()
    level: int = 0
    data_shape: str = ""
    batch: int | None = None
    stdin_path: str = ""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What `check` takes."""

    paths: tuple[str, ...]
    common: CommonOptions = CommonOptions()
    report_format: ReportFormat = "text"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: FailOn = "warning"
    fix: bool = False
    unsafe: bool = False
    diff: bool = False
    baseline: str = ""
    weights: str = ""
