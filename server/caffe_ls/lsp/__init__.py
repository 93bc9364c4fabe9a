"""The language server: the protocol's wiring, and the only state that changes; never writes a file, never dies."""
