"""`_logs` in SQL: the lines of the log. Source: spec/subgraph-api.md 2.4 and 2.11."""

from __future__ import annotations

from collections.abc import Iterator

from docgraph.model.schema import Scalar
from docgraph.query.ledger import Entry, LogsWanted
from docgraph.query.objects import Branch, Named, entries, many, text
from docgraph.query.operators import literal
from docgraph.query.outputs import SHOWN
from docgraph.query.plan import Direction, Logs, Rows
from docgraph.store.layout import Layout
from docgraph.store.sql import EMPTY, Sql, join, name, sql, value

LINE, BLOCK, ARGUMENT = name("line$"), name("block$"), name("argument$")
TIMESTAMP = sql("{}.{}", BLOCK, name("timestamp"))
ARGUMENTS = 'unnest({}, {}) with ordinality as {}("key", "value", "n")'


def logs(root: Logs, layout: Layout) -> Sql:
    conditions = list(_conditions(root.wanted))
    newest_first = root.direction is Direction.DESC
    number = sql("{}.{} = {}", BLOCK, name("number"), _column("block"))
    branch = Branch(
        [_named(entry, root) for entry in root.entries],
        sql("{} as {} join {} as {} on {}", layout.log, LINE, layout.block, BLOCK, number),
        join(" and ", conditions) if conditions else EMPTY,
        (sql("{} desc", _column("id")) if newest_first else _column("id"),),
    )
    return many([branch], Rows(root.wanted.first, root.wanted.skip))


def _conditions(wanted: LogsWanted) -> Iterator[Sql]:
    if wanted.level is not None:
        yield sql("{} = {}::text", _column("level"), value(wanted.level))
    if wanted.since is not None:
        yield sql("{} >= {}::timestamptz", TIMESTAMP, value(wanted.since))
    if wanted.until is not None:
        yield sql("{} <= {}::timestamptz", TIMESTAMP, value(wanted.until))
    if wanted.search is not None:
        yield sql("{} ilike {}::text", _column("text"), value("%" + literal(wanted.search) + "%"))


def _named(entry: Entry, root: Logs) -> Named:
    match entry.name:
        case "__typename":
            return entry.key, text("_Log_")
        case "id":
            return entry.key, sql("{}::text", _column("id"))
        case "subgraphId":
            return entry.key, sql("{}::text", value(root.deployment))
        case "timestamp":
            return entry.key, SHOWN[Scalar.DATE_TIME](TIMESTAMP)
        case "arguments":
            return entry.key, _arguments(entry.entries)
        case "meta":
            return entry.key, entries([_plain(each, "_LogMeta_", LINE) for each in entry.entries])
        case _:
            return entry.key, _column(entry.name)


def _arguments(asked: tuple[Entry, ...]) -> Sql:
    branch = Branch(
        [_plain(each, "_LogArgument_", ARGUMENT) for each in asked],
        sql(ARGUMENTS, _column("keys"), _column("values"), ARGUMENT),
        order=(sql("{}.{}", ARGUMENT, name("n")),),
    )
    return many([branch], Rows(MOST_ARGUMENTS, 0))


MOST_ARGUMENTS = 2**31 - 1


def _plain(entry: Entry, type_name: str, alias: Sql) -> Named:
    return entry.key, text(type_name) if entry.name == "__typename" else sql("{}.{}", alias, name(entry.name))


def _column(column: str) -> Sql:
    return sql("{}.{}", LINE, name(column))
