"""Benchmarks, each beside its reference in the same call: python -m benchmarks [--quick]."""
