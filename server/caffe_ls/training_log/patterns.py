"""What a line says: each pattern beside lines that show it, which are its tests."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from caffe_ls.training_log.line import Line, source_name

_N = rb"([-+]?(?:\d+(?:\.#[A-Z0-9]+|\.?\d*(?:[eE][-+]?\d+)?)|\.\d+|(?i:nan(?:\([a-z]+\))?|inf(?:inity)?))(?![\w.]))"
_LONGEST_BODY = 4_096  # what Caffe says is shorter, and no pattern shall take long over what is longer
_SPEED = rb"(?: ?\(([^)]*)\))?"


class Pattern:
    """A kind of line; `expression`, compiled when a line may need it, is matched at the beginning of the body."""

    def __init__(self, name: str, source: bytes, samples: tuple[str, ...]) -> None:
        self.name = name
        self.source = source
        self.samples = samples

    @cached_property
    def expression(self) -> re.Pattern[bytes]:
        return re.compile(self.source, re.DOTALL)


def _pattern(name: str, source: bytes, *samples: str) -> Pattern:
    return Pattern(name, source, samples)


PATTERNS: tuple[Pattern, ...] = (
    _pattern(
        "debug",
        rb"\[(Forward|Backward)\] (?:Layer (.{1,512}?), (top|bottom|param) blob|(Input)) (.{1,512}?) (data|diff): "
        + _N,
        "    [Forward] Layer conv1, top blob conv1 data: 0.145",
        "    [Forward] Layer conv1, param blob 0 data: 1e-05",
        "    [Backward] Layer loss/a, bottom blob fc, 8 diff: -nan",
        "    [Forward] Input data data: 0.5",
    ),
    _pattern(
        "update",
        rb"\[Update\] Layer (.+?), param (?:blob )?(.+?) (?:data: " + _N + rb"; )?diff: " + _N,
        "    [Update] Layer conv1, param 0 data: 0.5; diff: 0.001",
        "    [Update] Layer ip, param 1 diff: inf",
    ),
    _pattern(
        "norm",
        rb"\[Backward\] All net params \(data, diff\): L1 norm = \("
        + _N
        + rb", "
        + _N
        + rb"\); L2 norm = \("
        + _N
        + rb", "
        + _N
        + rb"\)",
        "    [Backward] All net params (data, diff): L1 norm = (10, 2.5); L2 norm = (inf, 0.3)",
    ),
    _pattern(
        "output",
        rb"(Train|Test) net output #(\d{1,15}): (.+?) = +"
        + _N
        + rb"(?: \(\\?\*? ?"
        + _N
        + rb" = "
        + _N
        + rb" loss\))?",
        "    Train net output #0: loss = 0.7 (* 1 = 0.7 loss)",
        "    Test net output #12: accuracy/top5 = 0.91",
        "    Train net output #1: bbox = -nan (* 2 = -nan loss)",
        r"    Train net output #0: loss = 0.7 (\* 1 = 0.7 loss)",
        "    Test net output #0: loss = 0.7 ( 1 = 0.7 loss)",
        "    Train net output #2: padded by a terminal =        0.5 (* 1 = 0.5 loss)",
    ),
    _pattern(
        "loss",
        rb"Iteration (\d{1,15})" + _SPEED + rb",(?: [\d./]+ep,)? (?:smoothed_)?loss = " + _N,
        "Iteration 100, loss = 2.5",
        "Iteration 50 (2.5 iter/s, 20s/50 iters), loss = 1e+20",
        "Iteration 700 (17.5 iter/s, 5.7s/100 iter), 1.1/90.9ep, loss = 5.5",
        "Iteration 0 (-3.6e-44 iter/s, 0.01s/1 iters), loss = -nan",
    ),
    _pattern(
        "rate",
        rb"Iteration (\d{1,15}), lr = " + _N,
        "Iteration 100, lr = 0.01",
        "Iteration 0, lr = 0.2, m = 0.9",
        "Iteration 9, lr = -nan",
        "Iteration 9, lr = NaN",
    ),
    _pattern(
        "clipping",
        rb"Gradient clipping: scaling down gradients \(L2 norm " + _N + rb" > " + _N + rb"\) by scale factor " + _N,
        "Gradient clipping: scaling down gradients (L2 norm 50.5 > 35) by scale factor 0.69",
    ),
    _pattern(
        "testing",
        rb"Iteration (\d{1,15}), Testing net(?: \(#(\d{1,15})\))?",
        "Iteration 500, Testing net (#1)",
        "Iteration 0, Testing net",
    ),
    _pattern("test-score", rb"Test score #(\d{1,15}): " + _N, "Test score #0: 0.1"),
    _pattern("test-loss", rb"Test loss: " + _N, "Test loss: 1.25"),
    _pattern(
        "batch",
        rb"Batch (\d{1,15}), (.+?) = " + _N,
        "Batch 0, accuracy = 0.5",
    ),
    _pattern("creating", rb"Creating [Ll]ayer (.+)", "Creating Layer conv1", "Creating layer data"),
    _pattern("setting-up", rb"Setting up (.+)", "Setting up conv1"),
    _pattern(
        "top-shape",
        rb"Top shape: (.*?)\((\d{1,15})\)",
        "Top shape: 32 8 24 24 (147456)",
        "Top shape: (1)",
    ),
    _pattern(
        "top-shape-named",
        rb"(?:TRAIN|TEST) Top shape for layer \d+ '(.+?)' (.*?)\((\d{1,15})\)",
        "TRAIN Top shape for layer 3 'conv1/bn' 32 64 112 112 (25690112)",
    ),
    _pattern(
        "memory",
        rb"Memory required for [Dd]ata:? (\d{1,15})",
        "Memory required for data: 100480",
        "Memory required for Data 12",
    ),
    _pattern(
        "backward",
        rb"(.+) (needs|does not need) backward computation\.",
        "conv1 needs backward computation.",
        "data does not need backward computation.",
    ),
    _pattern("loss-weight", rb"with loss weight " + _N, "    with loss weight 0.3"),
    _pattern("net-output", rb"This network produces output (.+)", "This network produces output loss"),
    _pattern("solver-text", rb"Initializing solver from parameters:?", "Initializing solver from parameters: "),
    _pattern("net-text", rb"Initializing net from parameters:?", "Initializing net from parameters: "),
    _pattern(
        "training-net",
        rb"Creating training net (?:from|specified)",
        "Creating training net from net file: a b.prototxt",
        "Creating training net specified in net_param.",
    ),
    _pattern(
        "test-net", rb"Creating test net \(#(\d{1,15})\)", "Creating test net (#1) specified by net file: t.prototxt"
    ),
    _pattern("net-done", rb"Network initialization done\.", "Network initialization done."),
    _pattern("start", rb"Starting Optimization|Solving\b", "Starting Optimization", "Solving digits"),
    _pattern("device", rb"Us(?:e CPU|e GPU|ing GPUs)\b", "Use CPU.", "Using GPUs 0, 1", "Use GPU with device ID 0"),
    _pattern("done", rb"Optimization Done\.", "Optimization Done."),
    _pattern("stopped", rb"Optimization stopped early\.", "Optimization stopped early."),
    _pattern(
        "snapshot",
        rb"Snapshotting (?:solver state )?to (?:binary proto file ?|HDF5 file ?)?(.+)",
        "Snapshotting to binary proto file snap/n_iter_50.caffemodel",
        "Snapshotting solver state to binary proto filesnap/n_iter_50.solverstate",
        "Snapshotting solver state to a.solverstate",
    ),
    _pattern(
        "restore",
        rb"(?:Resuming from|Restoring previous solver status from|Finetuning from|"
        rb"Loading pretrained model weights from) (.+)",
        "Resuming from snap/n_iter_100.solverstate",
        "Finetuning from VGG.caffemodel",
        "Loading pretrained model weights from VGG.caffemodel",
    ),
    _pattern("not-taken", rb"Ignoring source layer (.+)", "Ignoring source layer fc8"),
    _pattern("history", rb"\w*Solver: restoring history", "SGDSolver: restoring history"),
    _pattern(
        "check-failed",
        rb"(?:ERROR: |\[?F?\]?)Check failed: (.+)",
        "Check failed: a == b (1 vs. 2) words",
        "ERROR: Check failed: error == cudaSuccess (2 vs. 0)  out of memory",
    ),
    _pattern(
        "fatal-words",
        rb"(?:ERROR: )?(?:Unknown learning rate policy:|Cannot use GPU in CPU-only |Cannot write to snapshot prefix |"
        rb"Cannot (?:copy|share) param |Unknown bottom blob |Top blob '|Duplicate blobs produced |"
        rb"Multi-GPU execution not available|Unknown (?:solver|layer) type|Layers without |No layers? |"
        rb"Incompatible number of blobs)",
        "Unknown learning rate policy: linear",
        "Cannot copy param 0 weights from layer 'fc8'; shape mismatch.",
        "ERROR: Cannot copy param 0 weights from layer 'fc8'; shape mismatch.",
    ),
    _pattern(
        "stack-title",
        rb"(?:\\\*+ ?)?Check failure stack trace:",
        "*** Check failure stack trace: ***",
        r"**\* Check failure stack trace: ***",
    ),
    _pattern(
        "signal",
        rb"(SIG[A-Z]+) \(@?0x[0-9a-fA-F]+\)(?: received by PID (\d{1,15}))?",
        "*** SIGSEGV (@0x0) received by PID 12 (TID 0x7f) from PID 0; stack trace: ***",
    ),
    _pattern(
        "aborted",
        rb"Aborted at \d+ \(unix time\)|terminate called|double free or corruption|free\(\): |munmap_chunk\(\)|"
        rb"malloc(?:\(\)|_consolidate)|corrupted (?:size|double)|\S*:? ?(?:Segmentation fault|Floating point exception|"
        rb"Aborted|Bus error|Illegal instruction)(?: +\(core +dumped\)|$)|(?:\*+ )?Error in `|"
        rb"(?:\[\d+\])? *[-+]? *\d+ (?:segmentation fault|abort|bus error|illegal hardware instruction|"
        rb"floating point exception)\b",
        "*** Aborted at 1700000000 (unix time) try ...",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "double free or corruption (out)",
        "Segmentation fault (core dumped)",
        "Floating point exception",
        "*** Error in `caffe': malloc(): memory corruption: 0x0851 ***",
        "[1]    23440 segmentation fault (core dumped)  ./build/tools/caffe train",
    ),
    _pattern("killed", rb"(?:\S+: line \d+:\s+\d+ )?(?:Killed|Terminated|Hangup)(?:\s|$)", "Killed", "Terminated"),
    _pattern(
        "frame",
        rb"(?:PC: )?@ +(?:0x[0-9a-fA-F]+|\(nil\)) ",
        "    @     0x7f92 (unknown)",
        "    @ 0x55 caffe::Net<>::Init()",
        "PC: @     0x7ffb9e caffe::BlobProto::SerializeWithCachedSizesToArray()",
    ),
    _pattern("traceback", rb"Traceback \(most recent call last\):", "Traceback (most recent call last):"),
    _pattern(
        "exception",
        rb"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt)(?:: |$)",
        "ImportError: No module named fast_rcnn",
        "KeyboardInterrupt",
        "google.protobuf.text_format.ParseError: 4:7 : words",
    ),
    _pattern(
        "missing",
        rb"(?:Could not (?:open|find)|Cannot open|Failed to open|Couldn't (?:open|find)) .+",
        "Could not open or find file images/a.jpg",
    ),
    _pattern("no-items", rb"A total of 0 (?:images|files)\b", "A total of 0 images."),
    _pattern(
        "refused-text",
        rb"\[libprotobuf ERROR [^\]]*\] Error parsing text-format ([\w.]+): (\d{1,15}):(\d{1,15}): (.+)",
        "[libprotobuf ERROR google/protobuf/text_format.cc:274] Error parsing text-format caffe.NetParameter: 12:15: x",
    ),
    _pattern("input-edge", rb"(.+) <- (.+)", "conv1 <- data"),
    _pattern("output-edge", rb"(.+?) -> (.+?)(?: \((in-place)\))?$", "conv1 -> conv1", "relu1 -> conv1 (in-place)"),
)

OF_NAME = {pattern.name: pattern for pattern in PATTERNS}

# Sources of Caffe and its forks whose other lines are read for nothing but that they are Caffe's.
_CAFFE_SOURCE = (
    r"(?:\w*_?layers?|\w*layer_factory|\w*solvers?|net|\w*caffe\w*|common|db|db_lmdb|db_leveldb|hdf5|io|\w*_reader|"
    r"data_transformer|blocking_queue|internal_thread|parallel|syncedmem|blob|benchmark|upgrade_\w*|\w*insert_splits|"
    r"gpu_memory|device_alternate|cudnn\w*|signal_handler|math_functions\w*|im2col|filler|im_transforms|bbox_util|"
    r"sampler|rng|\w*memory\w*|\w*cpu_info\w*|convert_\w+|compute_\w+|train_\w+|test_\w+|extract_\w+|"
    r"\w*fp16\w*|\w*batch_norm\w*|\w*engine\w*|mlsl\w*|multinode\w*|\w*quant\w*|p2p\w*|nccl\w*)\.(?:cpp|hpp|cu|cuh|h|cc)"
)


def recognise(body: bytes) -> tuple[str, re.Match[bytes]] | None:
    """The pattern of the body of a line, whatever printed it."""
    body = body[:_LONGEST_BODY]
    for pattern in _candidates(body[:3]):
        match = pattern.expression.match(body)
        if match:
            return pattern.name, match
    return None


def kind_of(line: Line) -> str | None:
    """What a line is: a pattern's name, `message SOURCE` for the rest of Caffe's, None for what is none of Caffe's."""
    found = recognise(line.body)
    if found:
        return found[0]
    name = source_name(line.source)
    return f"message {name}" if name and re.fullmatch(_CAFFE_SOURCE, name) else None


def number(text: bytes) -> float:
    """A number as printf and the C++ streams of Linux, macOS and Windows print it."""
    try:
        return float(text)
    except ValueError:
        sign = -1.0 if text.startswith(b"-") else 1.0
        return sign * float("inf") if b"INF" in text else float("-nan" if sign < 0 else "nan")


@lru_cache(maxsize=4_096)
def _candidates(start: bytes) -> tuple[Pattern, ...]:
    return tuple(pattern for pattern in PATTERNS if _may_start(pattern, start))


_LITERAL_START = re.compile(rb"(?:[A-Za-z ]|\\\[)+")


def _may_start(pattern: Pattern, start: bytes) -> bool:
    """Whether a body with this start can match: decided on patterns that begin with plain letters, else yes."""
    source = pattern.source
    if b"|" in source.partition(b"(")[0] or pattern.name in ("start", "aborted"):
        return True
    literal = _LITERAL_START.match(source)
    if not literal or (source[literal.end() : literal.end() + 1] in b"?*" and len(literal[0]) < 4):
        return True
    plain = literal[0].replace(b"\\[", b"[")[:3]
    return start.startswith(plain) or plain.startswith(start)
