"""Loads of one moment become one look; a fault of the database is nobody's problem but the block's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from docgraph.indexer.loader import Loader
from docgraph.model.changes import Id, Row
from docgraph.model.problem import Unavailable


async def refer(type_name: str, field: str, ids: Sequence[Id]) -> Mapping[Id, Mapping[Id, Row]]:
    return {each: {f"{field} of {each}": (each,)} for each in ids if each != "c"}


async def test_what_is_asked_for_in_one_moment_is_looked_for_at_once() -> None:
    looks: list[tuple[str, list[Id]]] = []

    async def look(type_name: str, ids: Sequence[Id]) -> Mapping[Id, Row]:
        looks.append((type_name, list(ids)))
        return {each: (each,) for each in ids if each != "c"}

    async with Loader(look, refer) as loader:
        first = await asyncio.gather(*(loader.load("A", each) for each in "abca"), loader.load("B", "a"))
        assert await loader.load("A", "d") == ("d",)
        assert await asyncio.gather(*(loader.refer("A", "owner", each) for each in "bc")) == [
            {"owner of b": ("b",)},
            {},
        ]
    assert first == [("a",), ("b",), None, ("a",), ("a",)]
    assert looks == [("A", ["a", "b", "c"]), ("B", ["a"]), ("A", ["d"])]


async def test_a_fault_is_raised_at_the_end_whatever_handlers_make_of_it() -> None:
    async def look(type_name: str, ids: Sequence[Id]) -> Mapping[Id, Row]:
        raise Unavailable("the connection to Postgres was lost", mend="wait")

    async def swallow(loader: Loader, entity_id: str) -> None:
        with pytest.raises(Unavailable):
            await loader.load("A", entity_id)

    async def block() -> None:
        async with Loader(look, refer) as loader:
            await swallow(loader, "a")
            await swallow(loader, "b")

    with pytest.raises(Unavailable):
        await block()


async def test_when_it_ends_nothing_is_looked_for_any_more() -> None:
    going = 0

    async def look(type_name: str, ids: Sequence[Id]) -> Mapping[Id, Row]:
        nonlocal going
        going += 1
        await asyncio.sleep(0)
        going -= 1
        return {}

    async with Loader(look, refer) as loader:
        nobody_waits = asyncio.ensure_future(loader.load("A", "a"))
        await asyncio.sleep(0)
    assert going == 0
    assert await nobody_waits is None
