"""Rules of style: old, needless and unused things that work."""
