"""A test does not go once through the test data.

A test runs `test_iter` batches and gives the mean of what they show. Fewer than there are leave the rest out: each test
goes on where the last one stopped, so two tests are of different data. More begin again, and count some of the data
twice. `test_iter` times the batch size should be the number of records.

The records of an LMDB and the lines of a list of images are counted.

Source: solver.cpp (Solver::Test), data_layer.cpp.

Bad:
    net: "net.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 100
    test_interval: 10
    test_iter: 4
    #          ^
    #- /net.prototxt
    layer {
      name: "images" type: "ImageData" top: "data" top: "label"
      image_data_param { source: "images.txt" new_height: 8 new_width: 8 batch_size: 2 }
    }
    #- /images.txt
    a.jpg 0
    b.jpg 1

Good:
    net: "net.prototxt"
    base_lr: 0.01
    lr_policy: "fixed"
    max_iter: 100
    test_interval: 10
    test_iter: 1
    #- /net.prototxt
    layer {
      name: "images" type: "ImageData" top: "data" top: "label"
      image_data_param { source: "images.txt" new_height: 8 new_width: 8 batch_size: 2 }
    }
    #- /images.txt
    a.jpg 0
    b.jpg 1
"""

from __future__ import annotations

from collections.abc import Iterator

from caffe_ls.analysis.data_sources import SOURCE_MESSAGES, records_in, source_files
from caffe_ls.analysis.documents import PrototxtDocument
from caffe_ls.analysis.families import Relative, tested_by
from caffe_ls.analysis.nets import net_text
from caffe_ls.rules.finding import Category, Finding, Related, Severity
from caffe_ls.rules.rule import document_rule
from caffe_ls.rules.solver_fields import replace_value


@document_rule(category=Category.TRAINING, severity=Severity.HINT, reads="solver", fixable=True)
def check(document: PrototxtDocument) -> Iterator[Finding]:
    given = document.solver.given("test_iter")
    for index, relative in tested_by(document):
        batches = given[index].value
        if isinstance(batches, int) and batches > 0:
            yield from _compare(document, relative, index, batches)


def _compare(document: PrototxtDocument, relative: Relative, index: int, batches: int) -> Iterator[Finding]:
    files = relative.document.context.files
    assert files is not None
    there = source_files(net_text(relative.document), files)
    # Nothing can be counted of data that is not here, and the net need not be built.
    if not any(source.path for source in there):
        return
    net = relative.net
    built = {layer.origin: position for position, layer in enumerate(net.layers)}
    sources = [source for source in there if source.layer in built]
    if len(sources) != 1:
        return
    (source,) = sources
    layer = net.layers[built[source.layer]]
    own = layer.spec.fields.group(SOURCE_MESSAGES[layer.type])
    batch = own.integer("batch_size", 1 if layer.type == "ImageData" else 0)
    records = records_in(source, net.text, files)
    if not records or batch <= 0 or batches == -(-records // batch):
        return
    tested = batches * batch
    what = "leave some out" if tested < records else "count some twice"
    given = document.solver.given("test_iter")[index]
    run = f"{batches:,} batch{'es' if batches != 1 else ''} of {batch:,}"
    message = f"{run} test {tested:,} of the {records:,} records of `{source.written}` and {what}"
    related = Related(net.in_file(built[source.layer], own.place("batch_size")), "the size of a batch", relative.path)
    change = replace_value(given, str(-(-records // batch)))
    yield Finding(given.span, message, (change,), (related,))
