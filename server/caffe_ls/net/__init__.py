"""A prototxt in, the net that Caffe builds of it out: layers, blobs, shapes, parameters; places kept, never raises."""
