"""A fulltext search in SQL: which rows it finds, and how well each fits.

Source: spec/subgraph-api.md 2.13 and the deviations there: the declared language on
both sides, best match first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from docgraph.model.schema import Fulltext
from docgraph.query.rows import Row
from docgraph.query.slots import Slot
from docgraph.store.layout import search_column, search_configuration
from docgraph.store.sql import Sql, name, sql, value

RANK: Mapping[str, Callable[[Sql, Sql], Sql]] = {
    "rank": lambda vector, query: sql("ts_rank({}, {})", vector, query),
    "proximityRank": lambda vector, query: sql("ts_rank_cd({}, {})", vector, query),
}


class Found(msgspec.Struct, frozen=True):
    """What a search means for one row."""

    matching: Sql
    order: tuple[Sql, ...]  # ascending: best match first, then by id


def search(row: Row, fulltext: Fulltext, query: str | Slot) -> Found:
    """`query` is a text that to_tsquery takes."""
    vector = sql("{}.{}", row.alias, name(search_column(fulltext)))
    wanted = sql("to_tsquery({}, {}::text)", search_configuration(fulltext), value(query))
    rank = RANK[fulltext.algorithm](vector, wanted)
    return Found(sql("{} @@ {}", vector, wanted), (sql("-{}", rank), row.id))
