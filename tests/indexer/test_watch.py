"""Following changes with real files and the real watcher: each edit ends in the index, in as few blocks as can be."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from typing import Any

import pytest

from docgraph.indexer.places import concerns_project, watched_folders
from docgraph.model.events import BlockCommitted, Retrying
from docgraph.model.problem import Unavailable

LINK_ALL = "import os, shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2], copy_function=os.link)"


async def test_creating_changing_and_deleting_a_document_are_one_block_each(index: Any) -> None:
    async with index.watching():
        index.write("docs/a.json", "1")
        await index.until(lambda: index.pages == {"a.json": "1"})
        index.write("docs/a.json", "2")
        await index.until(lambda: index.pages == {"a.json": "2"})
        (index.root / "docs/a.json").unlink()
        await index.until(lambda: index.pages == {} and len(index.committed) == 3)
    assert index.committed == ["docs/a.json"] * 3
    assert index.runs == ["a.json", "a.json"]


async def test_what_changes_between_subscribing_and_scanning_is_not_lost(index: Any) -> None:
    index.write("docs/a.json", "1")
    scan = index.indexer.catch_up

    async def edit_after_scan() -> Any:
        block = await scan()
        index.write("docs/a.json", "2")
        return block

    index.indexer.catch_up = edit_after_scan
    index.open = lambda: index.indexer
    async with index.watching():
        await index.until(lambda: index.pages == {"a.json": "2"})


async def test_an_atomic_save_is_a_change_and_runs_one_document(index: Any) -> None:
    index.write("docs/a.json", "1")
    async with index.watching():
        index.forget()
        temporary = index.write("docs/.a.json.tmp", "2")
        temporary.replace(index.root / "docs/a.json")
        await index.until(lambda: index.pages == {"a.json": "2"})
    assert index.runs == ["a.json"]
    assert len(index.committed) == 1


async def test_renaming_a_document_is_one_block(index: Any) -> None:
    index.write("docs/a.json", "1")
    async with index.watching():
        index.forget()
        os.rename(index.root / "docs/a.json", index.root / "docs/b.json")
        await index.until(lambda: index.pages == {"b.json": "1"})
    assert index.committed == ["2 documents"]


async def test_touching_a_file_runs_no_handler_and_makes_no_block(index: Any) -> None:
    index.write("docs/a.json", "1")
    async with index.watching():
        index.forget()
        os.utime(index.root / "docs/a.json")
        index.write("docs/b.json", "2")
        await index.until(lambda: index.pages == {"a.json": "1", "b.json": "2"})
    assert index.runs == ["b.json"]


async def test_folders_are_made_moved_and_deleted_with_all_they_hold(index: Any) -> None:
    async with index.watching():
        index.write("docs/x/y/a.json", "1")
        index.write("docs/x/b.json", "2")
        await index.until(lambda: index.pages == {"x/y/a.json": "1", "x/b.json": "2"})
        os.rename(index.root / "docs/x", index.root / "docs/z")
        await index.until(lambda: index.pages == {"z/y/a.json": "1", "z/b.json": "2"})
        index.write("docs/z/y/a.json", "3")
        await index.until(lambda: index.pages == {"z/y/a.json": "3", "z/b.json": "2"})
        os.rename(index.root / "docs/z", index.root / "away")
        await index.until(lambda: index.pages == {})
        os.rename(index.root / "away", index.root / "docs/back")
        await index.until(lambda: index.pages == {"back/y/a.json": "3", "back/b.json": "2"})
        shutil.rmtree(index.root / "docs/back")
        await index.until(lambda: index.pages == {})


async def test_a_burst_of_ten_thousand_files_is_one_block(index: Any) -> None:
    for n in range(10_000):
        index.write(f"made/{n}.json", "1")
    async with index.watching():
        # By another process, and without writing: a burst of more than two seconds is rightly more than one block.
        made = await asyncio.create_subprocess_exec(
            sys.executable, "-c", LINK_ALL, str(index.root / "made"), str(index.root / "docs/many")
        )
        await index.until(lambda: len(index.writer.documents) == 10_000)
        assert await made.wait() == 0
    assert len(index.committed) <= 2  # a machine that stalls for a moment cuts it once
    assert sorted(index.runs) == sorted({*index.runs})


async def test_a_half_written_document_is_not_reported_before_it_is_whole(index: Any) -> None:
    index.write("docs/a.json", '{"n": 1}')
    async with index.watching():
        index.forget()
        index.write("docs/a.json", '{"n": ')
        await index.until(lambda: index.runs == ["a.json"])
        index.write("docs/a.json", '{"n": 2}')
        await index.until(lambda: index.pages == {"a.json": "{'n': 2}"})
    assert index.problems == []
    assert index.writer.failed == {}


async def test_an_emptied_document_keeps_its_pages_for_a_moment_then_loses_them(index: Any) -> None:
    index.write("docs/a.md", "text")
    async with index.watching():
        index.forget()
        index.write("docs/a.md", "")
        await index.until(lambda: index.pages == {"a.md": "{}"})
    assert index.runs.count("a.md") == 2  # once too early, once when nobody had written more


async def test_a_document_that_stays_wrong_is_reported_once(index: Any) -> None:
    async with index.watching():
        index.write("docs/a.json", '"wrong"')
        await index.until(lambda: len(index.committed) == 1)
        index.write("docs/b.json", "1")
        await index.until(lambda: index.pages == {"b.json": "1"})
    assert index.problems == ["ValueError: wrong"]


async def test_the_check_finds_what_no_event_told(index: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    index.write("docs/a.json", "1")
    monkeypatch.setattr("docgraph.indexer.watch.Hints.add", deaf_until_checked(index))
    async with index.watching(check_every=0.2):
        index.write("docs/a.json", "2")
        index.write("docs/b/c.json", "3")
        await index.until(lambda: index.pages == {"a.json": "2", "b/c.json": "3"})


async def test_the_check_finds_an_edit_of_the_project_that_no_event_told(
    index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docgraph.indexer.watch.Hints.add", deaf_until_checked(index))
    async with index.watching(check_every=0.2) as watch:
        index.write("mappings/pages.py", "changed")
        async with asyncio.timeout(20):
            assert await watch == ("mappings/pages.py",)


def deaf_until_checked(index: Any) -> Any:
    """Hints that lose whatever the watcher tells, and pass on what the check tells."""

    def add(self: Any, paths: Any) -> None:
        told = set(paths)
        if all(path.endswith((".json", ".py")) for path in told) and asyncio.current_task() is not None:
            name = getattr(asyncio.current_task().get_coro(), "__name__", "")  # type: ignore[union-attr]
            if name == "_check":
                self._paths |= told
                self._news.set()

    return add


async def test_a_source_that_goes_away_is_waited_for_and_loses_nothing(index: Any) -> None:
    index.write("docs/a.json", "1")
    async with index.watching():
        os.rename(index.root / "docs", index.root / "elsewhere")
        await index.until(lambda: bool(index.told(Retrying)))
        assert index.pages == {"a.json": "1"}
        (index.root / "elsewhere/b.json").write_text("2")
        os.rename(index.root / "elsewhere", index.root / "docs")
        await index.until(lambda: index.pages == {"a.json": "1", "b.json": "2"})
        index.write("docs/a.json", "3")
        await index.until(lambda: index.pages == {"a.json": "3", "b.json": "2"})


async def test_a_source_that_comes_back_in_the_moment_in_which_a_watch_begins_is_watched(
    index: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.write("docs/a.json", "1")
    away = index.root / "elsewhere"
    os.rename(index.root / "docs", away)

    def then_back(project: Any, feeds: Any) -> Any:
        folders = watched_folders(project, feeds)
        if away.exists():
            os.rename(away, index.root / "docs")
        return folders

    monkeypatch.setattr("docgraph.indexer.indexer.watched_folders", then_back)
    async with index.watching():
        index.write("docs/a.json", "2")
        await index.until(lambda: index.pages == {"a.json": "2"})


async def test_a_source_whose_folder_is_replaced_is_followed_into_the_new_one(index: Any) -> None:
    index.write("docs/a.json", "1")
    index.write("new/b.json", "2")
    async with index.watching():
        os.rename(index.root / "docs", index.root / "old")
        os.rename(index.root / "new", index.root / "docs")
        await index.until(lambda: index.pages == {"b.json": "2"})
        index.write("docs/c.json", "3")
        await index.until(lambda: index.pages == {"b.json": "2", "c.json": "3"})


async def test_a_name_that_is_not_utf8_stops_nothing(index: Any) -> None:
    async with index.watching():
        index.write(os.fsdecode(b"docs/caf\xe9.json"), "1")
        await index.until(lambda: "the name is not UTF-8" in index.problems)
        index.write("docs/a.json", "1")
        await index.until(lambda: index.pages == {"a.json": "1"})


async def test_a_document_is_followed_under_each_of_its_names(index: Any) -> None:
    index.write("docs/real/a.json", "1")
    (index.root / "docs/link").symlink_to("real")
    (index.root / "docs/b.json").symlink_to("real/a.json")
    async with index.watching():
        assert index.pages == {"real/a.json": "1", "link/a.json": "1", "b.json": "1"}
        index.write("docs/real/a.json", "2")
        await index.until(lambda: index.pages == {"real/a.json": "2", "link/a.json": "2", "b.json": "2"})
        (index.root / "docs/link").unlink()
        await index.until(lambda: index.pages == {"real/a.json": "2", "b.json": "2"})
        (index.root / "docs/real/a.json").unlink()
        await index.until(lambda: index.pages == {})


async def test_overlapping_sources_both_hear_of_a_change(make_index: Any) -> None:
    index = make_index(All="{path: ./docs}", Some="{path: ./docs/some}")
    index.write("docs/some/a.json", "1")
    async with index.watching():
        index.write("docs/some/a.json", "2")
        await index.until(lambda: index.pages == {"some/a.json": "2", "a.json": "2"})
    assert index.committed[-1] == "2 documents"


@pytest.mark.parametrize("path", ["subgraph.yaml", "schema.graphql", "mappings/pages.py", "mappings/deep/new.py"])
async def test_an_edit_of_the_projects_own_files_ends_the_watch_and_is_named(index: Any, path: str) -> None:
    async with index.watching() as watch:
        index.write(path, "changed")
        async with asyncio.timeout(20):
            assert await watch == (path,)


async def test_rewriting_a_project_file_as_it_was_does_not_end_the_watch(index: Any) -> None:
    async with index.watching() as watch:
        file = index.root / "schema.graphql"
        index.write("schema.graphql", file.read_text())
        index.write("docs/a.json", "1")
        await index.until(lambda: index.pages == {"a.json": "1"})
        assert not watch.done()


async def test_an_edit_of_the_project_before_the_watch_began_is_noticed(index: Any) -> None:
    indexer = index.open()
    index.write("schema.graphql", "changed")
    async with asyncio.timeout(20):
        assert await indexer.watch() == ("schema.graphql",)


async def test_an_unreachable_store_ends_the_watch_and_the_next_one_goes_on(index: Any) -> None:
    async with index.watching() as watch:
        index.writer.refusals = 1
        index.write("docs/a.json", "1")
        with pytest.raises(Unavailable):
            await watch
    assert index.pages == {}
    async with index.watching():
        assert index.pages == {"a.json": "1"}


async def test_a_watch_that_nothing_happens_to_does_nothing(index: Any) -> None:
    index.write("docs/a.json", "1")
    async with index.watching():
        index.forget()
        (index.root / "docs/a.json").read_text()
        index.write("docs/b.json", "1")
        await index.until(lambda: len(index.told(BlockCommitted)) == 1)
    assert index.runs == ["b.json"]
    assert len(index.events) == 1


def test_a_new_folder_beside_the_mappings_may_hold_one_of_the_projects_own_files(index: Any) -> None:
    project = index.project
    root = os.path.realpath(index.root)
    assert concerns_project([f"{root}/mappings/deep"], project)
    assert concerns_project([f"{root}/mappings"], project)
    assert not concerns_project([f"{root}/mappings2", f"{root}/docs/deep"], project)
