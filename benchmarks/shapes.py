"""The seven shapes of the query benchmark: each as GraphQL and as the SQL that somebody would write by hand for it.

Both give the same answer, byte for byte but for white space; what varies from request to request is drawn from the
same pools. Source: the shapes Q1 to Q7 of the project's measurements.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import msgspec

from hiring_rows import CITIES, COUNTRIES, SYLLABLES, Size, company_id, posting_id

Variables = Mapping[str, object]


class Shape(msgspec.Struct, frozen=True):
    """One kind of request. `sql` takes the variables in the order in which the query declares them."""

    name: str
    graphql: str
    sql: str
    variables: Callable[[random.Random, Size], Variables]


def _moment(column: str) -> str:
    """A moment as the API shows it."""
    return f"(to_jsonb({column} at time zone 'UTC') #>> '{{}}') || 'Z'"


SHAPES = (
    Shape(
        "Q1",
        "query Q1($id: ID!) { posting(id: $id) { id title city remote salary postedAt } }",
        f"""
        select row_to_json(r) from (
          select (select row_to_json(p) from (
            select id, title, city, remote, salary, {_moment("posted_at")} as "postedAt" from posting where id = $1
          ) as p) as posting
        ) as r""",
        lambda chance, size: {"id": posting_id(chance.randrange(size.postings))},
    ),
    Shape(
        "Q2",
        "query Q2($city: String!, $above: Int!, $remote: Boolean!) { postings(first: 100, orderBy: salary, "
        "orderDirection: desc, where: { city: $city, salary_gt: $above, remote: $remote }) "
        "{ id title city remote salary postedAt tags body } }",
        f"""
        select row_to_json(r) from (select (select coalesce(json_agg(p), '[]') from (
          select id, title, city, remote, salary, {_moment("posted_at")} as "postedAt", tags, body from posting
          where city = $1 and salary > $2 and remote = $3 order by salary desc, id desc limit 100
        ) as p) as postings) as r""",
        lambda chance, size: {
            "city": chance.choice(CITIES),
            "above": chance.randrange(30_000, 80_000, 1_000),
            "remote": chance.random() < 0.5,
        },
    ),
    Shape(
        "Q3",
        "query Q3($from: ID!) { companies(first: 50, where: { id_gte: $from }) { id name "
        "postings(first: 10, orderBy: postedAt, orderDirection: desc) { id title salary postedAt } } }",
        f"""
        select row_to_json(r) from (select (select coalesce(json_agg(c), '[]') from (
          select id, name, (select coalesce(json_agg(p), '[]') from (
            select id, title, salary, {_moment("posted_at")} as "postedAt" from posting
            where posting.company = company.id order by posted_at desc, id desc limit 10
          ) as p) as postings
          from company where id >= $1 order by id limit 50
        ) as c) as companies) as r""",
        lambda chance, size: {"from": company_id(chance.randrange(max(1, size.companies - 50)))},
    ),
    Shape(
        "Q4",
        "query Q4($from: ID!) { companies(first: 20, where: { id_gte: $from }) { id name "
        "postings(first: 10, orderBy: postedAt, orderDirection: desc) { id title skills { skill { name } } } } }",
        """
        select row_to_json(r) from (select (select coalesce(json_agg(c), '[]') from (
          select id, name, (select coalesce(json_agg(p), '[]') from (
            select id, title, (select coalesce(json_agg(s), '[]') from (
              select (select row_to_json(n) from (
                select name from skill where skill.id = posting_skill.skill
              ) as n) as skill
              from posting_skill where posting_skill.posting = posting.id order by id limit 100
            ) as s) as skills
            from posting where posting.company = company.id order by posted_at desc, id desc limit 10
          ) as p) as postings
          from company where id >= $1 order by id limit 20
        ) as c) as companies) as r""",
        lambda chance, size: {"from": company_id(chance.randrange(max(1, size.companies - 20)))},
    ),
    Shape(
        "Q5",
        "query Q5($country: String!, $city: String!) { postings(first: 100, orderBy: postedAt, orderDirection: desc, "
        "where: { company_: { country: $country }, city: $city }) { id title salary company { id name country } } }",
        """
        select row_to_json(r) from (select (select coalesce(json_agg(p), '[]') from (
          select id, title, salary, (select row_to_json(c) from (
            select id, name, country from company where company.id = posting.company
          ) as c) as company
          from posting
          where exists (select from company where company.id = posting.company and company.country = $1) and city = $2
          order by posted_at desc, id desc limit 100
        ) as p) as postings) as r""",
        lambda chance, size: {"country": chance.choice(COUNTRIES), "city": chance.choice(CITIES)},
    ),
    Shape(
        "Q6",
        "query Q6($text: String!) { postings(first: 50, where: { body_contains_nocase: $text }) { id title body } }",
        """
        select row_to_json(r) from (select (select coalesce(json_agg(p), '[]') from (
          select id, title, body from posting where body ilike '%' || $1 || '%' order by id limit 50
        ) as p) as postings) as r""",
        lambda chance, size: {"text": "".join(chance.choices(SYLLABLES, k=4)).upper()},
    ),
    Shape(
        "Q7",
        "query Q7($from: ID!) { postings(first: 1000, where: { id_gte: $from }) "
        "{ id title body city remote salary postedAt tags company { id } author { id } } }",
        f"""
        select row_to_json(r) from (select (select coalesce(json_agg(p), '[]') from (
          select id, title, body, city, remote, salary, {_moment("posted_at")} as "postedAt", tags,
            (select row_to_json(c) from (select id from company where company.id = posting.company) as c) as company,
            (select row_to_json(a) from (select id from author where author.id = posting.author) as a) as author
          from posting where id >= $1 order by id limit 1000
        ) as p) as postings) as r""",
        lambda chance, size: {"from": posting_id(chance.randrange(max(1, size.postings - 1_000)))},
    ),
)


def request(shape: Shape, text: str, chance: random.Random, size: Size) -> bytes:
    """The body of one request, with the query in a contestant's own words; every contestant gets the same variables."""
    call = {"query": text, "operationName": shape.name, "variables": shape.variables(chance, size)}
    return msgspec.json.encode(call)
