"""Scan, decide, run handlers, hand over a block; the watcher starts the same path with fewer files."""
