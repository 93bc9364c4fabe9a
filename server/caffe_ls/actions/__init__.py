"""Edits that build things out of a net (check layers, a deploy net, a net that checks the input), and changes of a
solver that people try when a run goes wrong. Pure functions."""
