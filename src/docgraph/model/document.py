"""Documents and records: what handlers receive.

A document is bytes with a path inside its data source; what its format makes of
them is worked out when first asked for, by the `Reader` that came with it.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

import msgspec

from docgraph.model.problem import FormatProblem, Location

Key = str | int  # one step into a document: a mapping's key or a list's index
Files = Callable[[str, str], "Document | None"]  # path of a file, and what it asks for → what stands there


class Parsed(msgspec.Struct, frozen=True):
    """What a format makes of a whole document."""

    data: Any  # a mapping, list or scalar; for Markdown the front matter
    front_matter: Mapping[str, Any] = {}
    body: str = ""  # text after the front matter; for plain text all of it


class RawRecord(msgspec.Struct, frozen=True):
    """One record as its format sees it."""

    data: Any
    line: int | None  # from 1; where the record begins
    index: int  # from 0; its place among the document's records


class RawBatch(msgspec.Struct, frozen=True):
    """Several records at once, as columns."""

    data: Any  # a pyarrow.RecordBatch
    index: int  # from 0; the place of the first among the document's records


class Reader(Protocol):
    """A format: from bytes to values. `path` is only for the places of problems.

    Every method may raise FormatProblem with line and column.
    """

    @property
    def name(self) -> str:
        """As written in the manifest: markdown, json, yaml, …"""

    def parse(self, content: bytes, path: str) -> Parsed:
        """The whole document at once."""

    def records(self, content: bytes, path: str, at: Sequence[Key]) -> Iterator[RawRecord]:
        """The units inside, in document order. `at` leads to a list inside a JSON, YAML or TOML document; empty
        otherwise."""

    def locate(self, content: bytes, keys: Sequence[Key]) -> tuple[int, int] | None:
        """Line and column of the value that `keys` leads to, both from 1; None where it cannot be told.

        Only called to describe a problem, so it may be slow; it never raises.
        """


def no_files(path: str, wanted: str) -> Document | None:
    """For a document that stands alone."""
    return None


@runtime_checkable
class BatchReader(Protocol):
    """A format that has its records as columns."""

    def batches(self, content: bytes, path: str) -> Iterator[RawBatch]:
        """The document's records in pieces of bounded size, in document order; the same pieces whenever it is read.

        Raises FormatProblem.
        """


class Document:
    """One file or object: bytes with a path inside its data source."""

    def __init__(
        self,
        path: str,
        content: bytes,
        *,
        source: str,
        reader: Reader,
        context: Mapping[str, Any] | None = None,
        files: Files = no_files,
    ) -> None:
        self.path = path  # relative to the source's root, `/` between parts
        self.bytes = content
        self.source = source  # the data source's name
        self.context: Mapping[str, Any] = context or {}  # constants from the manifest
        self._reader, self._files = reader, files
        self._made: Parsed | None = None  # of the whole document, once it was asked for

    @property
    def stem(self) -> str:
        """The file's name without folders and without its last extension."""
        name = self.path.rsplit("/", 1)[-1]
        return name.rsplit(".", 1)[0] if "." in name[1:] else name

    @cached_property
    def text(self) -> str:
        """The document as text, without a byte order mark; line ends as they are.

        Raises FormatProblem: the bytes are not UTF-8.
        """
        return decode(self.bytes, self.path)

    @property
    def _parsed(self) -> Parsed:  # by hand: in Python 3.11 a cached property takes a lock
        if self._made is None:
            self._made = self._reader.parse(self.bytes, self.path)
        return self._made

    @property
    def data(self) -> Any:
        """The parsed value: a mapping, list or scalar; for Markdown the front matter."""
        return self._parsed.data

    @property
    def front_matter(self) -> Mapping[str, Any]:
        """The front matter of a Markdown document; empty where there is none."""
        return self._parsed.front_matter

    @property
    def body(self) -> str:
        """The text after the front matter; for plain text all of it; empty for data formats."""
        return self._parsed.body

    def records(self, at: Sequence[Key] = ()) -> Iterator[Record]:
        """The units inside, in document order: lines of JSONL, rows of CSV, elements of the list that `at` leads to."""
        for raw in self._reader.records(self.bytes, self.path, at):
            yield Record(self, raw.data, line=raw.line, index=raw.index)

    def read_file(self, path: str) -> Document | None:
        """The file at `path`, relative to the folder of this one, with `/` between parts; None where there is none.

        It may be any file inside the data source's folder, a document of the source or not. When its content changes,
        when it appears or goes, the document that the handler was called for is run again.
        """
        return self._files(self.path, path)

    def batches(self) -> Iterator[Batch]:
        """The same units as columns, several thousand at a time.

        Raises FormatProblem: the format has no columns.
        """
        if not isinstance(self._reader, BatchReader):
            raise FormatProblem(
                f"the format {self._reader.name} has no batches",
                at=Location(self.path),
                mend="use `recordHandlers` or `documentHandlers` for it",
            )
        for raw in self._reader.batches(self.bytes, self.path):
            yield Batch(self, raw.data, index=raw.index)

    def locate(self, keys: Sequence[Key]) -> Location:
        """Where the value that `keys` leads to stands, as exactly as the format can tell."""
        place = self._reader.locate(self.bytes, keys)
        return Location(self.path, *place) if place else Location(self.path)

    def __repr__(self) -> str:
        return f"<Document {self.source}:{self.path}>"


class Record:
    """One unit inside a document: a JSONL line, a CSV row, a list element."""

    __slots__ = ("data", "document", "index", "line")

    def __init__(self, document: Document, data: Any, *, line: int | None, index: int) -> None:
        self.document = document
        self.data = data
        self.line = line  # from 1; where the record begins
        self.index = index  # from 0; its place among the document's records

    @property
    def context(self) -> Mapping[str, Any]:
        """Constants from the manifest, as `document.context`."""
        return self.document.context

    def __repr__(self) -> str:
        return f"<Record {self.index} of {self.document!r}>"


class Batch:
    """Several units of a document as columns: rows of Parquet."""

    __slots__ = ("data", "document", "index")

    def __init__(self, document: Document, data: Any, *, index: int) -> None:
        self.document = document
        self.data = data  # a pyarrow.RecordBatch
        self.index = index  # from 0; the place of its first row among the document's rows

    @property
    def context(self) -> Mapping[str, Any]:
        """Constants from the manifest, as `document.context`."""
        return self.document.context

    @property
    def lines(self) -> Any:
        """The rows' numbers in the document, from 1, as an Arrow column: for `save_all`."""
        import pyarrow

        return pyarrow.array(range(self.index + 1, self.index + 1 + self.data.num_rows), pyarrow.int32())

    def __repr__(self) -> str:
        return f"<Batch from {self.index} of {self.document!r}>"


def decode(content: bytes, path: str) -> str:
    """UTF-8 to text, a byte order mark dropped.

    Raises FormatProblem: naming line and column of the first byte that is not UTF-8.
    """
    try:
        # The codec that drops the mark is written in Python, and four times as slow.
        return content.decode("utf-8-sig" if content.startswith(BOM_UTF8) else "utf-8")
    except UnicodeDecodeError as error:
        # The error's own bytes, not ours: the codec has already cut a byte order mark off them.
        before = error.object[: error.start].decode()
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        raise FormatProblem(
            f"byte 0x{error.object[error.start]:02x} is not UTF-8",
            at=Location(path, line, column),
            mend="save the file as UTF-8",
        ) from error
