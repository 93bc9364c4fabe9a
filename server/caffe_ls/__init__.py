"""A language server and command line for Caffe's two kinds of text: prototxt files and training logs."""

__version__ = "0.1.0"
