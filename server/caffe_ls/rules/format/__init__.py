"""Rules of the text format and of the schema: what stops Caffe's parser."""
