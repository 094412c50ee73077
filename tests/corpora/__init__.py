"""Real schemas and real queries, over rows made for them."""
