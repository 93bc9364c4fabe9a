"""What the run's last words say: files, devices, settings, shapes, labels; or that somebody stopped it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from caffe_ls.analysis.evidence import Evidence
from caffe_ls.analysis.fatal_messages import family_of, forks_with, refusal_of
from caffe_ls.diagnosis.cause import Cause, Reason
from caffe_ls.diagnosis.symptoms import Symptoms
from caffe_ls.rules.finding import FileEdit, Fix, Severity
from caffe_ls.training_log.record import Event

_SURE = 0.97
_LIKELY = 0.85

# Words of Caffe's own messages, and of CUDA's and protobuf's, by what they are about. The first that matches holds.
# Most runs end well and need none of these expressions: `re` compiles those that are used.
_BY_WORDS: tuple[tuple[str, str], ...] = (
    ("label-out-of-range", (
        r"label(?:_value|s?\[|\b).*(?:<=?|>=?|< ?num|num_labels|num_classes)|device-side assert|\bindex < K_|"
        r"\blabel_value\b")),
    ("solver-misconfigured", (
        r"learning rate policy|average_loss|stepsize|test_interval|test_iter|rms_decay|momentum.*(?:AdaGrad|RMSProp)|"
        r"Momentum cannot be used|SolverParameter must|solver type|max_iter|gamma\(\)|SolverParameter file|"
        r"history_size|iter_size|regularization type|snapshot\(\)|clip_gradients|caffe\.SolverParameter")),
    ("environment", (
        r"File not found|No such file|Cannot use GPU|could ?n[o']t (?:open|load|find|read)|"
        r"could not (?:open|load|find|read)|Failed to open|out of memory|cudaSuccess|"
        r"CUDNN|CUBLAS|CURAND|NCCL|cuda|mdb_status|leveldb|Permission denied|snapshot prefix|directory exists|"
        r"bad_alloc|No module named|ImportError|ModuleNotFoundError|FileNotFoundError|IOError|OSError|MemoryError|"
        r"Unable to open|H5F|fd != -1|mean file|Error (?:saving|reading)|HDF5 file|IMDB|disk")),
    ("net-misconfigured", (
        r"NetParameter|Unknown layer type|Unknown bottom blob|Top blob|registry\.count|shape|num_output|bottom|"
        r"blob|param|layer|axis|channels|Cannot copy param|kernel|stride|pad")),
)  # fmt: skip
_BY_SOURCE: tuple[tuple[str, str], ...] = (
    ("solver-misconfigured", r"(?:\w*_)?solvers?\.(?:cpp|hpp|cu)|solver_factory\.hpp"),
    ("environment", (
        r"(?:common|io|syncedmem|db_?\w*|hdf5|internal_thread|parallel|benchmark|gpu_memory|cudnn\w*|nccl)\.(?:cpp|hpp|cu)"
    )),
    ("net-misconfigured", (
        r"(?:net|blob|insert_splits|upgrade_proto|layer|layer_factory|\w+_layer|filler|data_transformer)\.(?:cpp|hpp|cu)"
    )),
)  # fmt: skip
_MOST_ERRORS = 3
_SAID = 2  # Reasons after which no words of what the message means are wanting.
_MEMORY = r"out of memory|bad_alloc|MemoryError"

_CONFIRM = {
    "environment": "start it again with the file, folder, device or module in its place: it goes on beyond this line",
    "solver-misconfigured": "mend the setting that the message names: the solver goes on beyond this line",
    "net-misconfigured": "mend what the message names; `caffe-ls check` on the net shows it at its place",
    "label-out-of-range": "compare the largest label of the data with the number of classes that the net ends in",
}


def weigh(symptoms: Symptoms) -> Iterator[Cause]:
    """Causes that the end of the run tells."""
    evidence = symptoms.evidence
    events = evidence.run.events
    fatal = [event for kind in ("fatal", "check-failed", "fatal-words") for event in events.get(kind, [])]
    if fatal:
        yield from _fatal(symptoms, min(fatal, key=lambda event: event.line))
    elif events.get("exception") and evidence.ended == "crashed":
        yield from _exception(symptoms, events["exception"][-1])
    elif evidence.ended == "crashed":
        yield from _crash(symptoms)
    elif evidence.ended == "fatal":
        said = "Caffe stopped with a message that the log does not show"
        reasons = (Reason(min((event.line for event in events.get("stack-title", [])), default=None), said),)
        for kind in ("net-misconfigured", "environment"):
            yield Cause(kind, 0.35, reasons, "look for the line that begins with F, or for `Check failed`")


def _fatal(symptoms: Symptoms, event: Event) -> Iterator[Cause]:
    kind = kind_of_fatal(event)
    after_trouble = symptoms.broke_in_training and _line(symptoms) < event.line
    said = _in_words(event)
    sure = _SURE if not after_trouble else 0.5
    reasons = [Reason(event.line, f"Caffe stopped here: {said}")]
    refusal = refusal_of(symptoms.evidence.run)
    if refusal is not None and "parse" in event.text:
        reasons.insert(0, Reason(*refusal))
    known = family_of(event.source, event.text) if len(reasons) < _SAID else None
    if known is not None:
        reasons.append(Reason(None, known.meaning + forks_with(event.text)))
    at_fault = list(_errors_in_files(symptoms.evidence, kind))
    reasons += [Reason(None, words) for words, _ in at_fault]
    fixes = tuple(fix for _, fixes in at_fault for fix in fixes)
    mistaken = _weights_as_state(symptoms.evidence)
    if mistaken is not None:
        reasons.append(mistaken)
    confirm = known.remedy if known is not None and known.remedy else _CONFIRM[kind]
    yield Cause(kind, sure, tuple(reasons), confirm, fixes)


def _errors_in_files(evidence: Evidence, kind: str) -> Iterator[tuple[str, tuple[Fix, ...]]]:
    """What is wrong in the user's own solver or net, as the checks of prototxts find it, with its fixes."""
    file = {"solver-misconfigured": evidence.solver_file, "net-misconfigured": evidence.net_file}.get(kind)
    if file is None:
        return
    from caffe_ls.rules.checking import check

    errors = [finding for finding in check(file) if finding.severity is Severity.ERROR]
    for finding in errors[:_MOST_ERRORS]:
        place = f"{PurePath(file.path).name}:{file.source.line_of(finding.span.start) + 1}"
        fixes = (fix for fix in finding.fixes if fix.edits and fix.setting is None)
        yield f"{place}: {finding.message}", tuple(_of_file(fix, file.path) for fix in fixes)


def _of_file(fix: Fix, path: str) -> Fix:
    """A fix of a finding as one of a log: its edits name their file."""
    edits = tuple(FileEdit(change.edit, change.path or path) for change in fix.edits)
    return Fix(f"{fix.title} in {PurePath(path).name}", edits, fix.safe)


_RESUMED = r"(?:Resuming from|Restoring previous solver status from) (\S+\.caffemodel\b\S*)"


def _weights_as_state(evidence: Evidence) -> Reason | None:
    """That the run was told to resume from a file of weights, which Caffe reads as a state, whatever comes of it."""
    for event in evidence.run.events.get("restore", []):
        found = re.search(_RESUMED, event.text)
        if found and not found[1].endswith(".solverstate"):
            text = f"it was told to resume from `{found[1]}`: `--snapshot` takes the .solverstate that stands beside it"
            return Reason(event.line, text)
    return None


def kind_of_fatal(event: Event) -> str:
    """What the message of a fatal line is about; by its words, else by the source file that said it."""
    if re.match(r"(?:upgrade_proto|net)\.", event.source) and "SolverParameter" not in event.text:
        return "environment" if re.search(r"open|not found", event.text, re.IGNORECASE) else "net-misconfigured"
    for kind, words in _BY_WORDS[:3]:
        if re.search(words, event.text, re.IGNORECASE):
            return kind
    for kind, source in _BY_SOURCE:
        if event.source and re.fullmatch(source, event.source):
            return kind
    return "net-misconfigured" if re.search(_BY_WORDS[3][1], event.text, re.IGNORECASE) else "environment"


def _exception(symptoms: Symptoms, event: Event) -> Iterator[Cause]:
    """A Python layer raised: Caffe ends without a fatal line."""
    text = event.text
    sure = 0.5 if symptoms.broke_in_training else _LIKELY
    if re.match(r"KeyboardInterrupt", text):
        yield Cause("interrupted", _SURE, (Reason(event.line, "somebody stopped it"),), "start it again")
    elif re.match(r"(?:ImportError|ModuleNotFoundError|FileNotFoundError|IOError|OSError|MemoryError)", text):
        yield Cause("environment", max(sure, 0.9), (Reason(event.line, text[:300]),), _CONFIRM["environment"])
    elif not symptoms.evidence.run.started:
        reasons = (Reason(event.line, f"a Python layer could not be set up: {text[:300]}"),)
        yield Cause("net-misconfigured", sure, reasons, "look at `module`, `layer` and `param_str` of the Python layer")
    else:
        reasons = (Reason(event.line, f"a Python layer raised in the middle of training: {text[:300]}"),)
        yield Cause("bad-input", sure - 0.25, reasons, "look at what the layer was given in this iteration")
        yield Cause("net-misconfigured", sure - 0.3, reasons, "look at what the Python layer does here")


_LABEL_READERS = (
    r"SoftmaxWithLoss|Accuracy|MultinomialLogisticLoss|InfogainLoss|HingeLoss|Embed|SoftmaxLoss|FocalLoss|Filter"
)
_ARITHMETIC = r"SIGFPE|Floating point exception"
_CORRUPTED = r"double free|corrupt|free\(\)|munmap|malloc|SIGABRT"


def _crash(symptoms: Symptoms) -> Iterator[Cause]:
    """A death without a word: what the stack and the moment tell."""
    run = symptoms.evidence.run
    frames = run.events.get("frame", [])
    signs = [*run.events.get("signal", []), *run.events.get("aborted", [])]
    if not signs:
        return
    reasons: tuple[Reason, ...]
    first = min(signs, key=lambda event: event.line)
    said = " ".join(event.text for event in signs)
    explained = symptoms.broke_in_training
    memory = next((event for event in signs if re.search(_MEMORY, event.text, re.IGNORECASE)), None)
    if memory is not None:
        yield Cause("environment", _SURE, (Reason(memory.line, "no memory was left"),), _CONFIRM["environment"])
        return
    reader = next((frame for frame in frames if re.search(_LABEL_READERS, frame.text)), None)
    if reader is not None:
        layer = re.search(_LABEL_READERS, reader.text)
        assert layer is not None
        reasons = (
            Reason(first.line, "the process died at a read or write outside of its memory"),
            Reason(reader.line, f"it was in `{layer[0]}`, which uses labels as indices and does not check them"),
        )
        yield Cause("label-out-of-range", 0.45 if explained else 0.93, reasons, _CONFIRM["label-out-of-range"])
        return
    if re.search(_ARITHMETIC, said):
        where = "solver-misconfigured" if run.started else "net-misconfigured"
        reasons = (Reason(first.line, "a division of whole numbers by 0 ended the process"),)
        yield Cause(where, 0.8, reasons, "look for a `stepsize`, `group` or stride of 0")
        return
    empty = _empty_list(symptoms.evidence)
    if empty is not None:
        reasons = (empty, Reason(first.line, "the process died as it asked the list for its first image"))
        yield Cause(
            "environment", 0.93, reasons, "look whether the list is there: paths count from where Caffe is started"
        )
        return
    reads_labels = any(re.search(_LABEL_READERS, spec.type) for spec in symptoms.evidence.written.values())
    if run.started and reads_labels and not explained:
        reasons = (
            Reason(first.line, "the process died in the middle of its work, or as it gave its memory back"),
            Reason(None, "a label outside of the classes is written and read without a check"),
        )
        yield Cause("label-out-of-range", 0.7, reasons, _CONFIRM["label-out-of-range"])
    reasons = (Reason(first.line, f"the process died without a message of Caffe's{_where(frames)}"),)
    confidence = 0.3 if explained or re.search(_CORRUPTED, said) else 0.5
    yield Cause("environment", confidence, reasons, "run it under a debugger, or with a debug build of Caffe")


_FRAME_OF_CAFFE = r"\bcaffe::(?!LogMessage)[\w:~<>]+"


def _where(frames: Sequence[Event]) -> str:
    """The innermost of Caffe's own functions that a stack trace names."""
    found = next((match for frame in frames if (match := re.search(_FRAME_OF_CAFFE, frame.text))), None)
    return "" if found is None else f", in `{found[0]}`"


def _empty_list(evidence: Evidence) -> Reason | None:
    """A list of images without any: older versions say so and go on (image_data_layer.cpp)."""
    found = next((event for event in evidence.run.events.get("no-items", [])), None)
    return None if found is None else Reason(found.line, "the list of images is empty, or is not where its path says")


def interrupted(symptoms: Symptoms, strongest: float) -> Cause:
    """That somebody or something stopped the run: as sure as no other cause is."""
    run = symptoms.evidence.run
    said = next((event for kind in ("stopped", "signal", "killed") for event in run.events.get(kind, [])), None)
    if said is not None:
        reason = Reason(said.line, f"it was stopped: {said.text[:200]}")
    else:
        reason = Reason(None, "the log ends in the middle of a line or of an iteration")
    sure = min(0.25 if symptoms.has_trouble else 0.93, 1 - strongest)
    return Cause("interrupted", sure, (reason,), "resume it from its last snapshot, if it has one")


def _line(symptoms: Symptoms) -> int:
    return symptoms.nonfinite.line if symptoms.nonfinite is not None else 0


def _in_words(event: Event) -> str:
    text = " ".join(event.text.split())
    return text if len(text) <= 300 else text[:297] + "..."
