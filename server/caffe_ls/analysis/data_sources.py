"""What the data layers of a net read, as far as it is there: found beside the net, opened no further than needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from caffe_ls.analysis.disk import FilesBeside, joined
from caffe_ls.net.model import Dim, LayerSpec, NetText, Record
from caffe_ls.net.values import Group
from caffe_ls.wire.stored_bytes import NotReadableError, StoredBytes

if TYPE_CHECKING:
    from caffe_ls.data_files.datum import Datum
    from caffe_ls.data_files.lists import Labels
    from caffe_ls.weights.model import StoredBlob

SOURCE_MESSAGES = {
    "Data": "data_param",
    "AnnotatedData": "data_param",
    "ImageData": "image_data_param",
    "HDF5Data": "hdf5_data_param",
    "WindowData": "window_data_param",
}
"""The layer types whose `source` is read, and the message that it stands in."""

BACKENDS = ("LEVELDB", "LMDB")
"""DataParameter.DB, by number."""


class DataSourceFile(NamedTuple):
    """What one data layer reads; `layer` is its index in the text.

    `written` is its `source`, `path` what that means, None where it is not there. `problem` says in words why Caffe
    cannot use it, and `backend` what would help; `unread` says why nothing can be told. `records` is how many records
    there are, where that is easily known, and `first_label` the label of the first.
    """

    layer: int
    written: str
    path: str | None = None
    record: Record | None = None
    records: int | None = None
    problem: str = ""
    unread: str = ""
    backend: str = ""
    first_label: int | None = None


class MeanFile(NamedTuple):
    """A data layer's mean_file: `blob` is the mean's, `problem` says in words why there is none in a file."""

    layer: int
    written: str
    path: str | None = None
    blob: StoredBlob | None = None
    problem: str = ""

    @property
    def image(self) -> tuple[int, int, int] | None:
        """Channels, height and width (data_transformer.cpp reads them by Blob's legacy accessors)."""
        if self.blob is None or len(self.blob.shape) > 4:
            return None
        shape = (*self.blob.shape, 1, 1, 1, 1)
        return shape[1], shape[2], shape[3]


def source_files(text: NetText, files: FilesBeside) -> tuple[DataSourceFile, ...]:
    """What the data layers of a net read, each looked at once as long as nothing changes on the disk."""
    return tuple(_source_file(index, placed.spec, files) for index, placed in enumerate(text.layers)
                 if placed.spec.type in SOURCE_MESSAGES and not placed.damaged)  # fmt: skip


def mean_files(text: NetText, files: FilesBeside) -> tuple[MeanFile, ...]:
    """The mean files that the data layers of a net name."""
    return tuple(
        _mean_file(index, written, files)
        for index, placed in enumerate(text.layers)
        if "transform_param" in placed.spec.fields.fields
        and not placed.damaged
        and (written := placed.spec.fields.group("transform_param").text("mean_file"))
    )


def records_of(text: NetText, files: FilesBeside) -> tuple[Record, ...]:
    """What the data shows of its shape; where it is not there, a mean file does, which must be as large as the data."""
    means = {mean.layer: mean for mean in mean_files(text, files)}
    return tuple(dict.fromkeys(_records(text, files, means)))


def records_in(source: DataSourceFile, text: NetText, files: FilesBeside) -> int | None:
    """How many records a data layer reads before it begins again; None where that is not known."""
    if text.layers[source.layer].spec.type == "ImageData":
        labels = labels_of(source, text, files)
        return None if labels is None else labels.records
    return source.records if text.layers[source.layer].spec.type in ("Data", "AnnotatedData") else None


def labels_of(source: DataSourceFile, text: NetText, files: FilesBeside) -> Labels | None:
    """The labels that a data layer reads: all of a list, of a database that of the first record alone."""
    if source.first_label is not None:
        from caffe_ls.data_files.lists import Labels

        return (
            Labels(1, source.first_label, source.first_label, 1, 0)
            if text.layers[source.layer].spec.type == "Data"
            else None
        )
    path = source.path
    stored = None if path is None else files.access.stored(path)
    if text.layers[source.layer].spec.type != "ImageData" or source.problem or stored is None:
        return None

    def read() -> Labels | None:
        from caffe_ls.data_files.lists import labels

        try:
            return labels(stored)
        except NotReadableError:
            return None

    return files.access.once((labels_of, path), read)


def images_of(text: NetText, files: FilesBeside) -> dict[int, tuple[Dim, Dim, Dim]]:
    """Channels, height and width of the images that data layers read, by layer: of what is there, and of what the text
    itself says of images in a list."""
    found: dict[int, tuple[Dim, Dim, Dim]] = {}
    for source in source_files(text, files):
        spec = text.layers[source.layer].spec
        if source.record is not None and not source.record.assumes:
            found[source.layer] = source.record.image
        elif spec.type == "ImageData":
            own = spec.fields.group("image_data_param")
            sizes = (own.integer("new_height") or None, own.integer("new_width") or None)
            found[source.layer] = (3 if own.flag("is_color", True) else 1, *sizes)
    return found


def _records(text: NetText, files: FilesBeside, means: dict[int, MeanFile]) -> Iterator[Record]:
    for source in source_files(text, files):
        spec = text.layers[source.layer].spec
        mean = means.get(source.layer)
        if source.record is not None:
            yield source.record
        elif spec.type in ("Data", "AnnotatedData") and source.path is None and mean is not None:
            crop = spec.fields.group("transform_param").integer("crop_size")
            # One that is smaller than the crop is wrong, and tells nothing of the data.
            if mean.image is not None and crop <= min(mean.image[1:]):
                yield Record(spec.type, source.written, mean.image)


def _mean_file(layer: int, written: str, files: FilesBeside) -> MeanFile:
    path = files.find(written)
    stored = None if path is None else files.access.stored(path)
    if path is None or stored is None:
        return MeanFile(layer, written, None)

    def read() -> StoredBlob | NotReadableError:
        from caffe_ls.weights.binary import read_blob

        try:
            return read_blob(stored)
        except NotReadableError as error:
            return error

    blob = files.access.once((_mean_file, path), read)
    if isinstance(blob, NotReadableError):
        return MeanFile(layer, written, path, problem=str(blob))
    if blob.lacks_numbers:
        return MeanFile(layer, written, path, problem="it has another number of values than its shape says")
    return MeanFile(layer, written, path, blob)


def _source_file(layer: int, spec: LayerSpec, files: FilesBeside) -> DataSourceFile:
    own = spec.fields.group(SOURCE_MESSAGES[spec.type])
    written = own.text("source")
    path = files.find(written) if written else None
    if path is None:
        return DataSourceFile(layer, written)
    transform = spec.fields.group("transform_param")
    key = (_source_file, spec.type, path, written, _options(spec.type, own, transform), spec.tops)
    found = files.access.once(key, lambda: _looked_at(spec, own, transform, written, path, files))
    record = found.record
    if record is not None and not record.assumes and not files.is_surely_meant(written):
        record = record._replace(assumes=f"that `{path}` is read")
    return found._replace(layer=layer, record=record)


def _options(kind: str, own: Group, transform: Group) -> tuple[object, ...]:
    """What of the layer's fields the reading depends on, besides the source."""
    return (
        own.choice("backend", BACKENDS) if kind in ("Data", "AnnotatedData") else "",
        own.flag("is_color", True),
        own.flag("shuffle"),
        own.text("root_folder"),
        own.integer("new_height"),
        own.integer("new_width"),
        transform.flag("force_color"),
        transform.flag("force_gray"),
    )


def _looked_at(
    spec: LayerSpec, own: Group, transform: Group, written: str, path: str, files: FilesBeside
) -> DataSourceFile:
    base = DataSourceFile(0, written, path)
    kind = spec.type
    try:
        if kind in ("Data", "AnnotatedData"):
            return _database(base, kind, own, transform, files)
        stored = files.access.stored(path)
        if stored is None:
            return base._replace(problem=f"it is a folder; {kind} reads a list of files")
        if kind == "ImageData":
            return _image_list(base, own, stored, files)
        if kind == "HDF5Data":
            return _hdf5(base, spec.tops, stored, files)
        return _windows(base, stored)
    except NotReadableError as error:
        return base._replace(unread=str(error))


def _database(base: DataSourceFile, kind: str, own: Group, transform: Group, files: FilesBeside) -> DataSourceFile:
    from caffe_ls.data_files.leveldb_file import is_leveldb

    assert base.path is not None
    wanted = own.choice("backend", BACKENDS)
    names = list(files.access.names_in(base.path))
    if not names and files.access.stored(base.path) is not None:
        return base._replace(problem=f"it is a file; {_named(wanted)} is a folder")
    there = "LMDB" if "data.mdb" in names else "LEVELDB" if is_leveldb(names) else ""
    if not there:
        return base._replace(unread=f"the folder holds no database: {_named(wanted)} has {_mark_of(wanted)}")
    if there != wanted and wanted in BACKENDS:
        return base._replace(problem=f"the folder holds {_named(there)}, not {_named(wanted)}", backend=there)
    if there == "LMDB":
        return _lmdb(base, kind, transform, files)
    return _leveldb(base, kind, transform, names, files)


def _mark_of(backend: str) -> str:
    return "a file `data.mdb`" if backend == "LMDB" else "a file `CURRENT`"


def _named(backend: str) -> str:
    return "an LMDB" if backend == "LMDB" else "a LevelDB"


def _lmdb(base: DataSourceFile, kind: str, transform: Group, files: FilesBeside) -> DataSourceFile:
    from caffe_ls.data_files.datum import read_datum
    from caffe_ls.data_files.lmdb_file import first_record

    assert base.path is not None
    stored = files.access.stored(joined(base.path, "data.mdb"))
    if stored is None:
        raise NotReadableError("it cannot be opened")
    found = first_record(stored)
    if found.value is None:
        return base._replace(records=0, problem="the database is empty")
    datum = read_datum(found.value, annotated=kind == "AnnotatedData")
    record = _record(base, kind, transform, datum)
    return base._replace(record=record, records=found.records, first_label=datum.label)


def _leveldb(base: DataSourceFile, kind: str, transform: Group, names: list[str], files: FilesBeside) -> DataSourceFile:
    from caffe_ls.data_files.datum import read_datum
    from caffe_ls.data_files.leveldb_file import TABLE_SUFFIXES, first_value

    assert base.path is not None
    table = min((name for name in names if name.endswith(TABLE_SUFFIXES)), default=None)
    stored = None if table is None else files.access.stored(joined(base.path, table))
    if stored is None:
        raise NotReadableError("it has no tables yet")
    datum = read_datum(first_value(stored), annotated=kind == "AnnotatedData")
    record = _record(base, kind, transform, datum)
    if record is not None:
        record = record._replace(assumes="records that are all as large as one of them")
    return base._replace(record=record, first_label=datum.label)


def _record(base: DataSourceFile, kind: str, transform: Group, datum: Datum) -> Record | None:
    """The image of a Datum (data_transformer.cpp, InferBlobShape); None where its format is not known."""
    if not datum.encoded:
        image = (datum.channels, datum.height, datum.width)
        return Record(kind, base.written, image) if min(image) > 0 else None
    if datum.image is None:
        return None
    channels, height, width, is_turned = datum.image
    if transform.flag("force_gray") or transform.flag("force_color"):
        channels = 1 if transform.flag("force_gray") else 3
        if is_turned:
            return Record(kind, base.written, (channels, None, None))
    return Record(kind, base.written, (channels, height, width))


def _image_list(base: DataSourceFile, own: Group, stored: StoredBytes, files: FilesBeside) -> DataSourceFile:
    from caffe_ls.data_files.image_header import image_size
    from caffe_ls.data_files.lists import first_image

    if not stored.size:
        return base._replace(records=0, problem="the list is empty")
    channels = 3 if own.flag("is_color", True) else 1
    resized = (own.integer("new_height") or None, own.integer("new_width") or None)
    if None not in resized:
        return base._replace(record=Record("ImageData", base.written, (channels, *resized)))
    path = files.find(own.text("root_folder") + first_image(stored).path)
    image = None if path is None else files.access.stored(path)
    if image is None:
        raise NotReadableError("its first image is not there")
    size = image_size(image)
    sizes: tuple[Dim, Dim] = (None, None) if size.is_turned else (size.height, size.width)
    assumes = "images that are all as large as the first" if own.flag("shuffle") else ""
    return base._replace(record=Record("ImageData", base.written, (channels, *sizes), assumes=assumes))


def _hdf5(base: DataSourceFile, tops: tuple[str, ...], stored: StoredBytes, files: FilesBeside) -> DataSourceFile:
    from caffe_ls.data_files.hdf5_data import dataset_shapes
    from caffe_ls.data_files.lists import first_name

    if not stored.size:
        return base._replace(records=0, problem="the list is empty")
    if stored.read_at(0, 8) == b"\x89HDF\r\n\x1a\n":
        return base._replace(problem="it is an HDF5 file; HDF5Data reads a list of their names")
    path = files.find(first_name(stored))
    file = None if path is None else files.access.stored(path)
    if file is None:
        raise NotReadableError("the first file that it lists is not there")
    shapes = dataset_shapes(file, tops)
    missing = [top for top in tops if top not in shapes]
    if missing:
        return base._replace(problem=f"the first file that it lists has no dataset `{missing[0]}`")
    if any(not shape for shape in shapes.values()):
        return base._replace(problem="a dataset of the first file that it lists has no axes")
    rows = {top: shapes[top][0] for top in tops}
    if len(set(rows.values())) > 1:
        told = ", ".join(f"`{top}` {number:,}" for top, number in rows.items())
        return base._replace(problem=f"the datasets of the first file that it lists differ in length: {told}")
    record = Record("HDF5Data", base.written, tops=tuple((top, shapes[top]) for top in tops))
    return base._replace(record=record, records=rows[tops[0]] if tops else None)


def _windows(base: DataSourceFile, stored: StoredBytes) -> DataSourceFile:
    from caffe_ls.data_files.lists import first_windows

    if not stored.size:
        return base._replace(records=0, problem="the window file is empty")
    found = first_windows(stored)
    return base._replace(record=Record("WindowData", base.written, (found.channels, found.height, found.width)))
