"""Caffe runs this, and the training suffers."""
