"""The files that nets and solvers name are links where they are there."""

from __future__ import annotations

from caffe_ls.features.document_links import document_links
from tests.features.views import view_on_disk


def linked(text: str) -> dict[str, str]:
    """What is a link, and to what."""
    view, _, _ = view_on_disk(text)
    found = {}
    for link in document_links(view):
        assert link.target is not None
        start, end = view.span(link.range)
        found[view.document.text[start:end]] = link.target.removeprefix("file://")
    return found


def test_files_of_a_solver_are_linked() -> None:
    found = linked("""
        #- /m/solver.prototxt
        $0net: "net.prototxt"
        test_net: "gone.prototxt"
        weights: "one.caffemodel, gone.caffemodel,m/two.caffemodel"
        snapshot_prefix: "snapshots/lenet"
        #- /m/net.prototxt
        name: "n"
        #- /m/one.caffemodel
        1
        #- /m/two.caffemodel
        2
        #- /m/snapshots/lenet_iter_5.caffemodel
        3
    """)
    assert found == {
        "net.prototxt": "/m/net.prototxt",
        "one.caffemodel": "/m/one.caffemodel",
        "m/two.caffemodel": "/m/two.caffemodel",
        "snapshots/lenet": "/m/snapshots",
    }


def test_a_link_says_how_the_file_was_found() -> None:
    view, _, _ = view_on_disk("""
        #- /m/solver.prototxt
        $0net: "net.prototxt"
        test_net: "m/net.prototxt"
        weights: "/elsewhere/one.caffemodel"
        #- /m/net.prototxt
        name: "n"
        #- /m/one.caffemodel
        1
    """)
    assert [link.tooltip for link in document_links(view)] == [
        "found beside the file",
        "found from a folder above the file",
        "found beside the file",
    ]


def test_files_of_a_net_are_linked() -> None:
    found = linked("""
        #- /m/net.prototxt
        $0layer {
          name: "a"
          type: "ImageData"
          transform_param { mean_file: 'mean.binaryproto' }
          image_data_param { source: "list" ".txt" root_folder: "gone/" }
        }
        layer { name: "b" type: "Data" data_param { source: "../train_lmdb" } }
        layer { name: "c" type: "Python" python_param { module: "pack.layers" layer: "L" } }
        #- /m/mean.binaryproto
        1
        #- /m/list.txt
        2
        #- /train_lmdb/data.mdb
        3
        #- /m/pack/layers.py
        class L(caffe.Layer):
            pass
    """)
    assert found == {
        "mean.binaryproto": "/m/mean.binaryproto",
        '"list" ".txt"': "/m/list.txt",
        "../train_lmdb": "/train_lmdb",
        "pack.layers": "/m/pack/layers.py",
    }


def test_files_of_older_layers_are_linked() -> None:
    found = linked("""
        $0layers { layer { name: "a" type: "data" source: "db" meanfile: "mean" } top: "x" }
        #- /db
        1
        #- /mean
        2
    """)
    assert found == {"db": "/db", "mean": "/mean"}
