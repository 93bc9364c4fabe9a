"""Protobuf text format: text in, lossless tree and problems out; never raises, and takes time linear in the text.

What it takes and refuses is what protobuf's C++ parser takes and refuses (tokenizer.cc, text_format.cc), since Caffe
reads its files with it.
"""
