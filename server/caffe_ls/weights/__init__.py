"""Caffe's binary files (weights, means, states of solvers) in; names, types and shapes out, numbers unread."""
