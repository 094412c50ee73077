"""Views under the index's name: what psql and BI tools see of the served deployment.

Called inside the transaction that swaps deployments. Never touches a Postgres schema that
docgraph did not make.
"""

from __future__ import annotations

from docgraph.model.problem import Unavailable
from docgraph.store.connection import Connection, DependentObjects, InvalidView, fetch, run
from docgraph.store.layout import CONTROL, Layout, Table, fit
from docgraph.store.sql import join, name, sql, text_literal, value

MARK = "docgraph: views of the index that is served"
RESERVED = ("public", "information_schema", CONTROL)
SCRATCH = "$verify"
RENAME = "give the index another name: --index NAME, or DOCGRAPH_INDEX"
OWNER = "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = {}"
COLUMNS = """
select attname from pg_attribute
where attrelid = to_regclass(quote_ident({}) || '.' || quote_ident({})) and attnum > 0 and not attisdropped
order by attnum"""
VIEWS = "select viewname from pg_views where schemaname = {}"


def may_be_called(index: str) -> bool:
    """Whether an index of this name could have views: Postgres and docgraph need some names for themselves."""
    taken = index in RESERVED or index.startswith(("pg_", f"{CONTROL}_d")) or index.endswith(SCRATCH)
    return bool(index) and not taken and "\0" not in index


def scratch_name(index: str) -> str:
    """What a deployment that is built for a comparison, and never served, stands under instead of its index."""
    return index + SCRATCH


def check_name(index: str) -> None:
    """Raises Unavailable: an index of this name could not have views."""
    if not may_be_called(index):
        raise Unavailable(f"an index cannot be called {index!r}", mend=RENAME)


async def check_free(connection: Connection, index: str) -> bool:
    """Whether the schema for the views is there already.

    Raises Unavailable: it is there and not ours.
    """
    found = await fetch(connection, sql(OWNER, value(fit(index))))
    if found and found[0][0] != MARK:
        raise Unavailable(
            f"the database has a schema {index!r} that docgraph did not make",
            mend=f"{RENAME}, or use another database",
        )
    return bool(found)


async def repoint(connection: Connection, index: str, layout: Layout) -> None:
    """Let the views of `index` show the tables of `layout`, and no others.

    Raises Unavailable: somebody else's schema or views stand in the way.
    """
    schema = fit(index)
    if not await check_free(connection, index):
        await run(connection, sql("create schema {}", name(schema)))
        await run(connection, sql("comment on schema {} is {}", name(schema), text_literal(MARK)))
    wanted = {table.name: table for table in layout.tables.values()}
    for (view,) in await fetch(connection, sql(VIEWS, value(schema))):
        if view not in wanted:
            await _drop(connection, schema, str(view))
    for table in wanted.values():
        try:
            async with connection.transaction():
                await _show(connection, schema, table)
        except InvalidView:  # other columns than before
            await _drop(connection, schema, table.name)
            await _show(connection, schema, table)


async def _show(connection: Connection, schema: str, table: Table) -> None:
    """Columns that are new come last, so that what somebody has built on the view stays."""
    wanted = (*table.columns, *table.computed)
    there = [str(column) for (column,) in await fetch(connection, sql(COLUMNS, value(schema), value(table.name)))]
    columns = join(", ", map(name, dict.fromkeys([*(each for each in there if each in wanted), *wanted])))
    view = name(schema, table.name)
    await run(connection, sql("create or replace view {} as select {} from {}", view, columns, table.current))


async def _drop(connection: Connection, schema: str, view: str) -> None:
    try:
        await run(connection, sql("drop view {}", name(schema, view)))
    except DependentObjects as error:
        raise Unavailable(
            f"something was built on the view {schema}.{view}, whose columns change",
            mend="drop that first, and make it again afterwards",
        ) from error
