"""Stored values as the JSON that the API shows.

Source: spec/subgraph-api.md 1.2; numbers beyond 53 bits are text, so that no
client rounds them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from docgraph.model.schema import EnumRef, Field, Scalar, Schema
from docgraph.query.conditions import hexadecimal
from docgraph.query.rows import Form
from docgraph.store.sql import Sql, sql


def _text(column: Sql) -> Sql:
    return sql("{}::text", column)


def _plain_decimal(column: Sql) -> Sql:
    return sql("trim_scale({})::text", column)


def _microseconds(column: Sql) -> Sql:
    return sql("(extract(epoch from {}) * 1000000)::bigint::text", column)


def _iso_8601(column: Sql) -> Sql:
    """In UTC, with a fraction only where there is one; independent of the session's settings."""
    return sql("(to_jsonb({} at time zone 'UTC') #>> '{{}}') || 'Z'", column)


# Scalars that are not listed print as Postgres's own JSON of them.
SHOWN: Mapping[Scalar, Callable[[Sql], Sql]] = {
    Scalar.INT8: _text,
    Scalar.BIG_INT: _text,
    Scalar.BIG_DECIMAL: _plain_decimal,
    Scalar.TIMESTAMP: _microseconds,
    Scalar.DATE_TIME: _iso_8601,
    Scalar.BYTES: hexadecimal,
}

EACH = """case when {} is not null then
array(select {} from unnest({}) with ordinality as "item$"("v", "n") order by "item$"."n") end"""


def shown(schema: Schema, field: Field, column: Sql, form: Form) -> Sql:
    """The column of a stored field as the API shows it; null stays null, in lists too.

    In exact form JSON is text, so that no number in it is read and written again.
    """
    held = schema.stored_scalar(field)
    if held is Scalar.JSON and form is Form.EXACT:
        return sql("{}::text[]", column) if field.is_list else _text(column)
    show = None if isinstance(held, EnumRef) else SHOWN.get(held)
    if show is None:
        return column
    if not field.is_list:
        return show(column)
    return sql(EACH, column, show(sql('"item$"."v"')), column)
