"""The parts of a report: what each benchmark leaves in the report's folder, for people and for machines.

Every benchmark writes its own part, as JSON, and has the report made anew from whatever parts are there. So figures
can be taken one by one, on one day or on several, and each part says how it was asked and on which machine.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[1]


class Taken(msgspec.Struct, frozen=True):
    """When, where and of what a part was taken."""

    at: datetime  # UTC
    commit: str
    processors: int
    load: float  # average over the last minute, the benchmark's own work included
    python: str


class QueryLine(msgspec.Struct, frozen=True):
    """One who answers a shape of queries: medians of the rounds."""

    server: str
    rate: float  # answers per second
    ratio: float  # to the limit's, within a round
    p50: float  # milliseconds
    p99: float
    server_cpu: float  # microseconds per answer
    postgres_cpu: float
    memory: float  # MB of the server's process, afterwards
    times: float | None  # docgraph's rate as so many times this one's, within a round; None: docgraph's own line


class Queries(msgspec.Struct, frozen=True, tag="queries"):
    """One shape of queries, by everyone who answers it."""

    taken: Taken
    shape: str
    postings: int
    seconds: float  # of each run
    rounds: int
    connections: int
    lines: Sequence[QueryLine]


class Format(msgspec.Struct, frozen=True, tag="format"):
    """Documents of one format that come to an index which is there: medians of the rounds."""

    taken: Taken
    rounds: int
    name: str
    trades: int
    megabytes: float  # of the documents
    per_second: float  # trades
    megabytes_per_second: float
    of_copy: float  # the rate as a part of COPY's, within a round
    copy_per_second: float  # trades that COPY took
    of_walk: float | None  # how many times the seconds of the walk; None: of a few large files nobody asks
    cpu: float  # microseconds for each trade
    peak: int  # MB


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from a save to seeing it."""

    edits: int
    p50: float
    p90: float
    p99: float


class Answers(msgspec.Struct, frozen=True):
    """One kind of query, asked on one connection."""

    p50: float  # milliseconds
    cpu: float  # microseconds per answer, of the server and Postgres


class PeerIndex(msgspec.Struct, frozen=True):
    """The same documents through a peer; times are those of its whole process."""

    name: str
    first: float  # seconds
    first_times: float  # docgraph's whole process is so many times as fast, within a round
    unchanged: float
    unchanged_times: float
    changed: float  # with 1 % of the documents changed
    changed_times: float
    cpu: float  # microseconds for each document, of the process
    peak: int  # MB
    visible: Latency  # from a save to seeing it in Postgres


class Growth(msgspec.Struct, frozen=True, tag="growth"):
    """An index of so many documents: medians of the rounds."""

    taken: Taken
    rounds: int
    documents: int
    first: float  # seconds of a first index, from the start of the scan to the commit
    of_copy: float  # its rate as a part of COPY's
    copy_per_second: float  # rows
    cpu: float  # microseconds of the indexer for each document
    peak: int  # MB
    walk: float  # seconds for listing the files and their looks
    read: float  # seconds for listing them, and for opening, reading and closing each, just before the first index
    unchanged: float  # seconds of the scan at a start with nothing changed
    of_walk: float  # times the walk
    changed: float  # seconds from the start of the scan to the commit of 1 % that changed
    visible: Latency  # from a save to a GraphQL answer that has it
    burst: float  # milliseconds until many that were saved at once are seen
    bursting: int  # documents saved at once
    blocks: int  # that they were committed in
    watching: int  # MB of the indexer that follows
    by_id: Answers
    by_city: Answers
    peers: Sequence[PeerIndex]


class FirstAnswer(msgspec.Struct, frozen=True, tag="first-answer"):
    """From a clone to the first answer, in seconds by step: medians of the rounds."""

    taken: Taken
    rounds: int
    clone: float
    environment: float
    packages: float
    start: float  # of docgraph, to the answer
    together: float


class Said(msgspec.Struct, frozen=True, tag="said"):
    """What a benchmark without figures of its own in the report has printed."""

    taken: Taken
    name: str
    command: str
    text: str


Part = Queries | Format | Growth | FirstAnswer | Said


def taken() -> Taken:
    """Of this machine, now."""
    told = subprocess.run(("git", "rev-parse", "--short", "HEAD"), cwd=ROOT, capture_output=True, text=True)
    return Taken(
        datetime.now(UTC).replace(microsecond=0),
        told.stdout.strip() or "unknown",
        os.cpu_count() or 1,
        round(os.getloadavg()[0], 1),
        platform.python_version(),
    )


def keep(folder: Path, part: Part) -> None:
    """Write a part in the place of an earlier one of its kind."""
    match part:
        case Queries():
            name = part.shape
        case Growth():
            name = f"{part.documents:07}"
        case FirstAnswer():
            name = ""
        case Format() | Said():
            name = part.name
    parts = folder / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    file = "-".join(re.findall(r"\w+", f"{type(part).__name__} {name}".lower()))
    (parts / f"{file}.json").write_bytes(msgspec.json.format(msgspec.json.encode(part)) + b"\n")


def kept(folder: Path) -> Iterator[Part]:
    """The parts that are there, growth in ascending order of documents."""
    decode = msgspec.json.Decoder(Part).decode
    for file in sorted((folder / "parts").glob("*.json")):
        yield decode(file.read_bytes())
