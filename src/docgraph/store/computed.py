"""Figures that follow from other entities: fields with `@aggregate(of:, fn:, field:)`.

They are kept at the end of a block, for the entities whose figures may have moved: those
that rows which came or went refer to, and those that came themselves. What is not
touched costs nothing, and the statement is the same for a first load.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from docgraph.model.changes import Id, TypeCounts
from docgraph.model.schema import Computed, EntityRef, EntityType, Field, Scalar
from docgraph.store.connection import Connection, fetch
from docgraph.store.ddl import TOTALS
from docgraph.store.deployment import Deployment
from docgraph.store.layout import SINCE, UNTIL, Table
from docgraph.store.sql import Sql, join, name, sql, value

AT_ONCE = 2_000  # entities

# The row as it was goes into history, unless this very block made it.
UPDATE = """
with now$ as (
  select o.id, {} from {} as o{} where o.id = any({}::{})
), moved$ as (
  select n.*, o.{} as since$ from now$ as n join {} as o using (id) where row({}) is distinct from row({})
), kept$ as (
  insert into {} ({}, {}) select {}, {}::integer from {} as o join moved$ using (id) where since$ < {}::integer
)
update {} as o set {}, {} = {}::integer from moved$ as n where o.id = n.id
returning since$ < {}::integer"""

CHILDREN = """
left join lateral (select {} from ({}) as c) as {} on true"""
OF_TYPE = "select {} from {} as c where {}"
BACK, BACK_IN_LIST = "c.{} = o.id", "c.{} @> array[o.id]"
EVERY = "select id from {} where {} order by id limit {}"

IN_BOUNDS = "case when {} > {} then {} when {} < -{} then -{} else {} end"
FLOAT_MOST = "1.7976931348623157e308"


async def keep_figures(
    connection: Connection, deployment: Deployment, block: int, touched: Mapping[str, Iterable[Id]]
) -> dict[str, TypeCounts]:
    """Bring the figures of these entities, by type name, in line with the rows as they are.

    Returns how many of them it changed that the block had left alone.
    """
    counts: dict[str, TypeCounts] = {}
    for type_name, ids in sorted(touched.items()):
        ordered = sorted(ids)
        changed = 0
        for start in range(0, len(ordered), AT_ONCE):
            part = ordered[start : start + AT_ONCE]
            rows = await fetch(connection, _update(deployment, deployment.layout.tables[type_name], part, block))
            changed += sum(was_there for (was_there,) in rows)
        if changed:
            counts[type_name] = TypeCounts(changed=changed)
    return counts


async def keep_all_figures(connection: Connection, deployment: Deployment, block: int) -> None:
    """The same for all entities: needs the indexes on what refers to them."""
    for type_name, table in deployment.layout.tables.items():
        last: Id | None = None
        while table.computed and (ids := await _next(connection, table, last)):
            await keep_figures(connection, deployment, block, {type_name: ids})
            last = ids[-1]


async def _next(connection: Connection, table: Table, last: Id | None) -> list[Id]:
    which = sql("true") if last is None else sql("id > {}", value(last))
    return [each for (each,) in await fetch(connection, sql(EVERY, table.current, which, value(AT_ONCE)))]


def _update(deployment: Deployment, table: Table, ids: Sequence[Id], block: int) -> Sql:
    number, since = value(block), name(SINCE)
    columns = [name(column) for column in table.computed]
    version = [name(column) for column in table.version]
    groups = _groups(table.entity)
    figures = join(
        ", ",
        (
            sql("{}.{}", name(f"{at}$"), table.column(field))
            for at, (_, fields) in enumerate(groups)
            for field in fields
        ),
    )
    children = join("", (_children(deployment, table, at, *group) for at, group in enumerate(groups)))
    return sql(
        UPDATE,
        *(figures, table.current, children, value(list(ids)), deployment.id_array(table.entity.name)),
        *(since, table.current, _each("n", columns), _each("o", columns)),
        *(table.history, join(", ", version), name(UNTIL), _each("o", version), number, table.current, number),
        *(table.current, join(", ", (sql("{} = n.{}", each, each) for each in columns)), since, number, number),
    )


def _each(alias: str, columns: Sequence[Sql]) -> Sql:
    return join(", ", (sql("{}.{}", name(alias), each) for each in columns))


def _groups(entity: EntityType) -> list[tuple[Field, list[Field]]]:
    """The derived fields that figures are of, each with its figures."""
    groups: dict[str, list[Field]] = {}
    for field in entity.computed_fields:
        groups.setdefault(_computed(field).of, []).append(field)
    return [(entity.field(of), fields) for of, fields in groups.items()]


def _children(deployment: Deployment, table: Table, at: int, derived: Field, figures: Sequence[Field]) -> Sql:
    """The figures about those that one derived field leads to."""
    assert isinstance(derived.type, EntityRef)
    used = list(dict.fromkeys(each for field in figures if (each := _computed(field).field) is not None))
    branches = [
        _of_type(deployment, child, derived, used) for child in deployment.layout.schema.concrete(derived.type.name)
    ]
    shown = join(", ", (_figure(deployment, table, field) for field in figures))
    return sql(CHILDREN, shown, join(" union all ", branches), name(f"{at}$"))


def _of_type(deployment: Deployment, child: EntityType, derived: Field, used: Sequence[str]) -> Sql:
    """The rows of one type that refer back; none where the type stores no such reference."""
    table = deployment.layout.tables[child.name]
    back = next((field for field in child.stored_fields if field.name == derived.derived_from), None)
    columns = [sql("c.{} as {}", table.column(child.field(each)), name(each)) for each in used] or [sql("1")]
    # Containment, because that is what an index on a list can answer.
    refers = sql("false")
    if back is not None:
        template = BACK_IN_LIST if back.is_list else BACK
        refers = sql(template, table.column(back))
    return sql(OF_TYPE, join(", ", columns), table.current, refers)


def _figure(deployment: Deployment, table: Table, field: Field) -> Sql:
    computed, column = _computed(field), table.column(field)
    held = deployment.layout.postgres_type(field)
    if computed.function == "COUNT":
        return sql("count(*)::{} as {}", held, column)
    argument = sql("c.{}", name(computed.field or ""))
    if computed.function in ("MIN", "MAX"):
        return sql("{}({}) as {}", name(computed.function.lower()), argument, column)
    found = sql("{}({})", name(computed.function.lower()), argument)
    if field.type is Scalar.FLOAT:
        # Exact, and so the same in any order: the text of a float is the number that it stands for.
        most = Sql((FLOAT_MOST,))
        exact = sql("{}({}::text::numeric)", name(computed.function.lower()), argument)
        found = sql(IN_BOUNDS, exact, most, most, exact, most, most, exact)
    if computed.function in TOTALS:
        found = sql("coalesce({}, 0)", found)
    return sql("{}::{} as {}", found, held, column)


def _computed(field: Field) -> Computed:
    assert field.computed is not None
    return field.computed
