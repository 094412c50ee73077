"""The rows of an aggregation, computed from the timeseries as it is at the block that is read at.

Nothing is stored: a data point that comes late, changes or goes is in its bucket, or
out of it, like in every other query.

Source: spec/subgraph-api.md 1.6 and 2.12; weeks, months, quarters and years are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import assert_never

import msgspec

from docgraph.model.schema import Aggregate, AggregationType, Field, Scalar
from docgraph.query import plan
from docgraph.query.expressions import computed
from docgraph.query.rows import Row, Setting, bind, relation, row_of
from docgraph.store.layout import SINCE, Table, fit
from docgraph.store.sql import EMPTY, Sql, join, name, sql, text_literal

LENGTH: Mapping[str, Sql] = {
    "hour": sql("interval '1 hour'"),
    "day": sql("interval '1 day'"),
    "week": sql("interval '7 days'"),
    "month": sql("interval '1 month'"),
    "quarter": sql("interval '3 months'"),
    "year": sql("interval '1 year'"),
}

BUCKETS = """(
select {}
from {} cross join lateral (select {} as "start") as {}{}
group by {}) as {}"""

# The first block whose own bucket begins after this one, looked for in a list because there may be many of both.
# A clock that was put back makes no bucket begin again, so the list ascends.
ENDED = """(select array_agg({} order by {}) from {})[width_bucket({}, (
  select array_agg("begun" order by {})
  from (select {}, max({}) over (order by {}) as "begun" from {}) as "begun$")) + 1]"""


class _Source(msgspec.Struct, frozen=True):
    """A row of the timeseries, and where its bucket begins."""

    setting: Setting
    row: Row
    start: Sql
    dimensions: tuple[Sql, ...]

    @property
    def id(self) -> Sql:
        return self.row.id

    @property
    def timestamp(self) -> Sql:
        return self.row[self.row.entity.field("timestamp")]

    @property
    def growing(self) -> Sql:
        """The window from the start of the series to the end of a bucket."""
        groups = sql("partition by {} ", join(", ", self.dimensions)) if self.dimensions else EMPTY
        return sql("({}order by {})", groups, self.start)


def bucket_row(setting: Setting, aggregation: AggregationType) -> Row:
    """A row of the aggregation under a fresh alias."""
    entity = aggregation.rows
    table = Table(entity, setting.layout.namespace, tuple(fit(field.column) for field in entity.fields))
    return Row(entity, table, name(fit(table.name, f"${next(setting.numbers)}")))


def bucket_relation(setting: Setting, row: Row, buckets: plan.Buckets, wanted: plan.Condition) -> Sql:
    """The rows of the aggregation, for a `from`. `wanted` only spares reading what it excludes."""
    aggregation = buckets.aggregation
    read = row_of(setting, setting.schema.entities[aggregation.source])
    bucket = name(f"bucket${next(setting.numbers)}")
    dimensions = tuple(read[read.entity.field(field.name)] for field in aggregation.dimensions)
    source = _Source(setting, read, sql('{}."start"', bucket), dimensions)
    aggregates = {each.field.name: each for each in aggregation.aggregates}
    columns = [
        sql("{} as {}", _column(source, field, aggregates.get(field.name)), row.table.column(field))
        for field in aggregation.fields
    ]
    if _asks_for_changes(wanted):
        columns.append(sql("{} as {}", _since(source, buckets), name(SINCE)))
    return sql(
        BUCKETS,
        join(", ", columns),
        relation(setting, read),
        begins(buckets.interval, source.timestamp),
        bucket,
        _spared(source, buckets, wanted),
        join(", ", (source.start, *dimensions)),
        row.alias,
    )


def finished(setting: Setting, row: Row, buckets: plan.Buckets) -> Iterator[Sql]:
    """The bucket has ended at the time of the block, where only such buckets are wanted."""
    if not buckets.unfinished:
        number = setting.number or sql("(select max({}) from {})", name("number"), setting.layout.block)
        time = sql(
            "(select {} from {} where {} = {})",
            *(name("timestamp"), setting.layout.block, name("number"), number),
        )
        yield sql("{} < {}", row[row.entity.field("timestamp")], begins(buckets.interval, time))


def begins(interval: str, moment: Sql) -> Sql:
    """Where the bucket of a moment begins, in UTC; weeks begin on Monday."""
    return sql("date_trunc({}, {}, 'UTC')", text_literal(interval), moment)


def _column(source: _Source, field: Field, aggregate: Aggregate | None) -> Sql:
    if field.name == "id":
        # Not every Postgres has a greatest of bytes.
        if source.row.entity.id_type is Scalar.BYTES:
            return sql("(array_agg({} order by {} desc))[1]", source.id, source.id)
        return sql("max({})", source.id)
    if field.name == "timestamp":
        return source.start
    if aggregate is None:
        return source.row[source.row.entity.field(field.name)]
    return _as_result(source.setting, field, _aggregated(source, aggregate))


def _aggregated(source: _Source, aggregate: Aggregate) -> Sql:
    """The figure of one bucket; a cumulative one from the figures of the buckets up to it."""
    if aggregate.argument is None or aggregate.function == "count":
        figure = sql("count(*)")
    else:
        figure = FIGURES[aggregate.function](source, computed(source.setting, source.row, aggregate.argument))
    return CUMULATED[aggregate.function](figure, source.growing) if aggregate.cumulative else figure


# first and last take the value of one row, null or not.
FIGURES: Mapping[str, Callable[[_Source, Sql], Sql]] = {
    "sum": lambda source, x: sql("sum({})", x),
    "min": lambda source, x: sql("min({})", x),
    "max": lambda source, x: sql("max({})", x),
    "first": lambda source, x: sql("(array_agg({} order by {}, {}))[1]", x, source.timestamp, source.id),
    "last": lambda source, x: sql("(array_agg({} order by {} desc, {} desc))[1]", x, source.timestamp, source.id),
}
CUMULATED: Mapping[str, Callable[[Sql, Sql], Sql]] = {
    "sum": lambda figure, growing: sql("sum({}) over {}", figure, growing),
    "count": lambda figure, growing: sql("sum({}) over {}", figure, growing),
    "min": lambda figure, growing: sql("min({}) over {}", figure, growing),
    "max": lambda figure, growing: sql("max({}) over {}", figure, growing),
    "first": lambda figure, growing: sql("first_value({}) over {}", figure, growing),
    "last": lambda figure, growing: figure,
}


def _as_result(setting: Setting, field: Field, figure: Sql) -> Sql:
    held = setting.schema.stored_scalar(field)
    if held is Scalar.BIG_INT:
        return sql("round(({})::numeric)", figure)
    return sql("({})::{}", figure, setting.layout.postgres_type(field))


# Which block made a row of the aggregation what it is --------------------------------


def _asks_for_changes(wanted: plan.Condition) -> bool:
    """Whether the condition depends on the block that a row was made by."""
    match wanted:
        case plan.And(conditions) | plan.Or(conditions):
            return any(_asks_for_changes(each) for each in conditions)
        case plan.Not(inner):
            return _asks_for_changes(inner)
        case plan.ChangedSince():
            return True
        case plan.Compare() | plan.Exists():
            return False
        case _:
            assert_never(wanted)


def _since(source: _Source, buckets: plan.Buckets) -> Sql:
    """The latest block that made one of the data points, or ended the bucket where only such buckets are told."""
    points = sql("max({})", source.row.since)
    if any(each.cumulative for each in buckets.aggregation.aggregates):
        points = CUMULATED["max"](points, source.growing)
    if buckets.unfinished:
        return points
    block, number = source.setting.layout.block, name("number")
    begun = begins(buckets.interval, name("timestamp"))
    ended = sql(ENDED, *(number, number, block), source.start, *(number, number, begun, number, block))
    return sql("greatest({}, {})", points, ended)


# What a condition on the start of a bucket says about the data points in it ---------


def _spared(source: _Source, buckets: plan.Buckets, wanted: plan.Condition) -> Sql:
    """A condition on data points that leaves out whole buckets only, and only such as are not wanted."""
    if any(each.cumulative for each in buckets.aggregation.aggregates):
        return EMPTY
    conditions = [
        each
        for part in (wanted.conditions if isinstance(wanted, plan.And) else (wanted,))
        if isinstance(part, plan.Compare) and part.field.name == "timestamp" and part.value is not None
        for each in _bounds(source, buckets.interval, part)
    ]
    return sql(" where {}", join(" and ", conditions)) if conditions else EMPTY


def _bounds(source: _Source, interval: str, compared: plan.Compare) -> Iterator[Sql]:
    suffix = compared.operator.suffix
    if suffix in ("", "_gt", "_gte", "_lt", "_lte"):
        moment = bind(source.setting.layout, Scalar.TIMESTAMP, compared.value)
        if suffix in ("", "_gt", "_gte"):
            yield sql("{} >= {}", source.timestamp, moment)
        if suffix in ("", "_lt", "_lte"):
            end = sql("({} at time zone 'UTC' + {}) at time zone 'UTC'", moment, LENGTH[interval])
            yield sql("{} < {}", source.timestamp, end)
