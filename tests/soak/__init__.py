"""The soak: a project at work as real processes, edited and broken at random, and compared with a rebuild."""
