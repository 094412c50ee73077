"""A schema with everything a store meets, and short ways to say what documents say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from docgraph.model.schema import (
    EntityRef,
    EntityType,
    EnumRef,
    EnumType,
    EnumValue,
    Field,
    Fulltext,
    InterfaceType,
    Scalar,
    Schema,
)
from docgraph.store.commit import Store, open_store
from docgraph.store.connection import Connection, connect
from docgraph.store.writer import Writer

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
ID = Field("id", Scalar.ID, required=True)


def _scalars() -> tuple[Field, ...]:
    one = tuple(Field(f"a{scalar.value}", scalar) for scalar in Scalar)
    many = tuple(Field(f"some{scalar.value}", scalar, is_list=True) for scalar in Scalar)
    return (*one, *many, Field("aColor", EnumRef("Color")), Field("someColor", EnumRef("Color"), is_list=True))


@pytest.fixture(scope="session")
def schema() -> Schema:
    """Post with references, index and search, two types in one id space, each id type, each scalar and its list."""
    post = EntityType(
        "Post",
        (
            ID,
            Field("title", Scalar.STRING, required=True, description='What it is called. It\'s \\ "quoted".'),
            Field("author", EntityRef("Named")),
            Field("tags", EntityRef("Tag"), is_list=True, required=True, items_required=True),
            Field("price", Scalar.BIG_DECIMAL),
            Field("color", EnumRef("Color")),
        ),
        indexes=(("title", "price"),),
        description="A post.",
    )
    name = Field("name", Scalar.STRING)
    posts = Field("posts", EntityRef("Post"), is_list=True, derived_from="author")
    entities = (
        post,
        EntityType("Person", (ID, name, posts), ("Named",)),
        EntityType("Robot", (ID, name), ("Named",)),
        EntityType("Tag", (Field("id", Scalar.INT8, required=True), name)),
        EntityType("Blob", (Field("id", Scalar.BYTES, required=True), Field("tag", EntityRef("Tag")))),
        EntityType("Everything", (ID, *_scalars())),
    )
    return Schema(
        {entity.name: entity for entity in entities},
        {"Named": InterfaceType("Named", (ID, name), ("Person", "Robot"))},
        {"Color": EnumType("Color", (EnumValue("red"), EnumValue("green"), EnumValue("Blue")), "Zeroth to last.")},
        fulltexts=(Fulltext("findPost", "de", "rank", "Post", ("id", "title")),),
        text="type Post @entity { id: ID! }",
    )


OpenWriter = Callable[..., AbstractAsyncContextManager[Writer]]


@pytest_asyncio.fixture
async def store(dsn: str) -> AsyncIterator[Store]:
    async with open_store(dsn, "shop") as opened:
        yield opened


@pytest.fixture
def writer_of(store: Store, schema: Schema) -> OpenWriter:
    """A writer of the deployment with the fingerprint given, of two sources."""

    @asynccontextmanager
    async def opened(fingerprint: bytes = b"one", **options: Any) -> AsyncIterator[Writer]:
        async with store.writer(schema, ["first", "second"], fingerprint, **options) as writer:
            yield writer

    return opened


@pytest_asyncio.fixture
async def connection(dsn: str) -> AsyncIterator[Connection]:
    opened = await connect(dsn)
    yield opened
    await opened.close()
