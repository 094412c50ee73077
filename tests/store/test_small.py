"""A small change is two statements, and ends in what the long way ends in, whatever happens on the way."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest
from support.histories import NOW, State, commit, indexed, post, random_change
from support.proxy import Proxy, proxied

from docgraph.model.changes import DocumentChange, DocumentKey, Indexed, Known, Save, Stat
from docgraph.model.problem import Unavailable, ValueProblem
from docgraph.model.sdl import read_schema
from docgraph.store import small
from docgraph.store.commit import open_store
from docgraph.store.writer import Writer

HISTORIES = 10
STEPS = 16
VERSIONS = """
select t.*, d.source, d.path from {0}.{1} as t join {0}."$document" as d on d.id = t."$document" order by t.id, "$since"
"""
TABLES = ("post", '"post$history"', "person", '"person$history"', "robot", '"robot$history"')
HIDDEN = (
    'select number, hash, documents, counts::text, flawed from {0}."$block" order by number',
    'select source, path, hash, code, failed, types, mtime_ns from {0}."$document" order by source, path',
    'select c.space, c.id, d.path, c.seq, c.hash from {0}."$claim" as c join {0}."$document" as d on d.id = c.document '
    "order by 1, 2, 3, 4",
)
UNNAMED = {"$document"}  # a document's number differs


async def tables(connection, namespace: str, names: Iterable[str], more: Iterable[str] = ()) -> list[list[object]]:
    """All that there is, but for the numbers of documents."""
    statements = [VERSIONS.format(namespace, table) for table in names]
    statements += [each.format(namespace) for each in (*HIDDEN, *more)]
    return [
        [tuple(value for name, value in row.items() if name not in UNNAMED) for row in await connection.fetch(each)]
        for each in statements
    ]


def alone(chance: random.Random, present: State) -> Indexed:
    """A document whose entities no other document's meet."""
    key = DocumentKey(chance.randint(0, 1), f"alone {chance.choice('ab')}")
    known = Known(Stat(1, chance.getrandbits(60), 1), chance.randbytes(16), b"c" * 16)
    ids = [f"{key.source} {key.path} {at}" for at in chance.sample(range(4), chance.randint(0, 3))]
    present[key] = (known, tuple(post(each, chance.choice("12")) for each in ids))
    return Indexed(key, *present[key])


async def test_random_histories_of_small_changes_leave_the_tables_that_the_long_way_leaves(
    writer_of, connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    went: list[bool] = []
    prepare = small.prepare

    async def noted(*arguments):
        found = await prepare(*arguments)
        went.append(found is not None)
        return found

    monkeypatch.setattr("docgraph.store.block.prepare", noted)
    for seed in range(HISTORIES):
        chance = random.Random(seed)
        present: State = {}
        history: list[list[DocumentChange]] = []
        for _ in range(STEPS):
            often, seldom = alone(chance, present), random_change(chance, present)
            history.append(chance.choice(([often], [often], [often], [seldom], [often, seldom])))
        left = []
        for name, most in ((f"small {seed}", small.DOCUMENTS), (f"long {seed}", 0)):
            with monkeypatch.context() as patched:
                patched.setattr(small, "DOCUMENTS", most)
                async with writer_of(name.encode().ljust(12)) as writer:
                    await writer.finish_first_load(NOW)
                    for changes in history:
                        await commit(writer, *changes)
                    left.append(await tables(connection, writer.layout.namespace, TABLES))
        assert left[0] == left[1], f"seed {seed}"
    assert went.count(True) > HISTORIES * 2


async def title(connection) -> str:
    return await connection.fetchval("select title from shop.post where id = '1'")


@asynccontextmanager
async def over(proxy: Proxy, schema) -> AsyncIterator[Writer]:
    async with (
        open_store(proxy.dsn, "shop") as store,
        store.writer(schema, ["first", "second"], b"over") as writer,
    ):
        yield writer


@pytest.fixture
async def proxy(dsn: str) -> AsyncIterator[Proxy]:
    async with proxied(dsn) as made:
        yield made


async def prepared(writer: Writer) -> None:
    """Let a document be there, and everything be asked once: what is asked first asks Postgres for types as well."""
    await writer.finish_first_load(NOW)
    for turn in ("zero", "one"):
        await commit(writer, indexed("a", post("1", turn)))
    await commit(writer, indexed("z", post("8", "of z"), post("9", "of z")))


async def test_a_document_that_is_new_or_changes_is_two_statements(proxy: Proxy, schema, connection) -> None:
    async with over(proxy, schema) as writer:
        await prepared(writer)
        proxy.statements.clear()
        block = await commit(writer, indexed("a", post("1", "two")))
        assert len(proxy.statements) == 2
        assert block.counts["Post"].changed == 1
        proxy.statements.clear()
        await commit(writer, indexed("b", post("2", "of b"), post("3", "of b")))
        assert len(proxy.statements) == 2
    assert await title(connection) == "two"


@pytest.mark.parametrize("statement", [1, 2])
async def test_a_small_change_that_is_cut_off_leaves_nothing(proxy: Proxy, schema, connection, statement: int) -> None:
    async with over(proxy, schema) as writer:
        await prepared(writer)
        proxy.cut_at(statement)
        with pytest.raises(Unavailable):
            await commit(writer, indexed("a", post("1", "two")))
        assert await title(connection) == "one"
        await writer.known()
        await commit(writer, indexed("a", post("1", "two")))
    assert await title(connection) == "two"


async def test_a_small_change_whose_answer_is_lost_counts_once(proxy: Proxy, schema, connection) -> None:
    async with over(proxy, schema) as writer:
        await prepared(writer)
        proxy.lose_answer_to(b"", 2)
        with pytest.raises(Unavailable):
            await commit(writer, indexed("a", post("1", "two"), content="second"))
        known = await writer.known()
        assert known[DocumentKey(0, "a")].hash == b"second".ljust(16, b".")
        block = await commit(writer, indexed("a", post("1", "three")))
    assert block.number == 6
    assert await title(connection) == "three"


async def test_a_value_that_postgres_refuses_is_a_problem_of_its_document_alone(writer_of, connection) -> None:
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
        refused = Save("Tag", 2**70, (2**70, "larger than the column"))
        block = await commit(writer, indexed("a", refused), indexed("b", post("1", "one")))
        (problem,) = block.problems
        assert isinstance(problem, ValueProblem)
        assert problem.at.path == "a"
        block = await commit(writer, indexed("a", post("2", "mended")))
        assert block.problems == ()
    assert dict(await connection.fetch("select id, title from shop.post")) == {"1": "one", "2": "mended"}


async def test_another_change_in_the_same_block_sees_what_the_small_one_said(writer_of, connection) -> None:
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
        async with writer.block(NOW) as block:
            await block.apply([indexed("a", post("1", "of a"))])
            assert set(await block.load("Post", ["1"], None)) == {"1"}
            await block.apply([indexed("b", post("1", "of b"))])
        assert len(block.committed.problems) == 1
    assert dict(await connection.fetch("select id, title from shop.post")) == {"1": "of a"}


async def test_what_is_abandoned_after_a_small_change_was_applied_never_was(writer_of, connection) -> None:
    async with writer_of() as writer:
        await writer.finish_first_load(NOW)
        block = writer.block(NOW)
        await block.__aenter__()
        await block.apply([indexed("a", post("1", "one"))])
        await block.__aexit__(LookupError, LookupError(), None)
        assert await connection.fetchval('select count(*) from docgraph_d1."$document"') == 0
        assert (await commit(writer, indexed("a", post("1", "one")))).number == 2


SDL = """
type Company @entity {
  id: ID!
  name: String
  postings: [Posting!]! @derivedFrom(field: "company")
  hours: Int8! @aggregate(of: "postings", fn: SUM, field: "hours")
}
type Posting @entity { id: ID! title: String company: Company hours: Int }
type Skill @entity(shared: true) {
  id: ID! mentions: Int! @merge(fn: SUM) names: [String!]! @merge(fn: UNION) last: String
}
"""
ALL = ("company", '"company$history"', "posting", '"posting$history"', "skill", '"skill$history"')
SAID = """
select s.*, d.source, d.path from {0}."skill$said" as s join {0}."$document" as d on d.id = s."$document"
order by s.id, d.source, d.path, s."$seq"
"""


def posting_with_skills(chance: random.Random) -> Indexed:
    """What a save of one document changes: often its title alone, at times what it counts for, or whom it names."""
    path = chance.choice("abcd")
    row = (path, chance.choice("12"), chance.choice("xxxxxxy"), chance.choice((1, 1, 1, 1, 1, 2)))
    said: list[Save] = [Save("Posting", path, row)]
    for identifier in chance.choice((["s"], ["s"], ["s", "t"], [])):
        names, assigned = [chance.choice("AAB")], chance.choice((None, None, (0, 1, 2)))
        said.append(Save("Skill", identifier, (identifier, 1, names, "last"), assigned=assigned))
    known = Known(Stat(1, chance.getrandbits(60), 1), chance.randbytes(16), b"c" * 16)
    return Indexed(DocumentKey(1, path), known, tuple(said))


async def test_figures_and_shared_entities_come_out_as_by_the_long_way(dsn, connection, monkeypatch) -> None:
    schema = read_schema(SDL)
    companies = [
        Indexed(DocumentKey(0, each), Known(Stat(1, 0, 1), each.encode() * 16, b"c" * 16), (save,))
        for each, save in (("x", Save("Company", "x", ("x", "of x"))), ("y", Save("Company", "y", ("y", "of y"))))
    ]
    for seed in range(HISTORIES):
        chance = random.Random(seed)
        history = [posting_with_skills(chance) for _ in range(STEPS)]
        left = []
        for way, most in (("small", small.DOCUMENTS), ("long", 0)):
            with monkeypatch.context() as patched:
                patched.setattr(small, "DOCUMENTS", most)
                async with (
                    open_store(dsn, f"{way}{seed}") as store,
                    store.writer(schema, ["first", "second"], b"figures") as writer,
                ):
                    await commit(writer, *companies)
                    await writer.finish_first_load(NOW)
                    for change in history:
                        await commit(writer, change)
                    left.append(await tables(connection, writer.layout.namespace, ALL, [SAID]))
        assert left[0] == left[1], f"seed {seed}"
