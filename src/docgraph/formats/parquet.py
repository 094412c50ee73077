"""Parquet: a record is a row, a batch a few thousand rows as Arrow has them. Read batch by batch, never whole.

Places count rows from 1 as lines and columns from 1 as columns. Arrow is imported when the first document is
read. What cannot be read is refused, as far as it can be told with the row and column from which on.
Source: the Apache Parquet format; pages with a checksum are checked against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from docgraph.formats.content import DEEPEST, FLATTEN, TOO_DEEP
from docgraph.model.columns import Unreadable, plain
from docgraph.model.document import Key, Parsed, RawBatch, RawRecord
from docgraph.model.problem import FormatProblem, Location
from docgraph.model.values import Fields

MOST_ROWS = 10_000  # of a batch
MOST_BYTES = 16 << 20  # of a batch, uncompressed, as far as the file tells
WIDEST = 256 << 20  # bytes of a row, uncompressed: a small file can stand for very much memory
MAGIC = b"PAR1"
ENCRYPTED = b"PARE"
AGAIN = "it may be damaged: write the file again, or fetch it again"


class ParquetReader:
    """Data is what the file tells about itself; records are the rows."""

    name = "parquet"

    def parse(self, content: bytes, path: str) -> Parsed:
        with _problems(path):
            file = _open(content, path)
            known = file.schema_arrow.metadata or {}
            return Parsed(
                Fields(
                    rows=_rows(file.metadata),
                    columns=[
                        Fields(name=each.name, type=str(each.type), nullable=each.nullable)
                        for each in file.schema_arrow
                    ],
                    metadata=Fields((_text(key), _text(told)) for key, told in sorted(known.items())),
                )
            )

    def batches(self, content: bytes, path: str) -> Iterator[RawBatch]:
        with _problems(path):
            file = _open(content, path)
            size, promised = _batch_size(file.metadata, path), _rows(file.metadata)
        index = 0
        coming = file.iter_batches(batch_size=size, use_threads=False)
        while True:
            with _problems(path, index + 1):
                try:
                    batch = next(coming, None)
                except _failures() as error:
                    raise _in_column(file, size, index, error) from error
            if batch is None:
                break
            yield RawBatch(batch, index)
            index += batch.num_rows
        if index != promised:
            what = f"the file promises {promised} rows and has {index}"
            raise FormatProblem(what, at=Location(path), mend=AGAIN)

    def records(self, content: bytes, path: str, at: Sequence[Key]) -> Iterator[RawRecord]:
        if at:
            raise FormatProblem(
                "the records of Parquet are its rows, and stand at no key",
                at=Location(path),
                mend="remove `at` from the record handler",
            )
        for batch in self.batches(content, path):
            names = batch.data.schema.names
            columns = []
            for place, (name, column) in enumerate(zip(names, batch.data.columns, strict=True), start=1):
                with _problems(path, batch.index + 1, place, name):
                    columns.append(plain(column))
            rows = zip(*columns, strict=True) if columns else iter([()] * batch.data.num_rows)
            for index, row in enumerate(rows, start=batch.index):
                yield RawRecord(Fields(zip(names, row, strict=True)), index + 1, index)

    def locate(self, content: bytes, keys: Sequence[Key]) -> tuple[int, int] | None:
        match keys:
            case [int(row), str(column), *_]:
                try:
                    return row + 1, _open(content, "").schema_arrow.names.index(column) + 1
                except (FormatProblem, *_failures()):  # type: ignore[misc]
                    return None
            case [int(row)]:
                return row + 1, 1
            case _:
                return None


def _open(content: bytes, path: str) -> Any:
    """The file, its own account of itself read. Raises FormatProblem, and what Arrow raises."""
    import pyarrow
    from pyarrow import parquet

    if content[-4:] == ENCRYPTED or content[:4] == ENCRYPTED:
        raise FormatProblem("the file is encrypted", at=Location(path), mend="write it without encryption")
    if content[-4:] != MAGIC:
        what = "the file does not end as Parquet ends" if content[:4] == MAGIC else "the document is not Parquet"
        mend = AGAIN if content[:4] == MAGIC else "save it as Parquet, or name its own format in the manifest"
        raise FormatProblem(what if content else "the document is empty", at=Location(path), mend=mend)
    file = parquet.ParquetFile(
        pyarrow.BufferReader(content),
        pre_buffer=False,
        # Nanoseconds of a day beside the day: as Arrow's nanoseconds they would run over in 2262, untold.
        coerce_int96_timestamp_unit="us",
        page_checksum_verification=True,
    )
    names = file.schema_arrow.names
    if len(set(names)) != len(names):
        twice = next(at for at, name in enumerate(names) if name in names[:at])
        what = f"two columns have the name {names[twice]!r}"
        raise FormatProblem(what, at=Location(path, 1, twice + 1), mend="rename one of them")
    if any(_depth(each.type) > DEEPEST for each in file.schema_arrow):
        raise FormatProblem(TOO_DEEP, at=Location(path), mend=FLATTEN)
    return file


def _rows(metadata: Any) -> int:
    """How many rows there are to be; what the row groups say, for some writers leave the sum out."""
    return sum(int(metadata.row_group(at).num_rows) for at in range(metadata.num_row_groups))


def _batch_size(metadata: Any, path: str) -> int:
    """Rows of a batch: fewer where they are wide. The same for the same file, wherever it is read.

    Raises FormatProblem: a row would not fit into memory, or into a database.
    """
    size: int = sum(max(0, metadata.row_group(at).total_byte_size) for at in range(metadata.num_row_groups))
    average = size // max(1, _rows(metadata))
    if average > WIDEST:
        what = f"a row has {average >> 20} MB on average, where at most {WIDEST >> 20} MB are read"
        raise FormatProblem(what, at=Location(path), mend="keep such large values in files of their own")
    return max(1, min(MOST_ROWS, MOST_BYTES // max(1, average)))


def _depth(kind: Any) -> int:
    return 1 + max((_depth(kind.field(at).type) for at in range(kind.num_fields)), default=0)


def _failures() -> tuple[type[BaseException], ...]:
    import pyarrow

    return pyarrow.ArrowException, OSError, ValueError, OverflowError


def _in_column(file: Any, size: int, index: int, error: BaseException) -> BaseException:
    """The same failure with the column that it is of, if one alone has it."""
    for place, name in enumerate(file.schema_arrow.names, start=1):
        try:
            for _ in file.iter_batches(batch_size=size, columns=[name], use_threads=False):
                pass
        except _failures() as its_own:
            return _Column(_reason(its_own), place, name)
    return error


class _Column(ValueError):
    """What is wrong with one column."""

    def __init__(self, what: str, place: int, name: str) -> None:
        super().__init__(what)
        self.what, self.place, self.name = what, place, name


@contextmanager
def _problems(path: str, row: int | None = None, column: int | None = None, name: str = "") -> Iterator[None]:
    """What goes wrong inside is told as a problem of the document, at its row and column from 1."""
    try:
        yield
    except FormatProblem:
        raise
    except Unreadable as error:
        at = Location(path, None if row is None else row + (error.row or 0), column)
        raise FormatProblem(f"column {name!r}: {error.what}", at=at, mend=error.mend) from error
    except _Column as error:
        at = Location(path, row, error.place)
        what = f"column {error.name!r} cannot be read: {error.what}"
        raise FormatProblem(what, at=at, mend=_mend(error.what)) from error
    except _failures() as error:
        reason = _reason(error)
        raise FormatProblem(f"cannot be read: {reason}", at=Location(path, row), mend=_mend(reason)) from error


def _reason(error: BaseException) -> str:
    """Arrow's first line, as far as it can be shown."""
    lines = str(error).splitlines() or [type(error).__name__]
    return "".join(each if each.isprintable() else "\ufffd" for each in lines[0])[:300]


def _mend(reason: str) -> str:
    known = reason.lower()
    if any(word in known for word in ("not yet implemented", "not implemented", "unsupported", "not support")):
        return "write it again without this: plain encodings, Snappy or Zstandard"
    return AGAIN


def _text(known: bytes) -> str:
    return known.decode("utf-8", "replace")
