"""Answers computed the slow and obvious way: plain Python over dictionaries.

Written from the dialect's description. Uses graphql-core's parser and nothing else of
it, and nothing of the product: what both get wrong, they get wrong independently.
"""
