"""Benchmarks: every figure as a ratio to a bare Flask response under the same server in the same run."""
