"""Plain Strawberry with DataLoader, as somebody would write an API of their own over the tables of the index.

    DSN=… INDEX=… CONNECTIONS=8 python -m uvicorn peers.strawberry_app:app

Takes the very queries that docgraph takes, as far as the benchmark asks them: a resolver for each root field, and one
loader for each relation, which fetches what many parents need in one statement. Texts that were parsed and validated
are kept, which saves more than half of a small request.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from enum import Enum
from typing import Any

import asyncpg
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

Row = asyncpg.Record
BY_ID = "select * from {} where id = any($1)"
# Alike for every parent, so that one statement serves all parents of a request.
POSTINGS_OF = """
select posting.* from unnest($1::text[]) as parent, lateral (
  select * from posting where company = parent order by posted_at desc, id desc limit $2
) as posting"""
SKILLS_OF = """
select skill.* from unnest($1::text[]) as parent, lateral (
  select * from posting_skill where posting = parent order by id limit $2
) as skill"""
LIST = "select * from {} where {} order by {} limit ${}"
CONDITIONS = {
    "id_gte": "id >= ${}",
    "city": "city = ${}",
    "salary_gt": "salary > ${}",
    "remote": "remote = ${}",
    "body_contains_nocase": "body ilike '%' || ${} || '%'",
    "country": "exists (select from company where company.id = posting.company and company.country = ${})",
}


class Loaders:
    """What one request has fetched already."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.company = DataLoader(load_fn=lambda ids: self._by_id("company", ids))
        self.author = DataLoader(load_fn=lambda ids: self._by_id("author", ids))
        self.skill = DataLoader(load_fn=lambda ids: self._by_id("skill", ids))
        self._children: dict[tuple[str, str, int], DataLoader[str, list[Row]]] = {}

    async def _by_id(self, table: str, ids: list[str]) -> list[Row | None]:
        found = {row["id"]: row for row in await self.pool.fetch(BY_ID.format(table), ids)}
        return [found.get(each) for each in ids]

    def children(self, statement: str, parent: str, first: int) -> DataLoader[str, list[Row]]:
        """The loader of a relation with this `first`. `parent` is the column that leads to the parent."""

        async def fetch(ids: list[str]) -> Sequence[list[Row]]:
            grouped: dict[str, list[Row]] = defaultdict(list)
            for row in await self.pool.fetch(statement, ids, first):
                grouped[row[parent]].append(row)
            return [grouped[each] for each in ids]

        return self._children.setdefault((statement, parent, first), DataLoader(load_fn=fetch))


Info = strawberry.Info[Loaders, None]


@strawberry.type
class Company:
    id: strawberry.ID
    name: str
    country: str

    @strawberry.field
    async def postings(
        self,
        info: Info,
        first: int = 100,
        order_by: PostingOrder | None = None,
        order_direction: Direction | None = None,
    ) -> list[Posting]:
        rows = await info.context.children(POSTINGS_OF, "company", first).load(self.id)
        return [posting_of(row) for row in rows]


@strawberry.type
class Author:
    id: strawberry.ID
    name: str


@strawberry.type
class Skill:
    id: strawberry.ID
    name: str


@strawberry.type
class PostingSkill:
    id: strawberry.ID
    skill_id: strawberry.Private[str]

    @strawberry.field
    async def skill(self, info: Info) -> Skill:
        row = await info.context.skill.load(self.skill_id)
        return Skill(id=row["id"], name=row["name"])


@strawberry.type
class Posting:
    id: strawberry.ID
    title: str
    body: str
    city: str
    remote: bool
    salary: int
    tags: list[str]
    posted: strawberry.Private[datetime]
    company_id: strawberry.Private[str]
    author_id: strawberry.Private[str]

    @strawberry.field
    def posted_at(self) -> str:
        told = self.posted.replace(tzinfo=None).isoformat()
        return (told.rstrip("0") if "." in told else told) + "Z"

    @strawberry.field
    async def company(self, info: Info) -> Company:
        return company_of(await info.context.company.load(self.company_id))

    @strawberry.field
    async def author(self, info: Info) -> Author:
        row = await info.context.author.load(self.author_id)
        return Author(id=row["id"], name=row["name"])

    @strawberry.field
    async def skills(self, info: Info, first: int = 100) -> list[PostingSkill]:
        rows = await info.context.children(SKILLS_OF, "posting", first).load(self.id)
        return [PostingSkill(id=row["id"], skill_id=row["skill"]) for row in rows]


def company_of(row: Row) -> Company:
    return Company(id=row["id"], name=row["name"], country=row["country"])


def posting_of(row: Row) -> Posting:
    told = {name: row[name] for name in ("id", "title", "body", "city", "remote", "salary", "tags")}
    return Posting(**told, posted=row["posted_at"], company_id=row["company"], author_id=row["author"])


@strawberry.enum
class PostingOrder(Enum):
    id = "id"
    salary = "salary"
    postedAt = "posted_at"


@strawberry.enum
class Direction(Enum):
    asc = "asc"
    desc = "desc"


@strawberry.input
class CompanyFilter:
    id_gte: strawberry.ID | None = strawberry.field(default=None, name="id_gte")
    country: str | None = None


@strawberry.input
class PostingFilter:
    id_gte: strawberry.ID | None = strawberry.field(default=None, name="id_gte")
    city: str | None = None
    salary_gt: int | None = strawberry.field(default=None, name="salary_gt")
    remote: bool | None = None
    body_contains_nocase: str | None = strawberry.field(default=None, name="body_contains_nocase")
    company: CompanyFilter | None = strawberry.field(default=None, name="company_")


async def listed(pool: asyncpg.Pool, table: str, asked: dict[str, Any], order: str, first: int) -> list[Row]:
    """The rows for which every condition holds that was asked."""
    given = {name: value for name, value in asked.items() if value is not None}
    conditions = [CONDITIONS[name].format(at) for at, name in enumerate(given, 1)]
    statement = LIST.format(table, " and ".join(conditions) or "true", order, len(given) + 1)
    return await pool.fetch(statement, *given.values(), first)


@strawberry.type
class Query:
    @strawberry.field
    async def posting(self, info: Info, id: strawberry.ID) -> Posting | None:
        row = await info.context.pool.fetchrow("select * from posting where id = $1", id)
        return row and posting_of(row)

    @strawberry.field
    async def companies(self, info: Info, first: int = 100, where: CompanyFilter | None = None) -> list[Company]:
        asked = dict(vars(where)) if where else {}
        return [company_of(row) for row in await listed(info.context.pool, "company", asked, "id", first)]

    @strawberry.field
    async def postings(
        self,
        info: Info,
        first: int = 100,
        order_by: PostingOrder = PostingOrder.id,
        order_direction: Direction = Direction.asc,
        where: PostingFilter | None = None,
    ) -> list[Posting]:
        asked = dict(vars(where)) if where else {}
        if company := asked.pop("company", None):
            asked["country"] = company.country
        way = order_direction.value
        order = f"{order_by.value} {way}, id {way}"
        return [posting_of(row) for row in await listed(info.context.pool, "posting", asked, order, first)]


class Application(GraphQL[Loaders, None]):
    pool: asyncpg.Pool

    async def get_context(self, request: Request, response: Response) -> Loaders:  # type: ignore[override]
        return Loaders(self.pool)


graphql = Application(strawberry.Schema(Query, extensions=[ParserCache, ValidationCache]), graphql_ide=None)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    connections = int(os.environ["CONNECTIONS"])
    settings = {"search_path": os.environ["INDEX"], "jit": "off"}
    async with asyncpg.create_pool(
        os.environ["DSN"], min_size=connections, max_size=connections, server_settings=settings
    ) as pool:
        graphql.pool = pool
        yield


app = Starlette(lifespan=lifespan)
app.mount("/graphql", graphql)
