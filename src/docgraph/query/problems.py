"""`_problems` in SQL: what is wrong with the documents now, conflicts over ids included.

Source: spec/subgraph-api.md, the text below the table of deviations.
"""

from __future__ import annotations

from docgraph.query.ledger import Entry
from docgraph.query.objects import Branch, Named, many, text
from docgraph.query.plan import Problems, Rows
from docgraph.store.layout import Layout
from docgraph.store.sql import EMPTY, Sql, join, name, sql, value

PROBLEM = name("problem$")
# By path and line; the rest decides ties.
ORDER = ("path", "line", "column", "kind", "ordinal")
TIES = ("source", "message")


def problems(root: Problems, layout: Layout) -> Sql:
    wanted = root.wanted
    asked = {"source": wanted.source, "path": wanted.path, "kind": wanted.kind}
    conditions = [sql("{} = {}::text", _column(key), value(each)) for key, each in asked.items() if each is not None]
    branch = Branch(
        [_named(entry) for entry in root.entries],
        sql("{} as {}", layout.problems, PROBLEM),
        join(" and ", conditions) if conditions else EMPTY,
        (*(_column(each) for each in ORDER), *(sql('{} collate "C"', _column(each)) for each in TIES)),
    )
    return many([branch], Rows(wanted.first, wanted.skip))


def _named(entry: Entry) -> Named:
    return entry.key, text("_Problem_") if entry.name == "__typename" else _column(entry.name)


def _column(column: str) -> Sql:
    return sql("{}.{}", PROBLEM, name(column))
