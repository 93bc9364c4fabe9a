"""Text as an immutable string with spans, line index and edits; a place is an offset in code points; never raises."""
