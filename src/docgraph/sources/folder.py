"""Documents in a folder of the file system.

Lists, looks and reads; remembers nothing. What a look is compared with, and what
follows from a difference, is the indexer's.
"""

from __future__ import annotations

import errno
import os
import posixpath
import re
import stat as modes
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from docgraph.model.changes import NO_FILE, Stat
from docgraph.model.problem import Location, SourceProblem
from docgraph.sources.glob import glob_expression, is_literal, visible_glob_expression
from docgraph.sources.notes import File, Missing, Notes, SourceAway

# Left by editors for a moment: backups, Emacs autosaves, swap files, vim's probe, JetBrains' safe writes.
DROPPING = re.compile(r".*~|#.*#|.*\.sw[opx]|4913|.*___jb_(?:tmp|old|bak)___", re.DOTALL)
DROPPING_ENDS = ("~", "#", ".swo", ".swp", ".swx", "4913", "___")  # told apart faster
EVERYTHING = ("**/*",)
# What opening a path says where there is no file: it never was, something else took its place, it is a socket.
GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENXIO})
READS = 5  # how often a file that changes while it is read is read again
PIECE = 1 << 20  # bytes
# Should a pipe have taken the file's place, opening it must not wait for a writer.
PLAIN = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
FOLDER = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY
UNLINKED = PLAIN | os.O_NOFOLLOW


class FolderOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A folder on this machine, watched as it changes."""

    path: Annotated[
        str, Meta(min_length=1, description="The folder, relative to the manifest.", examples=["./documents"])
    ]
    include: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(
            min_length=1,
            description="Patterns for the paths of the documents, relative to the folder. "
            "`*` stays within a folder, `**` crosses folders; a name that starts with a dot must be written out.",
            examples=[["**/*.md"], ["**/*.{yaml,yml}"]],
        ),
    ] = EVERYTHING
    exclude: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Patterns for files and folders to leave out.", examples=[["drafts/**"]]),
    ] = ()
    format: Annotated[str | None, Meta(description="The documents' format; by file extension where absent.")] = None


class FolderSource:
    """The documents in one folder."""

    def __init__(self, project: Path, options: FolderOptions) -> None:
        """Raises BadGlob."""
        self.folder = project / options.path
        self.format = options.format
        self.takes_everything = options.include == EVERYTHING
        self._shown = "" if os.path.isabs(options.path) else posixpath.normpath(options.path)
        self._real_root: str | None = None  # where the folder was when last looked at
        self._unlinked: set[str] = set()  # folders of documents that were no links since the last look
        unwanted = _any_of(glob_expression(pattern) for pattern in options.exclude)
        included = _any_of(visible_glob_expression(pattern) for pattern in options.include)
        self._taken = re.compile(rf"(?!{unwanted}\Z){included}", re.DOTALL)
        self._wanted = frozenset(pattern.removeprefix("./") for pattern in options.include if is_literal(pattern))
        self._unwanted = re.compile(unwanted, re.DOTALL)
        self._names_hidden = any(re.search(r"(?:^|[/{,])\.(?!/)", pattern) for pattern in options.include)

    def scan(self, under: str = "", notes: Notes | None = None) -> Iterator[tuple[str, Stat]]:
        """Every document at or beneath `under`, in bytewise order of paths.

        Raises SourceAway: the source's folder is not there.
        """
        notes = Notes() if notes is None else notes
        root = self._root()
        self._unlinked = set()
        if any(not self._may_hold(folder) for folder in _parents(under)):
            return
        found = _resolve(root, under, notes) if under else (root, 0)
        if found is None:
            return
        real, links = found
        if os.path.isdir(real):
            if not under or self._may_hold(under):
                yield from self._walk(real, under and under + "/", root, links, notes)
        elif self._takes(under) and (look := _stat_file(real)):
            yield under, look

    def matches(self, path: str) -> bool:
        """Is a file at `path` one of the documents?"""
        return self._takes(path) and all(self._may_hold(folder) for folder in _parents(path))

    def relevant(self, path: str) -> bool:
        """Can a change of the file or folder at `path` concern the source at all?"""
        return path == "" or (self._may_hold(path) and all(self._may_hold(folder) for folder in _parents(path)))

    def shown(self, path: str) -> str:
        """The document's path as the author would type it: relative to the project, if the folder is written so."""
        return posixpath.normpath(posixpath.join(self._shown, path))

    def read(self, path: str) -> tuple[bytes, Stat]:
        """The file's bytes and its look when they were read.

        Raises Missing, SourceProblem, SourceAway.
        """
        try:
            if (content := self._read_unlinked(path)) is not None:
                return content
            if self.matches(path) and (found := _resolve(self._real_root or self._root(), path, Notes())):
                return _read_whole(found[0])
        except OSError as error:
            if error.errno not in GONE:
                raise _unreadable(path, error) from error
        self._root()  # without its folder, nothing can be said of a document
        raise Missing(path)

    def look(self, path: str, notes: Notes) -> Stat:
        """How the file at `path` looks, be it a document or not; `NO_FILE` where there is none.

        Raises SourceAway.
        """
        found = _resolve(self._root(), path, notes)
        return (_stat_file(found[0]) if found else None) or NO_FILE

    def read_file(self, path: str) -> File:
        """The file at `path`, be it a document or not.

        Raises SourceProblem: it cannot be read, or a link leads out of the source's folder. SourceAway.
        """
        root, notes = self._root(), Notes()
        found = _resolve(root, path, notes)
        for refused in notes.refused.values():
            raise SourceProblem(refused.what, at=Location(self.shown(path)), mend=refused.mend)
        stands = notes.links.get(path, path)
        try:
            if found:
                return File(*_read_whole(found[0]), stands)
        except OSError as error:
            if error.errno not in GONE:
                raise _unreadable(self.shown(path), error) from error
        self._root()  # without its folder, nothing can be said of a file
        return File(None, NO_FILE, stands)

    def _root(self) -> str:
        root = os.path.realpath(self.folder)
        if not os.path.isdir(root):
            raise SourceAway(
                f"there is no folder {str(self.folder)!r}", mend="bring it back, or correct the source's path"
            )
        self._real_root = root
        return root

    def _read_unlinked(self, path: str) -> tuple[bytes, Stat] | None:
        """As `read`, where no link leads to the document; None where one may.

        Raises OSError.
        """
        folder = path.rpartition("/")[0]
        if not ((folder in self._unlinked or self._is_unlinked(folder)) and self._takes(path)):
            return None
        try:
            return _read_whole(f"{self._real_root or self._root()}/{path}", UNLINKED)
        except OSError as error:
            if error.errno == errno.ELOOP:
                return None
            raise

    def _is_unlinked(self, folder: str) -> bool:
        """Is the folder, or one above it, neither a link nor left out?"""
        root = self._real_root or self._root()
        for each in (*_parents(folder), folder):
            if each and (not self._may_hold(each) or os.path.islink(f"{root}/{each}")):
                return False
        self._unlinked.add(folder)
        return True

    def _takes(self, path: str) -> bool:
        """Do the patterns want the file at `path`, whatever its folders are?"""
        if self._taken.fullmatch(path) is None:
            return False
        return not path.endswith(DROPPING_ENDS) or not _is_dropping(path) or path in self._wanted

    def _may_hold(self, folder: str) -> bool:
        """Is the folder neither excluded nor hidden?"""
        if not self._names_hidden and folder.rsplit("/", 1)[-1].startswith("."):
            return False
        return self._unwanted.fullmatch(folder) is None

    def _walk(self, folder: str, prefix: str, root: str, links: int, notes: Notes) -> Iterator[tuple[str, Stat]]:
        """The documents beneath `folder`, to which `links` linked folders led."""
        try:
            found = self._list(folder, prefix)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            notes.blind[prefix.rstrip("/")] = _unreadable(prefix.rstrip("/") or ".", error)
            return
        for path in sorted(found):
            stands = found[path]
            if isinstance(stands, Stat):
                yield path, stands
            elif not path.isascii() and not _is_text(path):
                shown = os.fsencode(path).decode("utf-8", "replace")
                notes.refused[shown] = SourceProblem(
                    "the name is not UTF-8", at=Location(shown), mend="rename it; until then it is left out"
                )
            elif stands.is_symlink():
                yield from self._through_link(path.rstrip("/"), root, notes)
            elif self._may_hold(path[:-1]):
                yield from self._walk(f"{folder}/{stands.name}", path, root, links, notes)

    def _list(self, folder: str, prefix: str) -> dict[str, Stat | os.DirEntry[str]]:
        """What stands in the folder, by path: looks of documents, and whatever else is no file or has no proper name.

        Paths of folders end in `/`, so that whole paths come in order when these do. Raises OSError.
        """
        found: dict[str, Stat | os.DirEntry[str]] = {}
        taken = self._taken.fullmatch
        handle = os.open(folder, FOLDER)  # beneath an open folder, a look takes two thirds of the time
        try:
            with os.scandir(handle) as entries:
                for entry in entries:
                    path = prefix + entry.name
                    if entry.is_file(follow_symlinks=False) and (path.isascii() or _is_text(path)):
                        is_taken = taken(path) and (not path.endswith(DROPPING_ENDS) or self._takes(path))
                        if is_taken and (look := _stat_entry(entry)):
                            found[path] = look
                    elif _leads_on(entry):
                        found[path + "/"] = entry
                    elif entry.is_symlink() or not _is_text(path):
                        found[path] = entry
        finally:
            os.close(handle)
        return found

    def _through_link(self, path: str, root: str, notes: Notes) -> Iterator[tuple[str, Stat]]:
        """The document that a link leads to, or those in the folder that it leads to."""
        if not self._may_hold(path):
            return
        found = _resolve(root, path, notes)
        if found and os.path.isdir(found[0]):
            yield from self._walk(found[0], path + "/", root, found[1], notes)
        elif self._takes(path):
            if found and (look := _stat_file(found[0])):
                yield path, look
        elif not os.path.isdir(f"{root}/{path}"):
            notes.refused.pop(path, None)  # nobody asked for it


def _any_of(expressions: Iterator[str]) -> str:
    """One expression for all; for none, one that nothing matches."""
    return f"(?:{'|'.join(expressions) or '(?!)'})"


def _is_dropping(path: str) -> bool:
    return DROPPING.fullmatch(path.rsplit("/", 1)[-1]) is not None


def _parents(path: str) -> Iterator[str]:
    """The folders that the path stands in, outermost first."""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)


def _leads_on(entry: os.DirEntry[str]) -> bool:
    """Is it a folder, or a link to one?"""
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in a circle
        return False


def _stat_entry(entry: os.DirEntry[str]) -> Stat | None:
    """The look of a regular file; None for everything else."""
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return _as_stat(status) if modes.S_ISREG(status.st_mode) else None


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # the file system's bytes, smuggled in as surrogates
        return False
    return True


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _resolve(root: str, path: str, notes: Notes) -> tuple[str, int] | None:
    """What really stands at `path`, and how many linked folders lead to it; None where there is nothing of ours.

    A link to a folder above itself has no end, and links inside linked folders can have more ways than there are
    folders: neither is followed. Nor is a link out of the root.
    """
    plain = f"{root}/{path}"
    followed = [folder for folder in _parents(path) if os.path.islink(f"{root}/{folder}")]
    if os.path.islink(plain):
        if os.path.isdir(plain):
            followed.append(path)
    elif not followed:
        return plain, 0
    real = os.path.realpath(plain)
    there = os.path.exists(real)
    if _is_within(real, root):
        notes.links[path] = real[len(root) + 1 :]  # though nothing may be there yet
    elif there:
        notes.refused[path] = SourceProblem(
            "the link leads out of the source's folder", at=Location(path), mend="copy the file into the folder"
        )
    if (
        not there
        or not _is_within(real, root)
        or len(followed) > 1
        or (followed and _is_within(f"{root}/{followed[0]}", os.path.realpath(f"{root}/{followed[0]}")))
    ):
        return None
    return real, len(followed)


def _stat_file(path: str) -> Stat | None:
    """The look of a regular file; None for what is gone, and for pipes, sockets and devices, which are never opened."""
    try:
        status = os.stat(path, follow_symlinks=False)
    except OSError:
        return None
    return _as_stat(status) if modes.S_ISREG(status.st_mode) else None


def _as_stat(status: os.stat_result) -> Stat:
    return Stat(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)


def _read_whole(file: str, flags: int = PLAIN) -> tuple[bytes, Stat]:
    """The content and the look that belongs to it: the same before reading and after, if the writer lets us."""
    handle = os.open(file, flags)
    try:
        before = os.fstat(handle)
        if not modes.S_ISREG(before.st_mode):
            raise FileNotFoundError(errno.ENOENT, "not a regular file", file)
        for _ in range(READS):
            expected = before.st_size
            content = os.read(handle, expected + 1)
            if len(content) != expected:
                content = _read_on(handle, content)
            after = os.fstat(handle)
            if after.st_mtime_ns == before.st_mtime_ns and after.st_size == expected:
                break
            before = after
            os.lseek(handle, 0, os.SEEK_SET)
        return content, _as_stat(before)
    finally:
        os.close(handle)


def _read_on(handle: int, begin: bytes) -> bytes:
    """What the file holds, which begins so; of one that grows faster than it can be read, what it had at one moment."""
    pieces, length = [begin], len(begin)
    most = max(os.fstat(handle).st_size, PIECE)  # some file systems tell no size
    while length <= most and (piece := os.read(handle, PIECE)):
        pieces.append(piece)
        length += len(piece)
    return b"".join(pieces)


def _unreadable(path: str, error: OSError) -> SourceProblem:
    return SourceProblem(
        f"cannot be read: {error.strerror or error}", at=Location(path), mend="let the user that runs docgraph read it"
    )
