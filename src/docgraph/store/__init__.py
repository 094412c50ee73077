"""Postgres, writing side."""
