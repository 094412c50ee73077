"""Figures about many rows in SQL: counts, sums, averages, least and greatest values, by group.

Each figure is computed once, however often it is asked for, and all of them in one
pass over the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import assert_never

import msgspec

from docgraph.model.schema import EnumRef, Field, Scalar
from docgraph.query import plan
from docgraph.query.conditions import order_key
from docgraph.query.keysets import Drawn, drawn_from
from docgraph.query.measures import Count, Figure, GroupedBy, Measure, Measured, Part
from docgraph.query.objects import EMPTY_LIST, Named, entries, text
from docgraph.query.outputs import shown
from docgraph.query.pages import Constant
from docgraph.query.rows import Form, Row, Setting
from docgraph.store.layout import CONTROL, fit
from docgraph.store.sql import EMPTY, Sql, integer, join, name, sql

MAX_GROUPS = 1000

FIGURES = name("figures$")
COUNT = name("count$")

# With 34 significant digits at least; Postgres alone would give 16. It divides to 1000 places at most, so the sum is
# made whole first and its point put back afterwards.
EXACT_AVERAGE = """round(sum({})::numeric * ('1e' || scale(sum({})::numeric))::numeric, 45) / count({})
* ('1e-' || scale(sum({})::numeric))::numeric"""

# Rounded to 34 significant digits, as every BigDecimal is: moved to where it is less than 1, since Postgres rounds
# within 2000 places of the point only, and back.
DECIMAL_128 = r"""(select case when "x$" = 0 then '0' else
trim_scale(round("x$" * ('1e' || -"e$")::numeric, 34) * ('1e' || "e$")::numeric)::text end from (
select {} as "x$", case when abs({}) >= 1 then length(trunc(abs({}))::text)
else -length(substring(abs({})::text from '^0\.(0*)')) end as "e$") as "figure$")"""

# Postgres has no least and greatest of these itself. Hexadecimal digits sort like the bytes they stand for.
LEAST: Mapping[Scalar | EnumRef, Callable[[Sql], Sql]] = {
    Scalar.BOOLEAN: lambda column: sql("bool_and({})", column),
    Scalar.BYTES: lambda column: sql("decode(min(encode({}, 'hex') collate \"C\"), 'hex')", column),
}
GREATEST: Mapping[Scalar | EnumRef, Callable[[Sql], Sql]] = {
    Scalar.BOOLEAN: lambda column: sql("bool_or({})", column),
    Scalar.BYTES: lambda column: sql("decode(max(encode({}, 'hex') collate \"C\"), 'hex')", column),
}


def groups(setting: Setting, root: plan.Groups) -> Sql:
    """The groups as a JSON list, ordered by what they are grouped by, nulls last.

    More than MAX_GROUPS stop the statement; in exact form one more than that is in the
    list, which tells that there are too many.
    """
    counted = Counted(setting, root.type, root.condition, root.fields, root.outputs)
    order = join(", ", (sql("{}.{}", FIGURES, counted.column(field)) for field in root.fields))
    ordered = sql(" order by {}", order) if root.fields else EMPTY
    listed = sql("coalesce(json_agg({}{}), {})", counted.told(root.outputs), ordered, EMPTY_LIST)
    if setting.form is Form.OPTIMISTIC and root.fields:
        too_many = sql("count(*) > {}", integer(MAX_GROUPS))
        listed = sql("case when {} then {}() else {} end", too_many, name(CONTROL, "required"), listed)
    return sql("(select {} from {})", listed, counted.source())


class Counted(msgspec.Struct, frozen=True):
    """The rows of a type that fulfil a condition, as figures."""

    setting: Setting
    type: str
    condition: plan.Condition
    grouped: tuple[Field, ...]
    wanted: tuple[Figure, ...]  # by all who ask

    def source(self) -> Sql:
        """One row for each group, for a `from`."""
        fields = {field.name: field for field in (*self.grouped, *(each.field for each in self._measured()))}
        rows = drawn_from(self.setting, self.type, [self._drawn(field) for field in fields.values()], self.condition)
        raw = {(each.measure, each.field.name): each for each in self._measured()}
        listed = [sql("count(*) as {}", COUNT), *(self.column(field) for field in self.grouped)]
        listed += [sql("{} as {}", self._raw(each), _raw_column(each)) for each in raw.values()]
        by = join(", ", map(self.column, self.grouped))
        grouping = sql("\ngroup by {}\nlimit {}", by, integer(MAX_GROUPS + 1)) if self.grouped else EMPTY
        return sql("(select {} from {}{}) as {}", join(", ", listed), rows, grouping, FIGURES)

    def column(self, field: Field) -> Sql:
        """The column of a field's values."""
        return name(fit(field.name, "$of"))

    def told(self, outputs: Iterable[Figure]) -> Sql:
        """The figures of one row of the source as a JSON object."""
        return entries([self._told(output) for output in outputs])

    def _told(self, output: Figure) -> Named:
        match output:
            case Count(key):
                return key, sql("{}.{}", FIGURES, COUNT)
            case Part(key, outputs):
                return key, entries([self._told_part(each) for each in outputs])
            case Constant(key, constant):
                return key, text(constant)
            case _:
                assert_never(output)

    def _told_part(self, output: Measured | GroupedBy | Constant) -> Named:
        match output:
            case Measured(key):
                return key, self._shown(output)
            case GroupedBy(key, field):
                return key, self._key(field)
            case Constant(key, constant):
                return key, text(constant)
            case _:
                assert_never(output)

    def _key(self, field: Field) -> Sql:
        if all(each.name != field.name for each in self.grouped):
            return sql("null::text")
        return shown(self.setting.schema, field, sql("{}.{}", FIGURES, self.column(field)), self.setting.form)

    def _measured(self) -> Iterator[Measured]:
        for figure in self.wanted:
            if isinstance(figure, Part):
                yield from (each for each in figure.outputs if isinstance(each, Measured))

    def _drawn(self, field: Field) -> Drawn:
        def value_of(row: Row) -> Sql:
            return order_key(self.setting, row, plan.Order(field))

        return Drawn(self.column(field), self.setting.layout.postgres_type(field), value_of)

    # One figure ------------------------------------------------------------------

    def _raw(self, output: Measured) -> Sql:
        """The figure as an aggregate of Postgres."""
        column, held = self.column(output.field), self.setting.schema.stored_scalar(output.field)
        match output.measure:
            case Measure.COUNT_DISTINCT:
                return sql("count(distinct {})", column)
            case Measure.SUM:
                return sql("sum({})", column)
            case Measure.AVG:
                return sql("avg({})", column) if held is Scalar.FLOAT else sql(EXACT_AVERAGE, *([column] * 4))
            case Measure.MIN:
                return LEAST[held](column) if held in LEAST else sql("min({})", column)
            case Measure.MAX:
                return GREATEST[held](column) if held in GREATEST else sql("max({})", column)
            case _:
                assert_never(output.measure)

    def _shown(self, output: Measured) -> Sql:
        """The figure as the API shows it."""
        schema, raw = self.setting.schema, sql("{}.{}", FIGURES, _raw_column(output))
        held = schema.stored_scalar(output.field)
        match output.measure:
            case Measure.COUNT_DISTINCT:
                return raw
            case Measure.SUM | Measure.AVG if held is Scalar.FLOAT:
                return raw
            case Measure.SUM if held is not Scalar.BIG_DECIMAL:
                return sql("{}::text", raw)
            case Measure.SUM | Measure.AVG:
                return sql(DECIMAL_128, *([raw] * 4))
            case Measure.MIN | Measure.MAX:
                return shown(schema, output.field, raw, self.setting.form)
            case _:
                assert_never(output.measure)


def _raw_column(output: Measured) -> Sql:
    return name(fit(output.field.name, f"${output.measure.value}"))
