"""Why a run went as it did: log, net and solver weighed into ranked causes; reads no files, never raises."""
