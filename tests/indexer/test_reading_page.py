"""The project of the page about reading does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import asyncpg

from docgraph.indexer.indexer import Indexer
from docgraph.indexer.project import load_project
from docgraph.store.commit import open_store

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reading.md"


async def test_the_overview_follows_files_and_postings(dsn: str, tmp_path: Path) -> None:
    for path, text in re.findall(r'^```\w+ title="(.+?)"\n(.*?)^```$', PAGE.read_text(), re.MULTILINE | re.DOTALL):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    project = load_project(tmp_path, {})
    names = [each.name for each in project.manifest.sources]
    connection = await asyncpg.connect(dsn)

    async def told() -> tuple[object, ...]:
        (row,) = await connection.fetch("select text, logo from pages.overview join pages.company using (id)")
        return tuple(row)

    try:
        async with (
            open_store(dsn, "pages") as store,
            store.writer(project.schema, names, project.fingerprint) as writer,
        ):
            indexer = Indexer(project, writer, lambda event: None)
            await indexer.catch_up()
            assert await told() == ("Acme looks for: Engineer, Analyst", None)
            postings, logo = tmp_path / "companies/postings.json", tmp_path / "companies/acme/logo.svg"
            postings.write_text('{"acme": ["Engineer"]}')
            block = await indexer.follow([str(postings)])
            assert block is not None
            assert block.documents == 2
            assert await told() == ("Acme looks for: Engineer", None)
            logo.write_text("<svg/>")
            block = await indexer.follow([str(logo)])
            assert block is not None
            assert block.documents == 1  # whose overview names no logo
            assert await told() == ("Acme looks for: Engineer", "<svg/>")
    finally:
        await connection.close()
