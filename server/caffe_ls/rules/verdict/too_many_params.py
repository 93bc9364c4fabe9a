"""A layer has more `param` blocks than parameter blobs.

The blocks go to the layer's blobs in their order, and may be fewer but not more: `Check failed: param_size <=
num_param_blobs (2 vs. 1) Too many params specified for layer conv1`. A convolution or an inner product has weights and
a bias, with `bias_term: false` the weights alone; layers such as ReLU and Pooling have none.

Source: net.cpp (Net::Init).

Bad:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      param { lr_mult: 1 }
      param { lr_mult: 2 }
    # ^^^^^
      convolution_param { num_output: 4 kernel_size: 3 bias_term: false }
    }

Good:
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 8 dim: 8 } } }
    layer {
      name: "conv1"
      type: "Convolution"
      bottom: "data"
      top: "conv1"
      param { lr_mult: 1 }
      convolution_param { num_output: 4 kernel_size: 3 bias_term: false }
    }
"""

from __future__ import annotations

from collections.abc import Iterable

from caffe_ls.net.faults import Fault
from caffe_ls.rules.finding import Related, fix
from caffe_ls.rules.rewriting import removal
from caffe_ls.rules.rule import Advice, Marks, RefusalView, refusal_rule
from caffe_ls.rules.written import field_span
from caffe_ls.text.span import Span


@refusal_rule(Fault.TOO_MANY_PARAMS, fixable=True)
def advise(view: RefusalView) -> Iterable[Advice]:
    layer = view.layer
    assert layer is not None
    fields, blobs = layer.spec.fields, len(layer.param_shapes or ())
    places = [view.place(fields.place("param", index)) for index in range(blobs, fields.count("param"))]
    spans = [span for place in places if (span := field_span(view.document, place)) is not None]
    # In the older form the blocks are made of `blobs_lr` and others, which have no place as a whole.
    if len(spans) == len(places) and all(view.document.text.startswith("param", span.start) for span in spans):
        first, *others = (Span(span.start, span.start + len("param")) for span in spans)
        yield Marks(first)
        yield from (Related(other, "for this one there is no blob either") for other in others)
        what = "the blocks" if len(spans) > 1 else "the block"
        yield fix(f"Remove {what} without a blob", *(removal(view.document.text, span) for span in spans), safe=True)
    if fields.group("convolution_param").has("bias_term") or fields.group("inner_product_param").has("bias_term"):
        owner = "convolution_param" if fields.has("convolution_param") else "inner_product_param"
        place = view.place(fields.group(owner).place("bias_term"))
        span = field_span(view.document, place)
        if span is not None and blobs == 1 and fields.count("param") == 2:
            yield fix("Learn a bias: remove `bias_term: false`", removal(view.document.text, span))
