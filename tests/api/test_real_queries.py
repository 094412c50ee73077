"""Real queries of real subgraphs, against the schemas they were written for."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    is_list_type,
    is_non_null_type,
    parse,
    type_from_ast,
)

from docgraph.api.execute import Engine
from docgraph.api.schema import core_of
from docgraph.model.sdl import read_schema
from docgraph.query.print import statement
from docgraph.query.rows import Form
from docgraph.store.ddl import CONTROL_DDL, deployment_ddl
from docgraph.store.layout import layout
from docgraph.store.sql import render

SAMPLES: dict[str, Any] = {
    "ID": "0x00",
    "String": "0x00",
    "Bytes": "0x00",
    "Int": 1,
    "Int8": "1",
    "BigInt": "1",
    "BigDecimal": "1.5",
    "Boolean": True,
    "Float": 1.5,
    "Timestamp": "1",
}


REFUSED = {
    "lidofinance__lido-subgraph__ratioQuery-3.graphql": "`first` argument must be between 0 and 1000, but is 10000",
    "livepeer__explorer__orchestrators-2.graphql": 'Variable "$where" is never used',
    "oceanprotocol__ocean-subgraph__README-2.graphql": 'Variable "$user" is not defined',
}


def sample(kind: Any) -> Any:
    """A value of a variable's type."""
    if is_non_null_type(kind):
        return sample(kind.of_type)
    if is_list_type(kind):
        return [sample(kind.of_type)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {"number": 1} if kind.name == "Block_height" else {}
    return SAMPLES[kind.name]


def variables(core: GraphQLSchema, operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        each.variable.name.value: sample(type_from_ast(core, each.type))
        for each in operation.variable_definitions or ()
        if each.default_value is None
    }


def operations(text: str) -> Iterator[OperationDefinitionNode]:
    for definition in parse(text).definitions:
        if isinstance(definition, OperationDefinitionNode):
            yield definition


async def test_every_query_that_fits_its_schema_is_planned_and_runs(corpus: Callable[[str], Path], dsn: str) -> None:
    queries, schemas = corpus("queries"), corpus("schemas")
    with (queries / "index.csv").open() as index:
        fitting = [row for row in csv.DictReader(index) if row["fits_schema"] == "yes"]
    by_schema = defaultdict(list)
    for row in fitting:
        by_schema[row["schema"]].append(row["file"])

    connection = await asyncpg.connect(dsn)
    await connection.execute(render(CONTROL_DDL)[0])
    failed: dict[str, str] = {}
    ran = 0
    for number, (schema_file, files) in enumerate(sorted(by_schema.items())):
        schema = read_schema((schemas / schema_file).read_text())
        places = layout(schema, f"docgraph_d{number}")
        engine = Engine.build(schema, places.namespace, "d1")
        await connection.execute(render(deployment_ddl(places))[0])
        for file in files:
            text = (queries / file).read_text()
            for operation in operations(text):
                name = operation.name.value if operation.name else None
                try:
                    plan = engine.planned(text, variables(core_of(engine.schema), operation), name)
                    for form in Form:
                        sql, parameters = render(statement(plan, places, form))
                        await connection.fetchrow(sql, *parameters)
                    ran += 1
                except Exception as wrong:
                    failed[file] = str(wrong)
    await connection.close()
    assert failed.keys() == REFUSED.keys(), failed
    for file, reason in REFUSED.items():
        assert reason in failed[file]
    assert ran >= len(fitting) - len(REFUSED)
