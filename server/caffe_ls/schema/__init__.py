"""What Caffe's messages may hold: fields, enums and layer types of each dialect or of a user's own caffe.proto."""
