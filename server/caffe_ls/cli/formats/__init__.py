"""A report in each format that `check` prints; one module each, data in, text out."""
