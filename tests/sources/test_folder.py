"""The folder source on a real file system: what it takes, what it leaves, and what it must never do."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.model.problem import SourceProblem
from docgraph.sources import SOURCES, open_source
from docgraph.sources.folder import FolderOptions, FolderSource
from docgraph.sources.notes import Missing, Notes, SourceAway


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "docs"
    made.mkdir()
    return made


def write(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)


def source(folder: Path, **options: Any) -> FolderSource:
    return FolderSource(folder.parent, FolderOptions(path="./docs", **options))


def paths(found: FolderSource, under: str = "", notes: Notes | None = None) -> list[str]:
    return [path for path, _ in found.scan(under, notes)]


def test_documents_come_in_bytewise_order_of_their_paths(folder: Path) -> None:
    names = ["a/b", "a.b", "a-b", "a", "A", "é", "z/a/b", "z/a.b", "z/a-b", "\U0001f600", "\uffff"]
    for name in names:
        if name != "a":  # a file cannot have a folder's name
            write(folder, name)
    found = paths(source(folder))
    assert found == sorted(found, key=str.encode)
    assert len(found) == len(names) - 1


def test_an_empty_folder_has_no_documents(folder: Path) -> None:
    (folder / "empty").mkdir()
    assert paths(source(folder)) == []


def test_include_and_exclude_are_relative_to_the_folder(folder: Path) -> None:
    write(folder, "a.md", "a.txt", "drafts/b.md", "deep/drafts/c.md", "d/e.md")
    assert paths(source(folder, include=("**/*.md",), exclude=("drafts/**",))) == [
        "a.md",
        "d/e.md",
        "deep/drafts/c.md",
    ]
    assert paths(source(folder, include=("*.md",))) == ["a.md"]
    assert paths(source(folder, exclude=("**/drafts", "*.txt"))) == ["a.md", "d/e.md"]
    assert paths(source(folder, include=("**/*.MD",))) == []


def test_hidden_names_are_left_out_unless_they_are_written_out(folder: Path) -> None:
    write(folder, "a.md", ".b.md", ".git/c.md", ".github/d.md", "e/.f/g.md")
    assert paths(source(folder)) == ["a.md"]
    assert paths(source(folder, include=("**/*", ".github/*.md"))) == [".github/d.md", "a.md"]


def test_what_editors_leave_for_a_moment_is_no_document(folder: Path) -> None:
    write(folder, "a.md", "a.md~", "#a.md#", ".#a.md", ".a.md.swp", "a.md.swp", "4913", "a.md___jb_tmp___", "sub/4913")
    assert paths(source(folder)) == ["a.md"]
    assert paths(source(folder, include=("*.md", "4913"))) == ["4913", "a.md"]


def test_pipes_sockets_and_devices_are_never_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, "a.md")
    os.mkfifo(folder / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(folder)  # the address of a socket must be short
        listening.bind("socket.md")
        (folder / "null.md").symlink_to("/dev/null")
        found = source(folder)
        assert paths(found) == ["a.md"]
        for name in ("pipe.md", "socket.md"):
            with pytest.raises(Missing):
                found.read(name)


def test_links_are_followed_while_they_stay_inside(folder: Path) -> None:
    write(folder, "real/a.md")
    write(folder.parent / "outside", "secret.md")
    (folder / "link").symlink_to("real")
    (folder / "b.md").symlink_to("real/a.md")
    (folder / "out").symlink_to("../outside")
    (folder / "out.md").symlink_to("../outside/secret.md")
    (folder / "broken.md").symlink_to("nothing")
    (folder / "circle.md").symlink_to("circle.md")
    found, notes = source(folder), Notes()
    assert paths(found, notes=notes) == ["b.md", "link/a.md", "real/a.md"]
    assert sorted(notes.refused) == ["out", "out.md"]
    assert notes.links.items() >= {"link": "real", "b.md": "real/a.md", "broken.md": "nothing"}.items()
    assert found.read("link/a.md") == found.read("b.md") == found.read("real/a.md")
    for escaping in ("out/secret.md", "out.md", "../outside/secret.md", "real/../../outside/secret.md"):
        with pytest.raises(Missing):
            found.read(escaping)


def test_links_that_lead_in_circles_end(folder: Path) -> None:
    write(folder, "a/b/c.md", "d/e.md")
    (folder / "a/b/up").symlink_to("../..")
    (folder / "a/self").symlink_to(".")
    (folder / "d/to_a").symlink_to("../a")
    (folder / "a/to_d").symlink_to("../d")
    found = source(folder)
    assert paths(found) == ["a/b/c.md", "a/to_d/e.md", "d/e.md", "d/to_a/b/c.md"]
    assert paths(found, "a/self") == paths(found, "a/self/b") == paths(found, "a/to_d/to_a") == []


def test_a_name_that_is_not_utf8_is_left_out_and_told(folder: Path) -> None:
    write(folder, "a.md")
    with open(os.fsencode(folder) + b"/caf\xe9.md", "w"):
        pass
    notes = Notes()
    assert paths(source(folder), notes=notes) == ["a.md"]
    assert [problem.what for problem in notes.refused.values()] == ["the name is not UTF-8"]
    str(*notes.refused.values()).encode()


def test_names_are_kept_as_the_file_system_gives_them(folder: Path) -> None:
    write(folder, "e\u0301.md", "\u00e9.md", "with\nbreak.md", "back\\slash.md", " space .md")
    assert sorted(paths(source(folder))) == sorted(
        ["e\u0301.md", "\u00e9.md", "with\nbreak.md", "back\\slash.md", " space .md"]
    )


def test_a_missing_folder_is_not_an_empty_one(folder: Path) -> None:
    write(folder, "a.md")
    found = source(folder)
    assert paths(found) == ["a.md"]
    shutil.rmtree(folder)
    with pytest.raises(SourceAway, match="there is no folder"):
        paths(found)
    with pytest.raises(SourceAway):
        found.read("a.md")


def test_reading_what_is_no_longer_there_or_not_wanted_says_so(folder: Path) -> None:
    write(folder, "a.md", "b.txt", "sub/c.md")
    found = source(folder, include=("**/*.md",))
    for path in ("gone.md", "b.txt", "sub", "a.md/x.md", ""):
        with pytest.raises(Missing):
            found.read(path)


def test_what_has_become_a_link_out_of_the_folder_is_not_read_any_more(folder: Path) -> None:
    write(folder, "a/one", "b/two", "../elsewhere/one", "../elsewhere/two")
    found = source(folder)
    assert paths(found) == ["a/one", "b/two"]
    assert [found.read(path)[0] for path in ("a/one", "b/two")] == [b"a/one", b"b/two"]
    (folder / "b/two").unlink()
    (folder / "b/two").symlink_to(folder.parent / "elsewhere/two")
    with pytest.raises(Missing):
        found.read("b/two")
    shutil.rmtree(folder / "a")
    (folder / "a").symlink_to(folder.parent / "elsewhere")
    assert paths(found) == []
    with pytest.raises(Missing):
        found.read("a/one")


def test_content_and_look_belong_together(folder: Path) -> None:
    write(folder, "a.md")
    content, look = source(folder).read("a.md")
    assert content == b"a.md"
    assert [("a.md", look)] == list(source(folder).scan())


def test_a_file_that_grows_while_it_is_read_is_read_whole(folder: Path) -> None:
    file = folder / "a.md"
    file.write_bytes(b"x" * 1000)
    stop = threading.Event()

    def grow() -> None:
        with file.open("ab", buffering=0) as handle:
            while not stop.is_set():
                handle.write(b"x" * 1000)

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        for _ in range(20):
            content, _ = source(folder).read("a.md")
            assert content.strip(b"x") == b""
            if len(content) > 10_000_000:
                break
    finally:
        stop.set()
        thread.join()


@contextmanager
def ordinary_user(folder: Path) -> Iterator[None]:
    """Root may read everything, so inside, the effective user is somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_or_folder_that_may_not_be_read_is_a_problem_of_its_own() -> None:
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o755)
        folder = Path(base) / "docs"
        write(folder, "a.md", "b.md", "closed/c.md")
        os.chmod(folder / "a.md", 0o000)
        os.chmod(folder / "closed", 0o000)
        found, notes = source(folder), Notes()
        with ordinary_user(folder):
            assert paths(found, notes=notes) == ["a.md", "b.md"]
            with pytest.raises(SourceProblem, match="cannot be read: Permission denied"):
                found.read("a.md")
        os.chmod(folder / "closed", 0o755)
    assert [str(problem) for problem in notes.blind.values()] == [
        "closed: cannot be read: Permission denied\n  mend: let the user that runs docgraph read it"
    ]


def test_a_change_is_relevant_only_where_documents_can_be(folder: Path) -> None:
    found = source(folder, exclude=("drafts",))
    assert found.relevant("")
    assert found.relevant("sub/a.md")
    assert not found.relevant(".git/index")
    assert not found.relevant("drafts/a.md")


def test_the_kind_in_the_manifest_leads_to_the_source(folder: Path) -> None:
    write(folder, "a.md")
    options = SOURCES["folder"](path="docs")
    opened = open_source(folder.parent, options)
    assert list(opened.scan()) == list(source(folder).scan())
    assert opened.shown("a.md") == source(folder).shown("a.md") == "docs/a.md"


NAMES = st.sampled_from(["a", "b", "a.md", "b.md", ".c", "d"])


@settings(max_examples=60, deadline=None)
@given(
    files=st.lists(st.lists(NAMES, min_size=1, max_size=3).map("/".join), max_size=8),
    links=st.lists(
        st.tuples(
            st.lists(NAMES, min_size=1, max_size=2).map("/".join), st.sampled_from([".", "..", "a", "../a", "b/a"])
        ),
        max_size=4,
    ),
)
def test_looking_at_a_part_sees_what_looking_at_the_whole_sees_there(
    files: list[str], links: list[tuple[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base) / "docs"
        folder.mkdir()
        for path in files:
            try:
                write(folder, path)
            except OSError:
                continue  # a file stands where a folder would have to be
        for path, target in links:
            try:
                (folder / path).symlink_to(target)
            except OSError:
                continue
        found = source(folder)
        whole = list(found.scan())
        assert [path for path, _ in whole] == sorted(path for path, _ in whole)
        parts = {"/".join(path.split("/")[:depth]) for path, _ in whole for depth in range(1, 5)} | set(files)
        for part in parts:
            assert list(found.scan(part)) == [each for each in whole if (each[0] + "/").startswith(part + "/")]
        for path, _ in whole:
            assert found.matches(path)
            assert found.relevant(path)
            found.read(path)
