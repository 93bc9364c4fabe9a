"""A file that the net names is not there.

Caffe looks for it from the directory that it is started in, not from the net's folder, and stops where it is not found:
`Check failed: fd != -1 File not found`, `Check failed: mdb_status == 0 (2 vs. 0) No such file or directory`, `Failed to
open leveldb`. It may be there where Caffe will be run, so this is information; here the folder of the net and those
above it were searched, too.

Source: io.cpp (ReadProtoFromBinaryFile), db_lmdb.cpp, db_leveldb.cpp, image_data_layer.cpp, hdf5_data_layer.cpp,
window_data_layer.cpp; detection_output_layer.cpp and detection_evaluate_layer.cpp of the SSD fork.

Bad:
    layer {
      name: "mnist"
      type: "Data"
      top: "data"
      transform_param { mean_file: "mean.binaryproto" }
      #                            ^^^^^^^^^^^^^^^^^^
      data_param { source: "mnist_train_lmdb" batch_size: 64 backend: LMDB }
      #                    ^^^^^^^^^^^^^^^^^^
    }
    #- /README

Good:
    layer {
      name: "images"
      type: "ImageData"
      top: "data"
      top: "label"
      image_data_param { source: "images.txt" batch_size: 64 new_height: 28 new_width: 28 }
    }
    #- /images.txt
    images/0.png 5
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.data_sources import SOURCE_MESSAGES
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import net_text
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.values import is_filled_in_later

# The messages and fields, by type, in which layers name files that they read as soon as they are built.
_NAMED = {
    **{kind: ((message, "source"),) for kind, message in SOURCE_MESSAGES.items()},
    "InfogainLoss": (("infogain_loss_param", "source"),),
    "DetectionOutput": tuple(
        ("detection_output_param.save_output_param", field) for field in ("label_map_file", "name_size_file")
    ),
    "DetectionEvaluate": (("detection_evaluate_param", "name_size_file"),),
}


@document_rule(category=Category.VERDICT, severity=Severity.INFORMATION, reads="net", needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files = document.context.files
    if files is None or document.template:
        return
    for placed in net_text(document).layers:
        spec = placed.spec
        if placed.damaged:
            continue
        named = _NAMED.get(spec.type, ())
        if spec.fields.has("transform_param"):
            named = (*named, ("transform_param", "mean_file"))
        for path, field in named:
            own = spec.fields
            for message in path.split("."):
                own = own.group(message)
            written = own.text(field)
            if written and not is_filled_in_later(written) and files.find(written) is None:
                told = f"`{written}` is not found from here: Caffe looks for it from the directory it is started in"
                yield Finding(own.place(field).shift(placed.base), told, layer=spec.name)
