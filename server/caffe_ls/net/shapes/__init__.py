"""What each layer makes of its bottoms' shapes: one file per family, one small function per layer type."""
