"""Rules of construction: what Caffe's own checks refuse when it builds a net or a solver."""
