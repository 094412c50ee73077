"""The running process: composes the other rooms into something that indexes and answers."""
