"""What a data layer is told to do with its images cannot be done.

`mean_file` and `mean_value` both (`Cannot specify mean_file and mean_value at the same time`); neither one `mean_value`
nor one for each channel; a crop larger than the image; a `transform_param` for HDF5Data, which transforms nothing. In
the SSD fork also: a `resize_param` without height and width, an `expand_param` whose `max_expand_ratio` is not above 1,
a sampler or a distortion whose upper bound is below its lower one, and `FIT_SMALL_SIZE` with a batch of more than one.

Some of these stop Caffe while the net is built, others when the first batch is read, which happens in another thread:
the log then ends in the middle of something else.

Source: data_transformer.cpp (DataTransformer's constructor, InferBlobShape, Transform), hdf5_data_layer.cpp
(HDF5DataLayer::LayerSetUp); in the SSD fork sampler.cpp (SampleBBox), im_transforms.cpp, annotated_data_layer.cpp.

Bad:
    layer {
      name: "data"
      type: "Data"
      top: "data"
      top: "label"
      transform_param {
        mean_file: "mean.binaryproto"
        mean_value: 104
        #           ^^^
      }
      data_param { source: "train_lmdb" batch_size: 64 backend: LMDB }
    }

Good:
    layer {
      name: "data"
      type: "Data"
      top: "data"
      top: "label"
      transform_param {
        mean_file: "mean.binaryproto"
      }
      data_param { source: "train_lmdb" batch_size: 64 backend: LMDB }
    }

Bad:
    layer {
      name: "data"
      type: "ImageData"
      top: "data"
      top: "label"
      transform_param {
        crop_size: 227
        #          ^^^
        mean_value: 104
        mean_value: 117
        #           ^^^
      }
      image_data_param { source: "list.txt" batch_size: 64 new_height: 224 new_width: 224 }
    }

Bad (settings {"dialect": "ssd"}):
    layer {
      name: "data"
      type: "AnnotatedData"
      top: "data"
      top: "label"
      transform_param {
        resize_param { height: 300 width: 300 }
        expand_param { prob: 0.5 max_expand_ratio: 1 }
        #                                          ^
      }
      data_param { source: "train_lmdb" batch_size: 8 backend: LMDB }
      annotated_data_param { batch_sampler { sampler { min_scale: 0.9 max_scale: 0.3 } } }
      #                                                                          ^^^
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import fix
from caffe_ls.rules.rewriting import removal
from caffe_ls.rules.rule import Advice, RefusalView, refusal_rule
from caffe_ls.rules.written import field_span
from caffe_ls.text.span import Span


@refusal_rule(Fault.DATA_TRANSFORMATION, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    layer = view.layer
    assert layer is not None
    transform = layer.spec.fields.group("transform_param")
    text = view.document.text

    def fields(name: str) -> list[Span]:
        places = (view.place(transform.place(name, index)) for index in range(transform.count(name)))
        return [span for place in places if (span := field_span(view.document, place)) is not None]

    if transform.has("mean_file") and transform.has("mean_value"):
        values = fields("mean_value")
        if len(values) == transform.count("mean_value"):
            yield fix("Keep `mean_file`: remove `mean_value`", *(removal(text, span) for span in values))
        for file in fields("mean_file"):
            yield fix("Keep `mean_value`: remove `mean_file`", removal(text, file))
    if layer.type == "HDF5Data":
        whole = field_span(view.document, view.place(view.refusal.span))
        if whole is not None:
            yield fix("Remove `transform_param`", removal(text, whole))
