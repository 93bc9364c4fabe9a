"""What the messages mean with which Caffe stops, by family; read in Caffe's sources (the files named) and in runs."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from caffe_ls.schema.catalog import dialects_with_field, dialects_with_layer_type, title_of
from caffe_ls.training_log.record import Run


class Family(NamedTuple):
    """Messages of one kind: what is meant, and what usually mends it. `fields` may be at fault in the prototxt."""

    meaning: str
    remedy: str = ""
    fields: tuple[str, ...] = ()


class _Known(NamedTuple):
    source: str
    message: str
    family: Family


def _family(source: str, message: str, meaning: str, remedy: str = "", *fields: str) -> _Known:
    return _Known(source, message, Family(meaning, remedy, fields))


# The first that matches is taken: the special ones stand before the general ones. A source is matched from its start.
_KNOWN: tuple[_Known, ...] = (
    # Files and devices.
    _family("", r"File not found: ", "a file that a prototxt or the command line names is not there",
            "paths count from the directory in which Caffe is started, not from the prototxt",
            "net", "train_net", "test_net", "mean_file", "source"),
    _family("", r"(mdb_status|MDB_SUCCESS).*No such file|No such file or directory",
            "the LMDB is not there (status 2), or the path is a file where a folder is meant",
            "paths count from the directory in which Caffe is started", "source", "backend"),
    _family("", r"(mdb_status|MDB_SUCCESS).*Cannot allocate memory", "the system lets the process map no file of the "
            "size that Caffe gives an LMDB (1 TB)", "`ulimit -v unlimited`, a 64-bit system, or a container without "
            "such a limit", "source"),
    _family("", r"mdb_status|MDB_SUCCESS", "the LMDB could not be opened or read", "", "source"),
    _family("", r"[Ff]ailed to open leveldb", "the LevelDB is not there, is locked by another process, or is an LMDB",
            "set `backend: LMDB` where it is one", "source", "backend"),
    _family("hdf5|util/hdf5", r".", "the HDF5 file does not hold what is asked of it: the data set's name must be "
            "the top's, its type a number, its axes within bounds", "", "source", "top"),
    _family("", r"Failed to open source file|Failed opening HDF5|num_files_ >= 1|File is empty",
            "the list of files is missing or empty", "", "source"),
    _family("", r"Could not load |cv_img\.data", "an image of the list could not be read: it is missing or no image",
            "`root_folder` and the list's paths are joined as they stand", "source", "root_folder"),
    _family("", r"Cannot write to snapshot prefix|to save weights|Error saving weights",
            "snapshots cannot be written there", "create the directory", "snapshot_prefix"),
    _family("", r"Cannot use GPU in CPU-only Caffe", "Caffe was built without CUDA, and the GPU is asked for",
            "`solver_mode: CPU`, or another build", "solver_mode"),
    _family("", r"out of memory|host allocation of size|Failed to allocate \d+ bytes",
            "memory ran out: activations grow with the batch",
            "lower `batch_size` (raise `iter_size` by as much), or crop smaller", "batch_size", "iter_size"),
    _family("", r"no CUDA-capable device|invalid device ordinal|cudaGetDevice|driver version",
            "the GPU asked for is not there, or its driver does not fit", "", "device_id"),
    _family("", r"illegal memory access|unspecified launch failure|misaligned address",
            "a kernel on the GPU read or wrote outside its memory: labels or indices beyond the number of classes "
            "are the usual cause; the line only shows where it was noticed", "", "num_output", "ignore_label"),
    _family("", r"invalid device function|no kernel image", "Caffe was not built for this GPU's architecture"),
    _family("", r"cudaSuccess \(30 vs\. 0\)", "the GPU's driver does not answer: it is not loaded, does not fit "
            "this build's CUDA, or the device may not be opened", "see whether `nvidia-smi` answers, and for whom"),
    _family("", r"CUBLAS_STATUS|CUDNN_STATUS|cudaSuccess|CURAND_STATUS|NCCL",
            "a call to the GPU's libraries failed; an earlier fault on the GPU may only be noticed here"),
    # Texts and types.
    _family("", r"ReadProtoFromBinaryFile.*\.solverstate$", "a solver's state was given where weights are read",
            "weights stand in the .caffemodel beside it"),
    _family("", r"ReadProtoFromBinaryFile", "the file of weights, or of a mean, is damaged, cut short or of another "
            "kind", "fetch or write it again, and compare its size"),
    _family("upgrade_proto|io", r"Failed to parse (Net|Solver)Parameter file|ReadProtoFromTextFile",
            "the file is no valid text of its message: the libprotobuf line above names line and column"),
    _family("", r"Unknown layer type: Python\b", "this Caffe was built without Python layers",
            "`WITH_PYTHON_LAYER := 1` in Makefile.config (cmake: `-DBUILD_python_layer=ON`), and a clean build",
            "type"),
    _family("", r"Unknown layer type: (?:ImageData|WindowData)\b.*known types", "this Caffe was built without "
            "OpenCV, which the layer needs", "a build with `USE_OPENCV := 1`", "type"),
    _family("", r"\(known types: \)", "no layer at all is registered: the program was linked with a part of Caffe's "
            "library", "link the whole library (`-Wl,--whole-archive`; MSVC: `/WHOLEARCHIVE`) or the shared one"),
    _family("", r"Unknown layer type", "no layer of this name is built into this Caffe",
            "mind upper and lower case; a type of another fork needs that fork's Caffe", "type"),
    _family("", r"Unknown solver type", "no solver of this name is built in", "", "type"),
    _family("", r"Unknown learning rate policy", "`lr_policy` is missing or unknown; noticed after the first pass only",
            "", "lr_policy"),
    _family("", r"Unknown filler name", "no filler of this name", "", "weight_filler", "bias_filler", "type"),
    _family("", r"Unknown (pooling method|database backend|elementwise operation|normalization|regularization|Norm)",
            "a mode that this Caffe does not know"),
    _family("", r"unknown engine|has unknown engine", "the engine asked for is not in this build (cuDNN)", "",
            "engine"),
    _family("", r"Encoded datum requires OpenCV", "the data is compressed images, and Caffe was built without OpenCV"),
    # The net's connections.
    _family("", r"Unknown bottom blob|Unknown blob input", "a layer reads a blob that no layer above makes "
            "in this phase",
            "the layer that makes it may be excluded in this phase, or the name misspelt", "bottom"),
    _family("", r"produced by multiple sources", "two layers make a blob of the same name", "", "top"),
    _family("", r"Too many params specified", "more `param { }` blocks than the layer has parameters, as with "
            "`bias_term: false` and two blocks", "remove the last block", "param", "bias_term"),
    _family("layer.hpp", r"(Exact|Min|Max)NumBottomBlobs|takes .*bottom blob",
            "the layer's type takes another number of bottoms", "", "bottom"),
    _family("layer.hpp", r"(Exact|Min|Max)NumTopBlobs|produces .*top blob|EqualNumBottomTopBlobs",
            "the layer's type makes another number of tops", "", "top"),
    _family("", r"num_loss_weights|loss_weight must be", "`loss_weight` is given, but not once for each top", "",
            "loss_weight"),
    _family("", r"include_size\(\)|Specify either include", "a layer has include rules or exclude rules, not both", "",
            "include", "exclude"),
    _family("", r"propagate_down_size|propagate_down param", "`propagate_down` must be given once for each bottom", "",
            "propagate_down"),
    _family("", r"does not allow in-place", "the layer cannot write over its own input", "give its top another name",
            "top"),
    _family("", r"[Cc]annot backpropagate to|Can't backpropagate",
            "a gradient is asked for an input that has none (labels, indices, sequence marks): a layer that learns "
            "stands below it", "`propagate_down: false` for it, or another bottom", "bottom", "propagate_down"),
    # Weights.
    _family("", r"Cannot share param", "two layers share a parameter whose shapes differ; for test nets: the test "
            "net's layer of this name has another shape than the train net's", "", "name", "num_output"),
    _family("", r"mismatched (lr|decay)_mult", "layers that share a parameter give it different multipliers", "",
            "lr_mult", "decay_mult"),
    _family("", r"Cannot copy param|Incompatible number of blobs|target_blobs|ShapeEquals|shape mismatch",
            "the weights file's layer of this name has other blobs than the net's",
            "rename the layer to learn it anew", "num_output", "bias_term"),
    # Shapes.
    _family("", r"Number of labels must match", "the number of labels differs from the number of predictions: for "
            "scores of shape N × C × H × W there must be N × H × W labels", "", "axis", "bottom"),
    _family("", r"same first dimension", "the batch of the two bottoms differs", "", "bottom"),
    _family("", r"same dimension\.|bottom\[0\]->count\(1\) == bottom\[1\]->count\(1\)",
            "the two bottoms of the loss hold different numbers for a sample", "", "num_output"),
    _family("concat", r".", "the inputs differ on an axis other than the one they are joined on", "", "axis", "bottom"),
    _family("eltwise", r"shape\(\)", "the inputs' shapes differ: check pads and strides of the branches", "", "bottom",
            "pad", "stride"),
    _family("eltwise", r"coeff", "`coeff` must be given once for each bottom, and for SUM only", "", "coeff"),
    _family("crop", r".", "the crop does not lie within its input", "", "offset", "axis"),
    _family("slice", r".", "the slice points, or the number of tops, do not fit the axis", "", "slice_point", "axis",
            "top"),
    _family("reshape", r".", "the numbers of elements before and after differ", "", "shape", "dim"),
    _family("", r"blob size exceeds INT_MAX", "a blob of more than 2^31 - 1 numbers", "", "batch_size", "num_output"),
    _family("blob.cpp", r"shape\[i\] >= 0|dim >= 0", "a dimension came out below 0: the kernel is larger than the "
            "padded input", "", "kernel_size", "pad", "stride"),
    _family("blob.cpp", r"^(Check failed: )?(data_|diff_)\b", "a blob of no elements is used: `num_output` is missing "
            "or 0, or a dimension above is 0", "", "num_output", "dim"),
    _family("blob.hpp", r"out of range for|axis_index|start_axis|end_axis", "`axis` lies outside the input's axes", "",
            "axis"),
    _family("blob.hpp", r"legacy accessors|num_axes\(\) <= 4", "a layer made for 4 axes gets more of them"),
    _family("", r"(datum|img|input)_(height|width) >= crop_size|crop_size == (height|width)",
            "`crop_size` is larger than the images", "", "crop_size"),
    _family("", r"data_mean_|mean_values_", "the mean does not fit the data: another size or number of channels",
            "", "mean_file", "mean_value"),
    _family("", r"force_color", "`force_color` and `force_gray` exclude each other", "", "force_color", "force_gray"),
    # Layers' own settings.
    _family("base_conv|conv|im2col|deconv", r"kernel|[Ff]ilter", "the kernel must be given once, as a positive "
            "`kernel_size` or as `kernel_h` and `kernel_w`", "", "kernel_size", "kernel_h", "kernel_w"),
    _family("base_conv|conv|im2col|deconv", r"stride|[Ss]tride", "the stride must be positive and given one way", "",
            "stride", "stride_h", "stride_w"),
    _family("base_conv|conv|deconv", r"group|% *group_|channels_ %|num_output_ %",
            "channels and `num_output` must be multiples of `group`", "", "group", "num_output"),
    _family("base_conv|conv|deconv", r"num_output", "`num_output` must be positive", "", "num_output"),
    _family("pooling", r"pad|Padding", "the pad must be smaller than the kernel, and MAX and AVE alone take one", "",
            "pad", "kernel_size"),
    _family("pooling", r".", "the window must be given once: `kernel_size`, or `kernel_h` and `kernel_w`, or "
            "`global_pooling`, and be positive", "", "kernel_size", "global_pooling"),
    _family("batch_norm", r".", "BatchNorm's blobs are not learned: their `lr_mult` must be 0 or not be given", "",
            "lr_mult", "param"),
    _family("lrn", r"odd values", "`local_size` must be odd", "", "local_size"),
    _family("dropout", r".", "`dropout_ratio` must lie between 0 and 1", "", "dropout_ratio"),
    _family("", r"top_k", "`top_k` must lie between 1 and the number of classes", "", "top_k"),
    _family("", r"label_value (>=|<)|label < |background_label", "a label lies outside the classes of the layer", "",
            "num_output", "num_classes", "ignore_label"),
    _family("embed", r"index", "an index lies outside `input_dim`", "", "input_dim"),
    _family("", r"[Ii]nfogain", "the infogain matrix is missing or not C × C for C classes", "", "source"),
    _family("math_functions", r"sigma > 0", "a gaussian filler needs a `std` above 0", "", "std"),
    _family("math_functions", r"a <= b", "a uniform filler has `min` above `max`", "", "min", "max"),
    _family("", r"base must be strictly positive|log\(base\)", "`base` must be positive, or -1 for e", "", "base"),
    _family("memory_data", r".", "a MemoryData layer must be given data by a program before it runs, in whole batches",
            "", "batch_size"),
    _family("dummy_data", r".", "DummyData takes its shapes one way, once or once for each top", "", "shape"),
    _family("input_layer", r".", "Input takes its shape once, or once for each top", "", "shape"),
    # The solver.
    _family("", r"num_train_nets|specify a train net|net_param and net_file", "a solver names exactly one train net",
            "", "net", "train_net"),
    _family("", r"test_iter", "`test_iter` must be given once for each test net", "", "test_iter"),
    _family("", r"test_interval", "with a test net, `test_interval` must be positive", "", "test_interval"),
    _family("", r"test_state", "`test_state` is given once for each test net or not at all", "", "test_state"),
    _family("", r"average_loss", "`average_loss` must be at least 1", "", "average_loss"),
    _family("", r"stepsize\(\)", "the policy needs a positive `stepsize`; noticed after the first pass only", "",
            "stepsize"),
    _family("", r"gamma\(\)", "`gamma` must not be negative; noticed after the first pass only", "", "gamma"),
    _family("", r"Momentum cannot be used", "AdaGrad and RMSProp take no `momentum`", "remove it", "momentum"),
    _family("", r"rms_decay", "`rms_decay` must lie in [0, 1)", "", "rms_decay"),
    _family("", r"FLAGS_", "the command line lacks what it needs, or asks for two things that exclude each other"),
    # Fallbacks by where it was said.
    _family("", r"mean_file and mean_value", "`mean_file` and `mean_value` exclude each other", "remove one of them",
            "mean_file", "mean_value"),
    _family("", r"batch_size|[Pp]ositive batch", "`batch_size` must be positive", "", "batch_size"),
    _family("", r"num_output|N_ > 0", "`num_output` must be positive", "", "num_output"),
    _family("", r"tiles", "`tiles` must be positive", "", "tiles"),
    _family("", r"datum_channels > 0 \(0 vs", "the record that was read holds no image of this layer's kind: the "
            "database is empty, or was made for another layer or by another Caffe", "make the database anew with this "
            "Caffe's tool", "source"),
    _family("data_transformer", r"datum_(height|width) == (height|width)|(height|width) <= datum_(height|width)",
            "the images are not of the size that the layer makes of them", "store them compressed (`--encoded`): "
            "`resize_param` and augmentations change only such; or all in one size", "resize_param", "crop_size"),
    _family("data_transformer", r".", "the images differ in size or channels from each other or from what is asked",
            "without `crop_size` all must be of one size; `force_color` or `force_gray` makes their channels alike",
            "crop_size", "force_color", "mean_value"),
    _family("recurrent|lstm|rnn", r".", "a recurrent layer reads T × N × ... and a sequence mark of T × N: time first, "
            "then the streams", "", "bottom"),
    _family("filler|math_functions", r"[Ss]pars|p [<>]=", "`sparse` is for gaussian fillers, from 0 to the number of "
            "outputs", "", "sparse"),
    _family("filler", r".", "the filler does not fit the blob: it is empty, or has too few axes", "", "weight_filler",
            "num_output"),
    _family("window_data", r".", "the window file is missing, or a line of it is not as WindowData reads it", "",
            "source"),
    _family("base_conv|conv|deconv|im2col", r".", "`pad` and `dilation` are given one way, once or once for each "
            "spatial axis, and the input must have that many axes", "", "pad", "dilation", "axis"),
    _family("upgrade_proto", r".", "a net of the oldest form cannot be upgraded: its padding layers do not fit"),
    _family("contrastive|multinomial|softmax|sigmoid_cross|euclidean|hinge|accuracy", r".",
            "the bottoms of the loss do not fit each other: predictions and labels must agree in number and axes", "",
            "bottom", "num_output"),
    _family("scale|bias", r".", "the factor's or summand's shape must be a part of the input's, from `axis` on", "",
            "axis", "num_axes"),
    _family("", r"history_size\(\) == history_\.size\(\) \(0 vs", "the file to resume from holds no state of a solver: "
            "weights alone are no state", "`--snapshot` takes the .solverstate, `--weights` the .caffemodel"),
    _family("", r"history_size\(\) == history_", "the solver's state is of another net or kind of solver, which "
            "keeps another number of blobs", "resume with the net and the `type` that wrote it, or begin from its "
            ".caffemodel with `--weights`", "type"),
    _family("sgd_solver|solver", r"[Ss]napshot|state|history|hid", "the solver state could not be written, or is one "
            "of another net or kind of solver", "", "snapshot_prefix", "type"),
    _family("net.cpp", r"layers_\.size|start|end", "a net without layers is run", "", "layer"),
    _family("caffe.cpp", r".", "the command line asks for what the program does not do"),
    _family("io", r"Serialize|Print", "a file could not be written: its directory is not there, may not be written to, "
            "or the disk is full", "create the directory of `snapshot_prefix`", "snapshot_prefix"),
    _family("", r"cuDNN|CuDNN", "cuDNN cannot do this", "`engine: CAFFE` for this layer", "engine"),
    _family("", r"Not Implemented", "this layer cannot pass a gradient back", "", "propagate_down"),
    _family(r"\w+_layer\.", r".", "the layer refuses its inputs or its settings", "", "bottom"),
    _family("benchmark|syncedmem|math_functions", r".", "a low-level operation failed; the layer named last ran it"),
)  # fmt: skip

PROTOBUF: tuple[tuple[str, Family], ...] = (
    (r'has no field named "([^"]+)"', Family(
        "this Caffe's schema has no such field: it is misspelt, or belongs to another fork's Caffe")),
    (r'Expected (?:identifier|"[^"]*"|integer|string|double|bool)', Family(
        "the text is broken here: a bracket, a colon or a value is missing just before the place")),
    (r"Unknown enumeration value of", Family("this Caffe knows no such value for the field")),
    (r"is specified multiple times|Non-repeated field", Family("a field that may be given once is given twice")),
    (r"Integer out of range|Invalid value for", Family("the value does not fit the field's type")),
    (r"missing required fields", Family("a field that the message must have is not given; the line cannot be told")),
    (r"Message type .* has no extension|Invalid escape sequence", Family(
        "an escape that text format does not know: in paths write / or two backslashes")),
)  # fmt: skip


def family_of(source: str, message: str) -> Family | None:
    """The family of a fatal message, by the source file that wrote it (empty where it is not told) and its text."""
    for known in _KNOWN:
        from_there = not known.source or _expression(known.source).match(source)
        if from_there and _expression(known.message).search(message):
            return known.family
    return None


def protobuf_family_of(message: str) -> Family | None:
    """What one of libprotobuf's own messages means."""
    return next((family for pattern, family in PROTOBUF if _expression(pattern).search(message)), None)


_REFUSED = r"Error parsing text-format [\w.]+: (\d+):(\d+): ([^\n]+)"
_NO_FIELD = r'Message type "(?:caffe\.)?([\w.]+)" has no field named "([^"]+)"'
_NO_TYPE = r"Unknown layer type: (?!(?:Python|ImageData|WindowData)\b)(\S+)"  # Builds leave these out.
_FORKS_NAMED = 3


def refusal_of(run: Run) -> tuple[int, str] | None:
    """What the text-format parser found last, and the line of the log; its place is that of the token after."""
    for event in reversed(run.events.get("refused-text", [])):
        found = _expression(_REFUSED).search(event.text)
        if found:
            words = found[3].strip().rstrip(".")
            return (
                event.line,
                f"the parser stopped at line {found[1]}:{found[2]} of the file: {words}{forks_with(words)}",
            )
    return None


def forks_with(message: str) -> str:
    """` (Fork A, Fork B have it)` where a message lacks a field or a layer type that other Caffes have; else empty."""
    field, layer = _expression(_NO_FIELD).search(message), _expression(_NO_TYPE).search(message)
    forks = dialects_with_field(field[1], field[2]) if field else dialects_with_layer_type(layer[1]) if layer else ()
    if not forks:
        return ""
    titles = [title_of(name) for name in forks[:_FORKS_NAMED]]
    more = f" and {len(forks) - len(titles)} more" if len(forks) > len(titles) else ""
    return f" ({', '.join(titles)}{more} {'has' if len(forks) == 1 else 'have'} it)"


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
