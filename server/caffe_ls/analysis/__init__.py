"""Documents: immutable snapshots of one text each, with what follows from it computed at the first question."""
