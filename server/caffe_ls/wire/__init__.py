"""Files too large to hold, read here and there: a place in, bytes out; protobuf's wire format walked by its lengths."""
