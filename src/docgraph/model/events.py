"""What happens, told once. Logs, progress bars and metrics each decide what to make of it."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from docgraph.model.changes import Block, LogLine
from docgraph.model.problem import Problem


class ScanFinished(msgspec.Struct, frozen=True):
    """A whole source, or all of them, was compared with what the store remembers."""

    documents: int  # seen
    changed: int  # to run, new ones included
    gone: int
    seconds: float


class DocumentsIndexed(msgspec.Struct, frozen=True):
    """Progress of long work: so many of so many documents have been run."""

    done: int
    total: int


class BlockCommitted(msgspec.Struct, frozen=True):
    block: Block
    seconds: float  # from the first event or the start of the scan to the commit
    what: str  # what changed, for people: "postings/a.md", "3 documents"


class ProblemFound(msgspec.Struct, frozen=True):
    source: str
    problem: Problem


class AuthorLogged(LogLine, frozen=True):
    """A handler called `log`."""

    source: str
    path: str


class Retrying(msgspec.Struct, frozen=True):
    """Something the world did is being tried again."""

    what: str
    delay: float  # seconds until the next try


class Listening(msgspec.Struct, frozen=True):
    """A server takes requests at this address."""

    address: str  # http://host:port


class ProjectChanged(msgspec.Struct, frozen=True):
    """The project's own files were edited, so it is loaded anew."""

    paths: tuple[str, ...]  # relative to the project


class TakingOver(msgspec.Struct, frozen=True):
    """The process that was indexing this deployment has ended, or is silent: this one goes on."""

    index: str


class BuiltBeside(msgspec.Struct, frozen=True):
    """A new deployment is filled beside the one that is served, which cannot be gone on with."""

    why: tuple[str, ...]  # for people


class SchemaAdapted(msgspec.Struct, frozen=True):
    """What is served goes by a changed schema, or has more data sources, without having been built anew."""

    what: tuple[str, ...]  # the changes, for people


class HeldBack(msgspec.Struct, frozen=True):
    """A new index is not served yet: all documents of these sources fail in it, and not in what is served."""

    sources: tuple[str, ...]  # names of data sources


class Halted(msgspec.Struct, frozen=True):
    """The index stays at the block before: documents fail in the next one whose source says `onError: halt`."""

    documents: int  # that fail, as far as is known


class RunAgain(msgspec.Struct, frozen=True):
    """In one block, many documents of a source were run again because they read what others of them say."""

    source: str
    field: str  # "Type.field", the one that most of them read
    documents: int


class Logged(msgspec.Struct, frozen=True):
    """A library, or a part that knows no events, wrote to Python's log: a database that is silent, a fault of ours."""

    level: str  # warning, error, critical
    text: str  # with the stack of an exception
    source: str  # the name of the logger


class StandingBy(msgspec.Struct, frozen=True):
    """Another process is indexing this deployment; this one takes over when that one ends."""

    index: str


Event = (
    ScanFinished
    | DocumentsIndexed
    | BlockCommitted
    | ProblemFound
    | AuthorLogged
    | Retrying
    | Listening
    | ProjectChanged
    | StandingBy
    | TakingOver
    | BuiltBeside
    | SchemaAdapted
    | HeldBack
    | Halted
    | RunAgain
    | Logged
)
Observe = Callable[[Event], None]
