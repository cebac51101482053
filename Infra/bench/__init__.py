"""Benchmarks: each on stacks of its own, beside the yardstick, in the same run."""
