"""What somebody would pick instead of docgraph, as contestants of the benchmarks.

Each peer is installed on demand into a folder that git ignores, in the versions that are pinned here beside it.
"""
