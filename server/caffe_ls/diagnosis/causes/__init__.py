"""One module for each cause, or for causes that share their evidence: symptoms in, weighed causes out."""
