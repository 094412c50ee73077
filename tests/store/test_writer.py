"""Blocks on a real Postgres: what readers see after each, and what they never see."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from docgraph.model.changes import (
    Contribution,
    DocumentKey,
    Failed,
    Gone,
    Indexed,
    Known,
    LogLine,
    Remove,
    Save,
    Stat,
    Touched,
    TypeCounts,
)
from docgraph.model.problem import ConflictProblem, HandlerProblem, Location, Problem, Unavailable, ValueProblem
from docgraph.model.schema import EntityType, Field, Scalar, Schema
from docgraph.store.logs import KEPT
from docgraph.store.served import status

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


LINES = 'select id, "$since", "$line" from docgraph_d1.post order by id'


def known(content: str, mtime: int = 0) -> Known:
    return Known(Stat(len(content), mtime, 2**64 - 1), content.encode().ljust(16, b".")[:16], b"c" * 16)


def post(identifier: str, title: str, author: str | None = None, tags: Iterable[int] = ()) -> Save:
    return Save("Post", identifier, (identifier, title, author, list(tags), None, None))


def indexed(path: str, *said: Contribution, content: str = "", source: int = 0) -> Indexed:
    return Indexed(DocumentKey(source, path), known(content or repr(said)), said)


def failed(path: str, what: str = "broken", content: str = "bad") -> Failed:
    return Failed(DocumentKey(0, path), known(content), (Problem(what, at=Location(path, 3, 4), mend="mend it"),))


async def commit(writer, *changes, at=NOW):
    async with writer.block(at) as block:
        await block.apply(changes)
    return block.committed


async def titles(connection, table="shop.post"):
    return dict(await connection.fetch(f"select id, title from {table}"))


@pytest.fixture
async def writer(writer_of):
    """A writer whose first load, of nothing, is over."""
    async with writer_of() as opened:
        await opened.finish_first_load(NOW)
        yield opened


async def test_each_scalar_and_its_list_come_back_as_they_were_saved(writer, connection):
    row = {
        "id": "1",
        "a_id": "é\u2028",
        "a_string": 'it\'s "quoted" \\ and long ' + "x" * 9_000,
        "a_bytes": b"\x00\xff",
        "a_boolean": False,
        "a_int": -(2**31),
        "a_int8": 2**63 - 1,
        "a_big_int": Decimal(10**60),
        "a_big_decimal": Decimal("-1.2345678901234567890123456789012345E-20"),
        "a_timestamp": datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        "a_float": 0.1,
        "a_json": '{"a": [1, null, 1.10, "\\""]}',
        "a_date": date(1, 1, 1),
        "a_date_time": datetime(9999, 12, 31, tzinfo=UTC),
        "a_color": "Blue",
    }
    row |= {name.replace("a_", "some_", 1): [row[name], None] for name in list(row)[1:]}
    table = writer.layout.tables["Everything"]
    save = Save("Everything", "1", tuple(row[column] for column in table.columns))
    empty = Save("Everything", "2", ("2", *([] if name.startswith("some_") else None for name in table.columns[1:])))
    # So many that they are copied in binary form.
    many = [Save("Everything", f"m{n}", (f"m{n}", *save.row[1:])) for n in range(40)]
    await commit(writer, indexed("one", save, empty), indexed("many", *many))
    found = await connection.fetch("select * from shop.everything order by id")
    assert dict(found[0]) == row
    # The driver could have read back as it wrote what others see as -infinity.
    assert await connection.fetchval("select a_date::text from shop.everything where id = '1'") == "0001-01-01"
    assert tuple(found[1]) == empty.row
    assert len(found) == 42
    assert all(dict(each) == row | {"id": each["id"]} for each in found[2:])


async def test_ids_of_every_type_find_their_rows_again(writer, connection):
    tag, blob = Save("Tag", -5, (-5, "five")), Save("Blob", b"\x01\xfe", (b"\x01\xfe", -5))
    await commit(writer, indexed("a", tag, blob))
    assert await commit(writer, indexed("a", tag, blob)) is None
    block = await commit(writer, indexed("a", Save("Tag", -5, (-5, "six"))))
    assert block.counts == {"Tag": TypeCounts(changed=1), "Blob": TypeCounts(deleted=1)}
    assert [tuple(row) for row in await connection.fetch("select * from shop.tag")] == [(-5, "six")]
    assert await connection.fetchval("select count(*) from shop.blob") == 0


async def test_a_changed_document_makes_versions_only_of_the_rows_that_differ(writer, connection):
    await commit(writer, indexed("a", post("1", "one"), post("2", "two")))
    block = await commit(writer, indexed("a", post("1", "one"), post("2", "new")))
    assert block.counts == {"Post": TypeCounts(changed=1)}
    versions = 'select id, title, "$since" from docgraph_d1.post order by id'
    assert [tuple(row) for row in await connection.fetch(versions)] == [("1", "one", 2), ("2", "new", 3)]
    history = 'select id, title, "$since", "$until" from docgraph_d1."post$history"'
    assert [tuple(row) for row in await connection.fetch(history)] == [("2", "two", 2, 3)]


async def test_a_line_that_moves_is_updated_in_place_without_a_new_version(writer, connection):
    await commit(writer, indexed("a", replace(post("1", "one"), line=2)))
    block = await commit(writer, indexed("a", replace(post("1", "one"), line=3), content="moved"))
    assert (block.number, block.counts) == (3, {})
    assert [tuple(row) for row in await connection.fetch(LINES)] == [("1", 2, 3)]
    assert await connection.fetchval('select count(*) from docgraph_d1."post$history"') == 0


async def test_a_version_that_ends_keeps_its_line_and_a_claim_brings_its_own(writer, connection):
    await commit(writer, indexed("b", replace(post("1", "of b"), line=7)))
    await commit(writer, indexed("a", replace(post("1", "of a"), line=4)))
    assert [tuple(row) for row in await connection.fetch(LINES)] == [("1", 3, 4)]
    await commit(writer, indexed("b", replace(post("1", "of b"), line=9), content="moved"))
    await commit(writer, Gone(DocumentKey(0, "a")))
    assert [tuple(row) for row in await connection.fetch(LINES)] == [("1", 5, 9)]
    history = """
    select title, "$line", path
    from docgraph_d1."post$history" left join docgraph_d1."$gone" as d on d.id = "$document" """
    former = {tuple(row) for row in await connection.fetch(history)}
    assert former == {("of b", 7, None), ("of a", 4, "a")}, "of documents that are gone the name is kept"


async def test_only_the_newest_lines_of_the_log_are_kept(writer, connection):
    def lines(first: int, count: int) -> tuple[LogLine, ...]:
        return tuple(LogLine("info", str(n), (), Location("m.py", 1, 1)) for n in range(first, first + count))

    await commit(writer, replace(indexed("a"), logs=lines(0, KEPT)))
    assert await connection.fetchval('select count(*) from docgraph_d1."$log"') == KEPT
    await commit(writer, replace(indexed("b"), logs=lines(KEPT, 30)), replace(failed("c"), logs=lines(KEPT + 30, 1)))
    found = await connection.fetch('select text, level, block from docgraph_d1."$log" order by id')
    assert len(found) == KEPT
    assert tuple(found[0]) == ("32", "INFO", 2)
    assert [tuple(row) for row in found[-2:]] == [(str(KEPT + 30), "INFO", 3), ("broken", "ERROR", 3)]


async def test_equal_numbers_are_equal_rows_however_they_are_written(writer):
    def priced(price: str) -> Save:
        return Save("Post", "1", ("1", "t", None, [], Decimal(price), None))

    await commit(writer, indexed("a", priced("1.10"), content="x"))
    block = await commit(writer, indexed("a", priced("1.1000"), content="y"))
    assert block.counts == {}


async def test_a_change_that_says_nothing_new_makes_no_block(writer):
    first = await commit(writer, indexed("a", post("1", "one")))
    assert first.number == 2
    assert await commit(writer, indexed("a", post("1", "one"))) is None
    assert await commit(writer, Touched(DocumentKey(0, "a"), known("x", mtime=9))) is None
    assert await commit(writer, Gone(DocumentKey(0, "never there"))) is None
    assert (await commit(writer, indexed("a", post("1", "two")))).number == 3


async def test_a_touch_is_remembered_although_it_makes_no_block(writer):
    await commit(writer, indexed("a", content="x"))
    await commit(writer, Touched(DocumentKey(0, "a"), known("x", mtime=9)))
    assert await writer.known() == {DocumentKey(0, "a"): known("x", mtime=9)}


async def test_a_deleted_document_takes_its_rows_with_it_into_history(writer, connection):
    await commit(writer, indexed("a", post("1", "one")), indexed("b", post("2", "two")))
    block = await commit(writer, Gone(DocumentKey(0, "a")))
    assert (block.documents, block.counts) == (1, {"Post": TypeCounts(deleted=1)})
    assert await titles(connection) == {"2": "two"}
    assert set(await writer.known()) == {DocumentKey(0, "b")}


async def test_a_renamed_document_writes_no_new_version_in_whatever_order_it_is_told(writer, connection):
    await commit(writer, indexed("a", post("1", "one")))
    first = await commit(writer, Gone(DocumentKey(0, "a")), indexed("b", post("1", "one")))
    second = await commit(writer, indexed("a", post("1", "one")), Gone(DocumentKey(0, "b")))
    assert (first.counts, second.counts) == ({}, {})
    async with writer.block(NOW) as third:  # and when the two come apart
        await third.apply([Gone(DocumentKey(0, "a"))])
        await third.apply([indexed("b", post("1", "one"))])
    assert third.committed.counts == {}
    assert await connection.fetchval('select count(*) from docgraph_d1."post$history"') == 0
    assert await connection.fetchval('select "$since" from docgraph_d1.post') == 2


async def test_a_version_that_lived_within_one_block_leaves_no_history(writer, connection):
    async with writer.block(NOW) as block:
        await block.apply([indexed("a", post("1", "draft"))])
        await block.apply([indexed("a", post("1", "final"))])
    assert await titles(connection) == {"1": "final"}
    assert await connection.fetchval('select count(*) from docgraph_d1."post$history"') == 0


async def test_a_document_that_comes_twice_in_one_call_ends_as_its_last_change_says(writer, connection):
    await commit(writer, indexed("a", post("1", "one")), failed("a"), Gone(DocumentKey(0, "b")))
    assert await titles(connection) == {"1": "one"}
    await commit(writer, Gone(DocumentKey(0, "a")), indexed("a", post("1", "again")))
    assert await titles(connection) == {"1": "again"}


async def test_of_two_documents_with_one_id_the_first_is_served_and_the_other_takes_over(writer, connection):
    block = await commit(writer, indexed("b", post("1", "of b")))
    assert block.problems == ()
    block = await commit(writer, indexed("a", post("1", "of a"), content="x"))
    (problem,) = block.problems
    assert isinstance(problem, ConflictProblem)
    assert str(problem) == (
        "b: Post[1] is already saved by a (of first), which is served\n  mend: give one of the two another id"
    )
    assert await titles(connection) == {"1": "of a"}
    block = await commit(writer, Gone(DocumentKey(0, "a")))
    assert (block.counts, block.problems) == ({"Post": TypeCounts(changed=1)}, ())
    assert await titles(connection) == {"1": "of b"}
    assert await connection.fetchval('select count(*) from docgraph_d1."$claim"') == 0


async def test_a_row_that_waited_as_a_loser_comes_back_exactly(writer, connection):
    everything = writer.layout.tables["Everything"]
    values = {"a_big_decimal": Decimal("1.50"), "a_json": '{"a":1}', "some_date": [date(2024, 2, 29), None]}
    values |= {"a_date_time": NOW, "a_bytes": b"\0", "some_color": ["red"], "a_float": math.pi}
    row = ("1", *(values.get(column) for column in everything.columns[1:]))
    await commit(writer, indexed("b", Save("Everything", "1", row)))
    before = await connection.fetchrow("select * from shop.everything")
    await commit(writer, indexed("a", Save("Everything", "1", ("1", *[None] * (len(row) - 1)))))
    await commit(writer, Gone(DocumentKey(0, "a")))
    assert await connection.fetchrow("select * from shop.everything") == before
    assert (await commit(writer, indexed("b", Save("Everything", "1", row), content="new"))).counts == {}


async def test_types_that_share_an_interface_share_their_ids(writer, connection):
    await commit(writer, indexed("b", Save("Robot", "x", ("x", "robot"))))
    block = await commit(writer, indexed("a", Save("Person", "x", ("x", "person"))))
    assert block.counts == {"Robot": TypeCounts(deleted=1), "Person": TypeCounts(created=1)}
    assert [problem.kind for problem in block.problems] == ["conflict"]
    assert await connection.fetchval("select count(*) from shop.robot") == 0


async def test_a_removal_holds_until_its_document_leaves(writer, connection):
    await commit(writer, indexed("a", post("1", "one")), indexed("b", Remove("Post", "1")))
    assert await titles(connection) == {}
    await commit(writer, indexed("a", post("1", "changed")))
    assert await titles(connection) == {}
    await commit(writer, Gone(DocumentKey(0, "b")))
    assert await titles(connection) == {"1": "changed"}


async def test_a_failed_document_keeps_what_it_said_last_and_tells_why_once(writer, connection):
    await commit(writer, indexed("a", post("1", "good")))
    block = await commit(writer, failed("a"))
    assert [str(problem) for problem in block.problems] == ["a:3:4: broken\n  mend: mend it"]
    assert await titles(connection) == {"1": "good"}
    assert await commit(writer, failed("a")) is None
    assert (await commit(writer, failed("a", content="bad in the same way"))).problems == ()
    found = await status(connection, "shop")
    assert [(each.documents, each.failed) for each in found.sources] == [(1, 1), (0, 0)]
    assert [str(each) for each in found.problems] == ["a:3:4: broken\n  mend: mend it"]
    assert await commit(writer, indexed("a", post("1", "good"))) is not None
    assert (await status(connection, "shop")).problems == ()


async def test_problems_of_every_kind_are_told_as_they_were(writer, connection):
    problems = (
        ValueProblem("a\0b \ud800", at=Location("x.md"), mend="m"),
        HandlerProblem("boom", at=Location("mappings/x.py", 3), mend="m", document=Location("x.md", 7, 1)),
    )
    await commit(writer, Failed(DocumentKey(1, "x.md"), known("x"), problems))
    told = (await status(connection, "shop")).problems
    assert [(each.source, each.kind, each.what, each.document) for each in told] == [
        ("second", "value", "a\\x00b \\ud800", None),
        ("second", "handler", "boom", "x.md:7:1"),
    ]


async def test_a_row_that_postgres_cannot_hold_fails_only_its_own_document(writer, connection):
    long = "x" * 3_000
    huge = Save("Post", "huge", ("huge", "t", None, [], Decimal("1E200000"), None))
    good = [indexed(f"good{n}", post(f"g{n}", "fine")) for n in range(3)]
    block = await commit(writer, *good, indexed("id", post(long, "t")), indexed("ref", post("r", "t", long)))
    assert len(await titles(connection)) == 3
    assert sorted(problem.at.path for problem in block.problems) == ["id", "ref"]
    block = await commit(writer, indexed("title", post("t", long)), indexed("number", huge))
    assert [problem.what for problem in block.problems] == [
        "Post: 3009 bytes in title, price, id, where an index holds 2500",
        "price: the number has more digits than a database column holds",
    ]
    nul = Save("Person", "p", ("p", "a\0b"))
    block = await commit(writer, *[indexed(f"{n}", post(f"n{n}", "fine")) for n in range(30)], indexed("nul", nul))
    (problem,) = block.problems
    assert problem.at == Location("nul")
    assert "the database cannot hold a value of this document" in problem.what
    assert len(await titles(connection)) == 33


async def test_among_many_new_rows_one_that_cannot_be_held_fails_only_its_own_document(writer, connection):
    for turn in range(2):
        async with writer.block(NOW) as block:
            for part in range(2):  # the first batch of a block, and one behind it
                good = [indexed(f"{turn}{part}{n}", post(f"{turn}{part}{n}", "fine")) for n in range(60)]
                long = indexed(f"long{turn}{part}", post(f"{turn}{part}l", "fine"), post("x" * 3_000, "t"))
                await block.apply([*good[:30], long, *good[30:]])
        assert block.committed is not None
        assert sorted(problem.at.path for problem in block.committed.problems) == [f"long{turn}0", f"long{turn}1"]
        assert block.committed.counts == {"Post": TypeCounts(created=120)}
    assert len(await titles(connection)) == 240


async def test_among_many_new_documents_those_that_name_a_known_id_meet_its_document(writer, connection):
    await commit(writer, *[indexed(f"d{n}", post(f"{n}", "first")) for n in range(30, 60)])
    async with writer.block(NOW) as block:
        await block.apply([indexed(f"e{n}", post(f"e{n}", "new")) for n in range(40)])
        news = [indexed(f"f{n}", post(f"f{n}", "new")) for n in range(40)]
        await block.apply([indexed("c", post("35", "lower")), *news, indexed("x", post("36", "higher"))])
    assert block.committed is not None
    assert sorted(problem.at.path for problem in block.committed.problems) == ["d35", "x"]
    assert block.committed.counts == {"Post": TypeCounts(created=80, changed=1)}
    found = await titles(connection)
    assert (found["35"], found["36"], len(found)) == ("lower", "first", 110)


@pytest.mark.parametrize("others", [0, 40])
async def test_a_number_that_does_not_fit_its_column_fails_only_its_own_document(writer, connection, others):
    columns = writer.layout.tables["Everything"].columns
    wide = tuple({"id": "wide", "a_int": 2**40}.get(column) for column in columns)
    rest = [indexed(f"{n}", Save("Everything", f"{n}", (f"{n}", *[None] * (len(columns) - 1)))) for n in range(others)]
    block = await commit(writer, *rest, indexed("wide", Save("Everything", "wide", wide)))
    assert [problem.at.path for problem in block.problems] == ["wide"]
    assert await connection.fetchval("select count(*) from shop.everything") == others


async def test_an_exception_inside_a_block_leaves_no_trace(writer, connection):
    await commit(writer, indexed("a", post("1", "one")))
    block = writer.block(NOW)

    async def fail() -> None:
        async with block:
            line = LogLine("info", "lost", (), Location("m.py", 1, 1))
            await block.apply([replace(indexed("a", post("1", "two")), logs=(line,)), indexed("b", post("2", "two"))])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert block.committed is None
    assert await titles(connection) == {"1": "one"}
    assert await connection.fetchval('select count(*) from docgraph_d1."$log"') == 0
    assert (await commit(writer, indexed("a", post("1", "three")))).number == 3


async def test_a_cancelled_block_leaves_no_trace_and_the_writer_goes_on(writer, connection):
    entered = asyncio.Event()

    async def stuck() -> None:
        async with writer.block(NOW) as block:
            await block.apply([indexed("a", post("1", "one"))])
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(stuck())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await titles(connection) == {}
    assert (await commit(writer, indexed("a", post("1", "one")))).number == 2


async def test_nobody_sees_half_a_block(writer, connection):
    async with writer.block(NOW) as block:
        await block.apply([indexed("a", post("1", "one"))])
        assert await titles(connection) == {}
        await block.apply([indexed("b", post("2", "two"))])
    assert len(await titles(connection)) == 2


async def test_equal_documents_give_equal_hashes_whatever_the_history(writer_of):
    async with writer_of(b"one") as one:
        await commit(one, indexed("a", content="x"), indexed("b", content="y"))
        straight = await one.finish_first_load(NOW)
    async with writer_of(b"two") as two:
        await two.finish_first_load(NOW)
        await commit(two, indexed("c", content="z"))
        await commit(two, indexed("b", content="wrong"), indexed("a", content="x"))
        winding = await commit(two, indexed("b", content="y"), Gone(DocumentKey(0, "c")))
    assert straight.hash == winding.hash


async def test_a_first_load_goes_on_where_it_was_broken_off(writer_of, connection):
    async with writer_of() as writer:
        await commit(writer, *[indexed(f"{n}", post(f"{n}", "t")) for n in range(100)])
        assert writer.complete is False
    building = (await status(connection, "shop")).building
    assert building.documents == 100
    async with writer_of() as writer:
        assert not writer.complete
        assert len(await writer.known()) == 100
        await commit(writer, indexed("0", post("0", "changed")), indexed("new", post("new", "t")))
        block = await writer.finish_first_load(NOW)
        assert writer.complete
    assert (block.number, block.documents) == (1, 101)
    assert block.counts == {"Post": TypeCounts(created=101)}
    assert await connection.fetchval('select count(*) from docgraph_d1."post$history"') == 0
    assert (await status(connection, "shop")).building is None


async def test_a_second_writer_of_the_same_deployment_waits_for_the_first(writer_of):
    waiting = asyncio.Event()

    async def second() -> bool:
        async with writer_of(on_wait=waiting.set) as writer:
            return writer.complete

    async with writer_of() as first:
        task = asyncio.create_task(second())
        await waiting.wait()
        await first.finish_first_load(NOW)
        assert not task.done()
    assert await task is True


async def test_a_lost_session_is_told_and_known_opens_a_new_one(writer, connection):
    await commit(writer, indexed("a", post("1", "one")))
    others = """
    select pg_terminate_backend(pid, 5000) from pg_stat_activity
    where pid <> pg_backend_pid() and datname = current_database()"""

    async def lose() -> None:
        async with writer.block(NOW) as block:
            await connection.execute(others)
            await block.apply([indexed("a", post("1", "two"))])

    with pytest.raises(Unavailable, match="lost"):
        await lose()
    with pytest.raises(Unavailable, match="lost"):
        await commit(writer, indexed("a", post("1", "two")))
    assert set(await writer.known()) == {DocumentKey(0, "a")}
    assert (await commit(writer, indexed("a", post("1", "two")))).number == 3


async def test_known_documents_keep_their_inode_and_times_to_the_last_bit(writer):
    exact = Known(Stat(2**40, -1, 2**64 - 1), b"h" * 16, b"c" * 16)
    await commit(writer, Indexed(DocumentKey(1, "ü/ß.md"), exact, ()))
    assert await writer.known() == {DocumentKey(1, "ü/ß.md"): exact}


async def test_a_large_block_is_written_in_pieces_but_seen_as_one(writer, connection):
    changes = [indexed(f"{n}", post(f"{n}", "t")) for n in range(4_500)]
    block = await commit(writer, *changes)
    assert (block.number, block.documents, block.counts) == (2, 4_500, {"Post": TypeCounts(created=4_500)})
    block = await commit(writer, *[Gone(change.key) for change in changes])
    assert block.counts == {"Post": TypeCounts(deleted=4_500)}


async def test_names_longer_than_postgres_allows_and_many_types_work(store, connection):
    long = "A" * 70
    fields = (
        Field("id", Scalar.ID, required=True),
        Field("b" * 70 + "1", Scalar.STRING),
        Field("b" * 70 + "2", Scalar.INT),
    )
    types = {f"{long}{n}": EntityType(f"{long}{n}", fields, indexes=((fields[1].name,),)) for n in range(3)}
    async with store.writer(Schema(types), ["s"], b"long") as writer:
        await commit(writer, indexed("a", *(Save(name, "1", ("1", name, 1)) for name in types)))
        block = await writer.finish_first_load(NOW)
    assert len(block.counts) == 3


async def test_a_block_remembers_whether_there_were_problems(writer, connection):
    await commit(writer, failed("a.md"))
    await commit(writer, indexed("a.md", post("p", "right")))
    assert await connection.fetch('select flawed from docgraph_d1."$block" order by number') == [
        (False,),
        (True,),
        (False,),
    ]
