"""Edits that build things out of a net: check layers, a deploy net, a net that checks the input. Pure functions."""
