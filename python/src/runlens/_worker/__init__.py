"""Runs steps: the loop of a worker, its threads and helpers."""
