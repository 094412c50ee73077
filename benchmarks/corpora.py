"""Documents to index in benchmarks: the same trades as small JSON files, Markdown, JSON Lines and Parquet.

The same count gives the same bytes on every machine and every run. A trade as JSON has some 600 bytes; rows of Parquet
come in two widths, 341 bytes and 3 KB, as compressed with Snappy.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
from pyarrow import parquet

TO_A_FOLDER = 1_000  # documents
TO_A_FILE = 10_000  # lines of JSON Lines
TO_A_GROUP = 50_000  # rows of Parquet
NARROW, WIDE = 312, 2_990  # characters of a note that make a row of Parquet as wide as is wanted
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
SYMBOLS = tuple(f"S{number:03}" for number in range(500))
SIDES = ("BUY", "SELL")
FEW = 40  # pieces of the text that notes are cut from, in notes


class Trade(msgspec.Struct, frozen=True):
    """What every corpus tells of."""

    id: str
    symbol: str
    side: str
    quantity: int
    price: float
    moment: datetime  # UTC
    note: str


def trades(count: int, width: int = 450) -> Iterator[Trade]:
    """The trades 0 to `count` - 1, with notes of so many characters that hardly compress."""
    chance = random.Random(7)
    text = base64.b64encode(chance.randbytes(width * FEW * 8)).decode()
    last = len(text) - width
    for number in range(count):
        at = chance.randrange(last)
        yield Trade(
            f"trade-{number:08}",
            SYMBOLS[chance.randrange(500)],
            SIDES[number % 2],
            chance.randrange(1, 10_000),
            chance.randrange(100, 100_000) / 100,
            BEGAN + timedelta(seconds=number),
            text[at : at + width],
        )


def write_json(folder: Path, count: int) -> None:
    """A file for each trade, a thousand to a folder."""
    for number, trade in enumerate(trades(count)):
        _write(folder, number, "json", msgspec.json.encode(trade))


def write_markdown(folder: Path, count: int) -> None:
    """A file for each trade: some 150 bytes of front matter, the note and as much text again."""
    for number, each in enumerate(trades(count)):
        front = (
            f"id: {each.id}\nsymbol: {each.symbol}\nside: {each.side}\nquantity: {each.quantity}\nprice: {each.price}\n"
            f"moment: {each.moment.isoformat()}\n"
        )
        _write(folder, number, "md", f"---\n{front}---\n# {each.id}\n\n{each.note}\n".encode())


def write_jsonl(folder: Path, count: int) -> None:
    """A line for each trade, ten thousand to a file."""
    folder.mkdir(parents=True, exist_ok=True)
    found = trades(count)
    for start in range(0, count, TO_A_FILE):
        with (folder / f"{start // TO_A_FILE:04}.jsonl").open("wb") as file:
            for _ in range(min(TO_A_FILE, count - start)):
                file.write(msgspec.json.encode(next(found)) + b"\n")


def write_parquet(folder: Path, count: int, width: int = NARROW) -> None:
    """One file with a row for each trade."""
    folder.mkdir(parents=True, exist_ok=True)
    schema = pa.schema(
        [
            ("id", pa.string()),
            ("symbol", pa.string()),
            ("side", pa.string()),
            ("quantity", pa.int64()),
            ("price", pa.float64()),
            ("moment", pa.timestamp("us", "UTC")),
            ("note", pa.string()),
        ]
    )
    found = trades(count, width)
    with parquet.ParquetWriter(folder / "trades.parquet", schema, compression="snappy") as writer:
        for start in range(0, count, TO_A_GROUP):
            rows = [msgspec.structs.astuple(next(found)) for _ in range(min(TO_A_GROUP, count - start))]
            columns = zip(*rows, strict=True)
            writer.write_table(
                pa.table(
                    [pa.array(each, field.type) for each, field in zip(columns, schema, strict=True)], schema=schema
                )
            )


def write_wide_parquet(folder: Path, count: int) -> None:
    """The same with rows of 3 KB."""
    write_parquet(folder, count, WIDE)


def size(folder: Path) -> int:
    """Bytes of all files."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _write(folder: Path, number: int, extension: str, content: bytes) -> None:
    beneath = folder / f"{number // TO_A_FOLDER:04}"
    if number % TO_A_FOLDER == 0:
        beneath.mkdir(parents=True)
    (beneath / f"{number:07}.{extension}").write_bytes(content)


CORPORA: Mapping[str, Callable[[Path, int], None]] = {
    "json": write_json,
    "markdown": write_markdown,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
    "wide parquet": write_wide_parquet,
}
