"""What a line of a training log says and what it means for the run, as Markdown; reads no files, never raises."""
