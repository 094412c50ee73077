"""JSON objects and lists out of rows.

One table makes rows of its own row type; several tables (an interface, a union)
make JSON each and are put together by what they are ordered by.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from docgraph.query.plan import Direction, Rows
from docgraph.store.sql import EMPTY, Sql, integer, join, name, sql, text_literal, value

Named = tuple[str, Sql]  # key of the response, its value

# Everything of ours carries a `$`, which no key of a response can.
ROW = name("row$")
OBJECT = name("object$")
TYPE = "type$"  # the key that tells an object's type, for whoever completes an answer

LONGEST_COLUMN = 63  # bytes; Postgres cuts longer names silently
MOST_COLUMNS = 1600  # Postgres takes a few more

EMPTY_LIST = sql("'[]'::json")
NOTHING = sql("null::json")


class Branch(msgspec.Struct, frozen=True):
    """The rows of one table that belong to an answer."""

    named: list[Named]
    source: Sql  # for `from`
    matching: Sql = EMPTY  # for `where`; empty: all
    order: tuple[Sql, ...] = ()  # the last key decides every tie


def entries(named: Sequence[Named]) -> Sql:
    """A JSON object, as an expression."""
    if not _fit_columns(named):
        return _built(named)
    return sql("(select row_to_json({}) from (select {}) as {})", ROW, columns(named), ROW)


def columns(named: Sequence[Named]) -> Sql:
    return join(", ", (sql("{} as {}", piece, name(key)) for key, piece in named))


def _fit_columns(named: Sequence[Named]) -> bool:
    """Whether the keys can be names of columns."""
    return 0 < len(named) <= MOST_COLUMNS and all(len(key.encode()) <= LONGEST_COLUMN for key, _ in named)


def _built(named: Sequence[Named]) -> Sql:
    """A JSON object from pairs, for keys that cannot be names of columns."""
    if not named:
        return sql("json_build_object()")
    pairs = join(", ", (sql("({}, to_json({}))", text_literal(key), piece) for key, piece in named))
    return sql("(select json_object_agg({}, {}) from (values {}) as {}({}, {}))", *_PAIR, pairs, ROW, *_PAIR)


_PAIR = (name("key$"), name("value$"))


def text(content: str) -> Sql:
    """A text as the value of a key."""
    return sql("{}::text", text_literal(content))


def _where(branch: Branch) -> Sql:
    return sql("\nwhere {}", branch.matching) if branch.matching else EMPTY


# One object -------------------------------------------------------------------


def one(branches: Sequence[Branch]) -> Sql:
    """The only row of all branches, or null. Two rows stop the statement (SQLSTATE 21000)."""
    if not branches:
        return NOTHING
    if len(branches) == 1 and _fit_columns(branches[0].named):
        (branch,) = branches
        return sql(
            "(select row_to_json({}) from (\nselect {} from {}{}) as {})",
            *(ROW, columns(branch.named), branch.source, _where(branch), ROW),
        )
    found = [sql("select {} from {}{}", entries(branch.named), branch.source, _where(branch)) for branch in branches]
    return sql("(\n{})", join("\nunion all\n", found))


# A list of objects ------------------------------------------------------------


def many(branches: Sequence[Branch], rows: Rows) -> Sql:
    """The rows of all branches as one JSON list."""
    direction = rows.order.direction if rows.order else Direction.ASC
    if not branches:
        return EMPTY_LIST
    if len(branches) > 1:
        return _merged(branches, rows, direction)
    (branch,) = branches
    plain = _fit_columns(branch.named)
    return sql(
        "(select coalesce(json_agg({}), {}) from (\nselect {} from {}{}\norder by {}\n{}) as {})",
        ROW if plain else sql("{}.{}", ROW, OBJECT),
        EMPTY_LIST,
        columns(branch.named) if plain else sql("{} as {}", entries(branch.named), OBJECT),
        *(branch.source, _where(branch), _ordered(branch.order, direction), _page(rows), ROW),
    )


def _merged(branches: Sequence[Branch], rows: Rows, direction: Direction) -> Sql:
    """Each branch gives as many rows as could be needed; together they are ordered and cut again."""
    keys = [name(f"order{place}$") for place in range(len(branches[0].order))]
    enough = _page(Rows(first=rows.first + rows.skip, skip=0))
    parts = []
    for branch in branches:
        ordering = join("", (sql(", {} as {}", piece, key) for piece, key in zip(branch.order, keys, strict=True)))
        parts.append(
            sql(
                "(select {} as {}{} from {}{}\norder by {}\n{})",
                *(entries(branch.named), OBJECT, ordering, branch.source, _where(branch)),
                *(_ordered(branch.order, direction), enough),
            )
        )
    return sql(
        "(select coalesce(json_agg({}.{}), {}) from (\nselect {} from (\n{}) as {}\norder by {}\n{}) as {})",
        *(ROW, OBJECT, EMPTY_LIST, OBJECT, join("\nunion all\n", parts), name("branch$")),
        *(_ordered(keys, direction), _page(rows), ROW),
    )


def _ordered(keys: Sequence[Sql], direction: Direction) -> Sql:
    """All keys in one direction; Postgres puts nulls last ascending and first descending."""
    ending = sql(" desc") if direction is Direction.DESC else sql("")
    return join(", ", (sql("{}{}", key, ending) for key in keys))


def _page(rows: Rows) -> Sql:
    # A constant: of a parameter Postgres guesses a tenth of the rows, and then plans the statement anew each time.
    limit = sql("limit {}", integer(rows.first))
    return sql("{} offset {}::bigint", limit, value(rows.skip)) if rows.skip else limit
