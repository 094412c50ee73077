"""What a person sees: GraphiQL in a real browser that can reach nothing but this server."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Route, async_playwright
from support.processes import docgraph
from support.projects import write_item, write_items_project

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
QUESTION = '{ companies(where: {name_starts_with: "H"}, orderBy: name) { name } }'

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@asynccontextmanager
async def browsing(strangers: list[str]) -> AsyncIterator[Page]:
    """A page whose requests to anywhere but loopback are refused and written down."""

    async def only_loopback(route: Route) -> None:
        if urlsplit(route.request.url).hostname in {"127.0.0.1", "localhost", None, ""}:
            await route.continue_()
        else:
            strangers.append(route.request.url)
            await route.abort()

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        await page.route("**/*", only_loopback)
        try:
            yield page
        finally:
            await browser.close()


async def ask(page: Page, query: str) -> None:
    """Put the query in place of what the editor holds, and run it."""
    await page.locator(".graphiql-query-editor .monaco-editor").first.click()
    await page.keyboard.press("Control+A")
    await page.keyboard.press("Delete")
    await page.keyboard.insert_text(query)
    longest = max(re.findall(r"\w+", query), key=len)
    await page.locator(".graphiql-query-editor .view-line").get_by_text(longest).first.wait_for()
    await page.keyboard.press("Control+Enter")


async def test_graphiql_answers_its_example_and_a_typed_query_without_the_internet(dsn: str, tmp_path: Path) -> None:
    strangers: list[str] = []
    complaints: list[str] = []
    environment = {"DATABASE_URL": dsn}
    async with docgraph("dev", "--port", "0", "--log", "json", project=ROOT, environment=environment) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        async with browsing(strangers) as page:
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto(address)
            # The button does nothing before the editor stands.
            await page.locator(".graphiql-query-editor .view-line").get_by_text("postings").first.wait_for()
            await page.get_by_role("button", name="Execute query").click()
            answer = page.locator(".result-window")
            await answer.get_by_text('"postings"').first.wait_for()
            await page.screenshot(path=tmp_path / "graphiql.png")
            assert (tmp_path / "graphiql.png").stat().st_size > 20_000

            await ask(page, QUESTION)
            await answer.get_by_text('"companies"').first.wait_for()
            shown = await answer.inner_text()
            assert '"postings"' not in shown
    assert strangers == []
    assert complaints == []


async def test_graphiql_shows_a_subscriptions_next_answer_when_a_document_is_edited(dsn: str, tmp_path: Path) -> None:
    project = write_items_project(tmp_path / "shop", 2)
    complaints: list[str] = []
    strangers: list[str] = []
    environment = {"DATABASE_URL": dsn}
    async with docgraph("dev", "--port", "0", "--log", "json", project=project, environment=environment) as running:
        address = await running.address()
        await running.event("BlockCommitted")
        async with browsing(strangers) as page:
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
            await page.goto(address)
            await page.locator(".graphiql-query-editor .view-line").get_by_text("items").first.wait_for()
            await ask(page, 'subscription { item(id: "i000001") { name } }')
            answer = page.locator(".result-window")
            await answer.get_by_text('"item 1"').first.wait_for()
            write_item(project, 1, name="edited")
            await answer.get_by_text('"edited"').first.wait_for()
            await page.get_by_role("button", name="Stop query").click()
    assert strangers == []
    assert complaints == []
