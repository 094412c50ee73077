"""The promise: after any sequence of edits the index is what a clean scan of the present documents gives."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.model.changes import Touched

NAMES = st.sampled_from(["a", "b", "a.json", "b.json"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
OPERATIONS = st.one_of(
    st.tuples(st.just("write"), PATHS, st.sampled_from(["1", "2", "3"])),
    st.tuples(st.just("write"), PATHS, st.sampled_from(["1", "2", "3"])),
    st.tuples(st.just("rename"), PATHS, PATHS),
    st.tuples(st.just("link"), PATHS, st.sampled_from(["a", "../a", "a.json", "../b", "b/a.json", "."])),
    st.tuples(st.just("delete"), PATHS, st.just("")),
    st.tuples(st.just("touch"), PATHS, st.just("")),
)


def write(folder: Path, path: str, text: str) -> list[Path]:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    # A watcher tells the file that was written, and the outermost of the folders that were made for it.
    return [Path(os.path.realpath(folder / path)), folder / path.split("/", 1)[0]]


def rename(folder: Path, old: str, new: str) -> list[Path]:
    (folder / old).rename(folder / new)
    return [folder / old, folder / new]


def link(folder: Path, path: str, target: str) -> list[Path]:
    (folder / path).symlink_to(target)
    return [folder / path]


def delete(folder: Path, path: str, _: str) -> list[Path]:
    if (folder / path).is_dir() and not (folder / path).is_symlink():
        shutil.rmtree(folder / path)
    else:
        (folder / path).unlink()
    return [folder / path]


def touch(folder: Path, path: str, _: str) -> list[Path]:
    os.utime(folder / path)
    return [folder / path]


DO: dict[str, Callable[[Path, str, str], list[Path]]] = {
    "write": write,
    "rename": rename,
    "link": link,
    "delete": delete,
    "touch": touch,
}


@settings(max_examples=120, deadline=None)
@given(batches=st.lists(st.lists(OPERATIONS, min_size=1, max_size=5), min_size=1, max_size=5))
def test_following_hints_ends_where_a_clean_scan_ends(
    open_index: Callable[..., Any], batches: list[list[tuple[str, str, str]]]
) -> None:
    async def history() -> None:
        with tempfile.TemporaryDirectory() as base:
            index = open_index(Path(base))
            await index.indexer.catch_up()
            for batch in batches:
                hints: set[str] = set()
                for operation, path, argument in batch:
                    try:
                        hints.update(map(str, DO[operation](index.root / "docs", path, argument)))
                    except OSError:
                        continue  # what cannot be done is not done
                await index.indexer.follow(hints)
                fresh = open_index(Path(base))
                await fresh.indexer.catch_up()
                assert contributions(index) == contributions(fresh)
            index.forget()
            await index.open().catch_up()
            assert index.runs == []
            assert all(isinstance(change, Touched) for change in index.writer.applied)

    asyncio.run(history())


def contributions(index: Any) -> dict[Any, Any]:
    return {key: each for key, (_, each) in index.writer.documents.items()}
