"""For authors' tests: the fixture `index`, which indexes what a test writes and answers what it asks.

A plugin of pytest, named in a project's own settings (`-p docgraph.testing`), so that
runs of pytest that test something else neither load nor see it.
"""

from docgraph.testing.changes import Changes, Values
from docgraph.testing.harness import Edits, Index
from docgraph.testing.plugin import docgraph_database, docgraph_project, docgraph_workroom, index
from docgraph.testing.plugin import pytest_runtest_makereport as pytest_runtest_makereport

__all__ = [
    "Changes",
    "Edits",
    "Index",
    "Values",
    "docgraph_database",
    "docgraph_project",
    "docgraph_workroom",
    "index",
]
