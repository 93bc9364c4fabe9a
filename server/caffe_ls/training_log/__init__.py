"""Training logs: bytes in, columns of what the run said out; append-only, bounded, never raises on any bytes."""
