"""The weights that the net is to start from cannot be read.

A download that was cut off, a web page or a pointer of Git LFS in place of the file, or another kind of file: Caffe
stops with `Check failed: ReadProtoFromBinaryFile(param_file, param) Failed to parse NetParameter file`.
A file that is not there is told as information: it may be where Caffe will be run.

The weights are those that the setting `weights` or `caffe-ls check --weights FILE` names, else those that the net's
solver names in `weights`.

Source: upgrade_proto.cpp (ReadNetParamsFromBinaryFileOrDie), net.cpp (CopyTrainedLayersFromHDF5).

Bad (settings {"weights": "/lenet.caffemodel"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 800 } } }
    #             ^^^^^^
    #- /lenet.caffemodel
    version https://git-lfs.github.com/spec/v1

Good (settings {"weights": "/lenet.caffemodel"}):
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 800 } } }
    #- /lenet.caffemodel
    layer { name: "data" type: "Input" }
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.nets import net_text
from caffe_ls.analysis.trained_weights import weights_files
from caffe_ls.rules.finding import Category, Finding, Severity
from caffe_ls.rules.rule import document_rule


@document_rule(category=Category.VERDICT, severity=Severity.ERROR, stage="init", reads="net", needs_brackets=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    files = weights_files(document)
    layers = net_text(document).layers if files else ()
    if not layers:
        return
    span = layers[0].spec.fields.place("name").shift(layers[0].base)
    for file in (file for file in files if not file.log):
        if file.problem:
            yield Finding(span, f"{file.name} cannot be loaded: {file.problem}")
        elif file.unread:
            yield Finding(span, f"{file.name} cannot be looked at: {file.unread}", severity=Severity.INFORMATION)
