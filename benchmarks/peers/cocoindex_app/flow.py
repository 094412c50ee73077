"""The documents of the growth benchmark as a CocoIndex app: a row of Postgres for each, by its file's name.

    DSN=… SCHEMA=… DOCUMENTS=… COCOINDEX_DB=… cocoindex update flow.py:items

A file is handled again when it has changed; `--live` follows the folder. Runs in an environment of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
import cocoindex as coco
from cocoindex.connectors import localfs, postgres

DATABASE = coco.ContextKey[asyncpg.Pool]("items")


@dataclass
class Item:
    id: str
    title: str
    city: str
    salary: int
    posted_at: datetime
    remote: bool
    tags: list[str]
    summary: str
    body: str


@coco.lifespan
async def lifespan(builder: coco.EnvironmentBuilder) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DSN"]) as pool:
        builder.provide(DATABASE, pool)
        yield


@coco.fn(memo=True)
async def handle_item(file: localfs.File, table: postgres.TableTarget[Item]) -> None:
    item = json.loads(await file.read())
    table.declare_row(
        row=Item(
            id=file.file_path.path.stem,
            title=item["title"],
            city=item["city"],
            salary=item["salary"],
            posted_at=datetime.fromisoformat(item["posted"]),
            remote=item["remote"],
            tags=item["tags"],
            summary=item["summary"],
            body=item["body"],
        )
    )


@coco.fn
async def index(documents: Path) -> None:
    schema = await postgres.TableSchema.from_class(Item, primary_key=["id"])
    table = await postgres.mount_table_target(DATABASE, "item", schema, pg_schema_name=os.environ["SCHEMA"])
    files = localfs.walk_dir(documents, recursive=True, live=True)
    await coco.mount_each(handle_item, files.items(), table)


app = coco.App(coco.AppConfig(name="items"), index, documents=Path(os.environ["DOCUMENTS"]))
