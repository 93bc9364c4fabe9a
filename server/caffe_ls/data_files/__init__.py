"""What data layers read (LMDB, LevelDB, HDF5, lists of images); the first record's shape out; no pixel is read."""
