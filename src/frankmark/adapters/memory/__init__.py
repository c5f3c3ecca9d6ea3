"""Twins of the stores that live in memory: for tests, for trying things out, and broken on purpose."""
