"""The solver as Caffe takes it: every field with its place and default, and the learning rate of every iteration."""
