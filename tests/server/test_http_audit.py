"""GraphQL over HTTP, judged by others: the audits of the npm package graphql-http, against a running server."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

from support.node import installed, run
from support.processes import docgraph
from support.projects import write_items_project

AUDIT = Path(__file__).resolve().parents[1] / "http_audit"


async def test_every_audit_of_what_must_and_should_be_passes(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 1)
    folder = await asyncio.to_thread(installed, AUDIT)
    async with docgraph(
        "dev", "--port", "0", "--log", "json", project=project, environment={"DATABASE_URL": dsn}
    ) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        printed = await asyncio.to_thread(run, ("audit.mjs", f"{address}/graphql"), folder)
    results = json.loads(printed)
    assert sum(each["name"].startswith(("MUST", "SHOULD")) for each in results) == 36
    assert [each for each in results if each["status"] != "ok"] == []


def test_the_packages_are_pinned_and_the_lock_file_names_no_download_address() -> None:
    wanted = json.loads((AUDIT / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = json.loads((AUDIT / "package-lock.json").read_text())["packages"]
    for name, package in locked.items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name
