"""The versions of one entity as a list, in SQL.

What a version leads to is read as of the block that made it, or as of the earliest
block that is kept where that is later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

import msgspec

from docgraph.query import plan
from docgraph.query.objects import Branch, Named, entries, many, text
from docgraph.query.rows import Row, Setting, bind, row_of, stored
from docgraph.store.layout import UNTIL
from docgraph.store.sql import Sql, name, sql

VERSIONS = """(
select {}, null::integer as {} from {}
union all
select {}, {} from {}) as {}"""

Outputs = Callable[[Setting, Row, plan.Selection], list[Named]]


def history(root: plan.History, setting: Setting, outputs: Outputs) -> Sql:
    """`outputs`: what is wanted of a row, as it is printed elsewhere."""
    return many([_branch(root, setting, row, outputs) for row in _rows(root, setting)], root.rows)


def _rows(root: plan.History, setting: Setting) -> list[Row]:
    return [row_of(setting, entity) for entity in setting.schema.concrete(root.type)]


def _branch(root: plan.History, setting: Setting, row: Row, outputs: Outputs) -> Branch:
    """The versions of one concrete type: an id may have been another type's before."""
    columns, until = stored(row.table), name(UNTIL)
    source = sql(VERSIONS, columns, until, row.table.current, columns, until, row.table.history, row.alias)
    kept = sql("(select min({}) from {})", name("number"), setting.layout.block)
    then = msgspec.structs.replace(setting, number=sql("greatest({}, {})", row.since, kept))
    # No two versions of an id are made by one block.
    ordered = row.since if root.direction is plan.Direction.ASC else sql("-{}", row.since)
    return Branch(
        [(output.key, _shown(output, root, then, row, outputs)) for output in root.outputs],
        source,
        sql("{} = {}", row.id, bind(setting.layout, row.entity.id_type, root.id)),
        (ordered,),
    )


def _shown(output: plan.VersionOutput, root: plan.History, then: Setting, row: Row, outputs: Outputs) -> Sql:
    match output.field:
        case plan.VersionField.TYPENAME:
            return text(version_type(root.type))
        case plan.VersionField.NODE:
            (selection,) = (each for each in output.selections if each.type == row.entity.name)
            return entries(outputs(then, row, selection))
        case plan.VersionField.SINCE:
            return row.since
        case plan.VersionField.UNTIL:
            return sql("{}.{}", row.alias, name(UNTIL))
        case _:
            assert_never(output.field)


def version_type(type_name: str) -> str:
    """What the API calls a version of an entity or interface."""
    return f"{type_name}_version"
