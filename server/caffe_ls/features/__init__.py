"""One module per method of the protocol: plain functions from a document and a place to the protocol's types."""
