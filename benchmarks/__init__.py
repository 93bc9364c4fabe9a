"""What `make bench` measures: each budget as a ratio to a rival that ran in the same minute, never against a clock."""
