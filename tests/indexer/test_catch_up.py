"""Catching up: whatever happened while nobody looked, the index ends equal to the documents, with no run too many."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

from docgraph.model.changes import Touched
from docgraph.model.events import DocumentsIndexed, ProblemFound, ScanFinished
from docgraph.model.problem import Unavailable


async def test_the_first_load_indexes_every_document_in_position_order(index: Any) -> None:
    index.writer.complete = False
    for path in ("docs/b.json", "docs/a/z.json", "docs/a.json", "docs/a-.json"):
        index.write(path, "1")
    block = await index.indexer.catch_up()
    assert index.runs == ["a-.json", "a.json", "a/z.json", "b.json"]
    assert block == index.writer.blocks[-1]
    assert index.writer.complete
    assert index.committed == ["4 documents"]


async def test_an_empty_folder_still_finishes_its_first_load(index: Any) -> None:
    index.writer.complete = False
    assert (await index.indexer.catch_up()).number == 1
    assert index.pages == {}


async def test_a_first_load_that_was_cut_short_goes_on_where_it_stopped(index: Any) -> None:
    index.write("docs/a.json", "1")
    index.age("docs/a.json")
    index.writer.complete = False
    await index.indexer.catch_up()
    index.forget()
    index.writer.complete = False
    index.write("docs/b.json", "2")
    await index.open().catch_up()
    assert index.runs == ["b.json"]
    assert index.pages == {"a.json": "1", "b.json": "2"}


async def test_starting_again_with_nothing_changed_opens_no_file_and_makes_no_block(index: Any) -> None:
    index.write("docs/a.json", "1")
    index.age("docs/a.json")
    await index.indexer.catch_up()
    index.forget()
    assert await index.open().catch_up() is None
    assert index.runs == []
    assert index.writer.applied == []
    assert index.told(ScanFinished)[0].changed == 0


async def test_touching_a_file_without_changing_it_runs_no_handler(index: Any) -> None:
    index.write("docs/a.json", "1")
    index.age("docs/a.json")
    await index.indexer.catch_up()
    index.forget()
    index.age("docs/a.json", 60)
    assert await index.open().catch_up() is None
    assert index.runs == []
    assert [type(change) for change in index.writer.applied] == [Touched]
    index.forget()
    await index.open().catch_up()
    assert index.writer.applied == []


async def test_two_saves_within_one_tick_of_the_clock_are_told_apart_by_content(index: Any) -> None:
    file = index.write("docs/a.json", "1")
    await index.indexer.catch_up()
    look = file.stat()
    file.write_text("2")
    os.utime(file, ns=(look.st_atime_ns, look.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (look.st_size, look.st_mtime_ns)
    await index.open().catch_up()
    assert index.pages == {"a.json": "2"}


async def test_an_edit_that_keeps_size_and_time_of_modification_is_found_though_nobody_was_looking(index: Any) -> None:
    file = index.write("docs/a.json", "1")
    index.age("docs/a.json")
    await index.indexer.catch_up()
    look = file.stat()
    file.write_text("2")
    os.utime(file, ns=(look.st_atime_ns, look.st_mtime_ns))
    after = file.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (look.st_size, look.st_mtime_ns, look.st_ino)
    await index.open().catch_up()
    assert index.pages == {"a.json": "2"}


async def test_a_changed_handler_runs_its_documents_again(index: Any) -> None:
    index.write("docs/a.json", "1")
    index.age("docs/a.json")
    await index.indexer.catch_up()
    index.forget()
    index.handlers.fingerprint = b"two"
    await index.open().catch_up()
    assert index.runs == ["a.json"]


async def test_deleting_the_last_document_of_a_folder_leaves_nothing(index: Any) -> None:
    index.write("docs/x/a.json", "1")
    await index.indexer.catch_up()
    shutil.rmtree(index.root / "docs" / "x")
    await index.open().catch_up()
    assert index.pages == {}
    assert index.writer.documents == {}
    assert index.committed[-1] == "docs/x/a.json"


async def test_renaming_a_folder_moves_its_documents(index: Any) -> None:
    index.write("docs/x/a.json", "1")
    index.write("docs/x/y/b.json", "2")
    await index.indexer.catch_up()
    os.rename(index.root / "docs" / "x", index.root / "docs" / "z")
    await index.open().catch_up()
    assert index.pages == {"z/a.json": "1", "z/y/b.json": "2"}
    assert len(index.writer.blocks) == 2


async def test_a_document_that_is_now_excluded_is_gone(make_index: Any) -> None:
    index = make_index(Docs="{path: ./docs}")
    index.write("docs/a.json", "1")
    index.write("docs/drafts/b.json", "2")
    await index.indexer.catch_up()
    manifest = index.root / "subgraph.yaml"
    manifest.write_text(manifest.read_text().replace("{path: ./docs}", "{path: ./docs, exclude: [drafts]}"))
    await index.open().catch_up()
    assert index.pages == {"a.json": "1"}


async def test_a_file_that_two_sources_match_is_a_document_of_each(make_index: Any) -> None:
    index = make_index(All="{path: ./docs}", Some="{path: ./docs/some}")
    index.write("docs/some/a.json", "1")
    await index.indexer.catch_up()
    assert [(key.source, key.path) for key in index.writer.documents] == [(0, "some/a.json"), (1, "a.json")]
    (index.root / "docs/some/a.json").unlink()
    await index.open().catch_up()
    assert index.writer.documents == {}


async def test_one_bad_document_hurts_nobody_else_and_is_not_run_again_until_it_changes(index: Any) -> None:
    index.write("docs/good.json", "1")
    index.write("docs/bad.json", "{")
    index.age("docs/bad.json")
    await index.indexer.catch_up()
    assert index.pages == {"good.json": "1"}
    assert len(index.problems) == 1
    index.forget()
    await index.open().catch_up()
    assert index.runs == []
    assert index.problems == []
    index.write("docs/bad.json", "2")
    await index.open().catch_up()
    assert index.pages == {"good.json": "1", "bad.json": "2"}
    assert index.writer.failed == {}


async def test_a_document_that_breaks_keeps_what_it_said_last(index: Any) -> None:
    index.write("docs/a.json", "1")
    await index.indexer.catch_up()
    index.write("docs/a.json", "{")
    await index.open().catch_up()
    assert index.pages == {"a.json": "1"}
    assert len(index.writer.failed) == 1


async def test_files_without_a_known_format_are_left_out_and_told_only_where_they_were_asked_for(
    make_index: Any,
) -> None:
    index = make_index(Docs="{path: ./docs}")
    index.write("docs/a.json", "1")
    index.write("docs/photo.png", b"\x89PNG")
    await index.indexer.catch_up()
    assert index.problems == []
    asked = make_index(Docs="{path: ./docs, include: ['*.json', '*.png']}")
    asked.write("docs/other.png", b"\x89PNG")
    await asked.indexer.catch_up()
    assert asked.problems == ["no format is known for '.png'; such documents are left out"]
    assert asked.pages == {"a.json": "1"}


async def test_what_is_left_out_is_named_as_the_author_would_type_it(index: Any) -> None:
    index.write(os.fsdecode(b"docs/caf\xe9.json"), "1")
    index.write("outside.json", "1")
    (index.root / "docs/link.json").symlink_to("../outside.json")
    await index.indexer.catch_up()
    told = index.told(ProblemFound)
    assert [(event.source, event.problem.at.path) for event in told] == [
        ("Docs", "docs/caf\ufffd.json"),
        ("Docs", "docs/link.json"),
    ]


async def test_a_source_whose_folder_is_away_is_not_taken_for_one_without_documents(index: Any) -> None:
    index.write("docs/a.json", "1")
    await index.indexer.catch_up()
    os.rename(index.root / "docs", index.root / "elsewhere")
    with pytest.raises(Unavailable, match="there is no folder"):
        await index.open().catch_up()
    assert index.pages == {"a.json": "1"}
    os.rename(index.root / "elsewhere", index.root / "docs")
    await index.open().catch_up()
    assert index.pages == {"a.json": "1"}


async def test_a_lost_connection_at_the_commit_loses_nothing(index: Any) -> None:
    index.write("docs/a.json", "1")
    index.writer.refusals = 1
    with pytest.raises(Unavailable):
        await index.indexer.catch_up()
    assert index.pages == {}
    await index.indexer.catch_up()
    assert index.pages == {"a.json": "1"}


async def test_many_documents_are_one_block_and_their_progress_is_told(index: Any) -> None:
    for number in range(1_300):
        index.write(f"docs/{number:04}.json", str(number))
    await index.indexer.catch_up()
    assert len(index.writer.blocks) == 1
    assert len(index.pages) == 1_300
    assert [(event.done, event.total) for event in index.told(DocumentsIndexed)] == [
        (done, 1_300) for done in (200, 400, 600, 800, 1_000, 1_200, 1_300)
    ]
