"""Generated schemas, rows and queries: the product in both its forms and a naive evaluator answer alike.

    schemas → rows → queries → the product, twice, and `naive` → equal, or a smallest case to look at

`python -m fuzz` runs as many as wanted; `test_fuzz.py` runs a few with every test run.
"""
