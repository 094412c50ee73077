"""The world's faults, in words that name a mend and never a password."""

from __future__ import annotations

import asyncio
import uuid
from itertools import islice
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from docgraph.model.problem import Unavailable
from docgraph.store.commit import open_store
from docgraph.store.connection import connect, delays, told
from docgraph.store.readers import readers


@pytest.mark.parametrize(
    ("dsn", "says"),
    [
        ("postgresql://u:sesame@127.0.0.1:1/x", "no Postgres answers at 127.0.0.1:1"),
        ("postgresql://u:sesame@no-such-host.invalid/x", "no Postgres answers at no-such-host.invalid"),
        ("postgresql://u:sesame@/x?host=%2Fnot%2Fthere", "no Postgres answers at /not/there"),
        ("mysql://u:sesame@127.0.0.1/x", "this is not the address of a Postgres database"),
        ("postgresql://u:sesame@127.0.0.1:many/x", "this is not the address of a Postgres database"),
        ("", "this is not the address of a Postgres database"),
    ],
)
async def test_a_database_that_cannot_be_reached_is_named_without_its_password(dsn, says):
    with pytest.raises(Unavailable) as caught:
        await connect(dsn)
    assert caught.value.what.startswith(says)
    assert "sesame" not in str(caught.value)
    assert caught.value.mend


async def test_a_missing_database_is_named(dsn):
    missing = urlunsplit(urlsplit(dsn)._replace(path="/not_there"))
    with pytest.raises(Unavailable, match="there is no database 'not_there'"):
        await connect(missing)


async def test_a_user_who_may_not_create_is_told_what_to_grant(dsn, connection):
    user = f"nobody_{uuid.uuid4().hex}"
    await connection.execute(f"create role {user} login password 'sesame'")
    parts = urlsplit(dsn)
    theirs = urlunsplit(parts._replace(netloc=f"{user}:sesame@{parts.netloc.rsplit('@', 1)[-1]}"))
    try:
        with pytest.raises(Unavailable) as caught:
            async with open_store(theirs, "shop"):
                pass
    finally:
        await connection.execute(f"drop role {user}")
    assert f"the user '{user}' may not do what an index needs" in caught.value.what
    assert caught.value.mend == "grant create on the database to this user"
    assert "sesame" not in str(caught.value)


async def test_an_unknown_user_is_refused(dsn):
    parts = urlsplit(dsn)
    theirs = urlunsplit(parts._replace(netloc=f"nobody_at_all:sesame@{parts.netloc.rsplit('@', 1)[-1]}"))
    with pytest.raises(Unavailable, match="Postgres refuses the user 'nobody_at_all'"):
        await connect(theirs)


async def test_two_processes_may_open_a_new_database_at_once(dsn):
    async def one(index: str) -> None:
        async with open_store(dsn, index):
            pass

    await asyncio.gather(*(one(f"index{n}") for n in range(6)))


async def test_sessions_speak_utc(dsn):
    async with readers(dsn, 2, 10.0) as lent, lent.acquire() as reader:
        assert await reader.fetchval("select to_char('2026-11-21 12:00Z'::timestamptz, 'HH24')") == "12"


def test_delays_grow_and_then_stay_and_chance_shortens_each_by_half_at_most():
    seen = list(islice(delays(lambda: 0.0), 12))
    assert seen == sorted(seen)
    assert seen[0] < 0.2
    assert seen[-1] == seen[-2] <= 10
    assert list(islice(delays(lambda: 1.0), 12)) == [delay / 2 for delay in seen]
    assert len({*islice(delays(), 20)}) == 20


def test_a_driver_that_lost_track_of_a_dying_connection_is_a_lost_connection():
    with pytest.raises(Unavailable, match="connection to Postgres was lost"), told("postgresql://localhost/x"):
        raise asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")
