"""One file per rule: what it finds, why it matters, examples and fixes; discovered by walking this package."""
