"""Parquet: what its columns become, how much is read at once, and what is refused, whatever the file holds."""

from __future__ import annotations

import io
import math
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from docgraph.formats.parquet import MOST_ROWS, ParquetReader
from docgraph.model.document import Document
from docgraph.model.problem import FormatProblem

READER = ParquetReader()
# Those of the corpus that are refused, with a part of the reason.
REFUSED = {
    "ARROW-GH-41317.parquet": "columns do not have the same size",
    "ARROW-GH-47662.parquet": "column 'flba_field' cannot be read",
    "ARROW-RS-GH-6229-LEVELS.parquet": "column 'outer' cannot be read",
    "datapage_v1-corrupt-checksum.parquet": "CRC checksum verification failed",
    "large_string_map.brotli.parquet": "a row has 1024 MB on average",
}
CHILD = """
import sys
from docgraph.formats.parquet import ParquetReader
from docgraph.model.problem import FormatProblem

reader, (folder, count) = ParquetReader(), sys.argv[1:]
told = 0
for number in range(int(count)):
    content = open(f"{folder}/{number}", "rb").read()
    try:
        for record in reader.records(content, "it.parquet", ()):
            pass
    except FormatProblem as problem:
        assert problem.what and problem.mend and problem.at.path == "it.parquet"
        told += 1
print(told)
"""


def file_of(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def column(values: list[Any], kind: pa.DataType) -> list[Any]:
    """What becomes of a column in a file."""
    content = file_of(pa.table({"it": pa.array(values, kind)}))
    return [record.data["it"] for record in READER.records(content, "it.parquet", ())]


def refused(content: bytes) -> FormatProblem:
    with pytest.raises(FormatProblem) as caught:
        list(READER.records(content, "it.parquet", ()))
    assert caught.value.mend
    return caught.value


def test_all_of_the_corpus_is_read_or_refused_with_a_reason(corpus: Callable[[str], Path]) -> None:
    for file in sorted(corpus("parquet").glob("*/*.parquet")):
        content = file.read_bytes()
        if file.name in REFUSED:
            problem = refused(content)
            assert REFUSED[file.name] in problem.what, file.name
            continue
        records = list(READER.records(content, file.name, ()))
        data = READER.parse(content, file.name).data
        assert data["rows"] == len(records), file.name
        names = [each["name"] for each in data["columns"]]
        assert all(list(record.data) == names for record in records), file.name


def test_a_value_is_what_its_column_says() -> None:
    moment = datetime(2024, 2, 29, 13, 45, 0, 123456)
    for kind, values in (
        (pa.bool_(), [True, False, None]),
        (pa.int8(), [-128, None]),
        (pa.uint64(), [2**64 - 1]),
        (pa.float64(), [0.1, -math.inf]),
        (pa.float16(), [0.5]),
        (pa.decimal128(38, 3), [Decimal("-1.500")]),
        (pa.string(), ["", "ß\0", None]),
        (pa.large_string(), ["a"]),
        (pa.binary(), [b"\xff", None]),
        (pa.binary(2), [b"ab"]),
        (pa.date32(), [date(1, 1, 1), date(9999, 12, 31)]),
        (pa.timestamp("us"), [moment]),
        (pa.time64("us"), [time(23, 59, 59, 999999)]),
        (pa.list_(pa.int32()), [[1, None], [], None]),
        (pa.list_(pa.int32(), 2), [[1, 2], None, [3, 4]]),
        (pa.struct({"a": pa.int32(), "b": pa.string()}), [{"a": 1, "b": None}, None]),
        (pa.list_(pa.struct({"a": pa.list_(pa.string())})), [[{"a": ["x"]}, None], None]),
    ):
        found = column(values, kind)
        assert found == values, kind
    assert math.isnan(column([math.nan], pa.float64())[0])
    assert column([[("a", 1), ("b", None)], None, []], pa.map_(pa.string(), pa.int8())) == [
        {"a": 1, "b": None},
        None,
        {},
    ]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_moments_know_whether_they_are_in_utc(unit: str) -> None:
    moment = datetime(2024, 2, 29, 13, 45)
    assert column([moment, None], pa.timestamp(unit)) == [moment, None]
    (aware,) = column([moment.replace(tzinfo=UTC)], pa.timestamp(unit, "Europe/Berlin"))
    assert aware == moment.replace(tzinfo=UTC)
    assert aware.tzinfo is UTC


def test_what_python_cannot_hold_keeps_all_its_digits() -> None:
    assert column([1_700_000_000_000_000_001, 1_000], pa.timestamp("ns")) == [
        "2023-11-14 22:13:20.000000001",
        datetime(1970, 1, 1, 0, 0, 0, 1),
    ]
    assert column([1], pa.timestamp("ns", "UTC")) == ["1970-01-01 00:00:00.000000001Z"]
    assert column([1_001], pa.time64("ns")) == ["00:00:00.000001001"]
    assert column([10**18], pa.timestamp("us")) == [10**18]
    assert column([10**8], pa.date32()) == [10**8]


def test_a_row_is_a_line_and_a_column_a_column() -> None:
    content = file_of(pa.table({"a": [1, 2], "b": ["x", "y"]}))
    first, second = Document("it.parquet", content, source="A", reader=READER).records()
    assert (first.line, first.index, first.data) == (1, 0, {"a": 1, "b": "x"})
    assert (second.line, second.index) == (2, 1)
    assert READER.locate(content, (1, "b")) == (2, 2)
    assert READER.locate(content, (1,)) == (2, 1)
    assert READER.locate(content, ()) is None
    assert READER.locate(b"", (1, "b")) is None


def test_a_document_tells_what_is_in_it_without_reading_its_rows() -> None:
    schema = pa.schema([pa.field("a", pa.int64(), nullable=False), ("b", pa.string())], metadata={"by": "us"})
    content = file_of(pa.table({"a": [1, 2], "b": ["x", "y"]}, schema=schema))
    data = Document("it.parquet", content, source="A", reader=READER).data
    assert data["rows"] == 2
    assert data["columns"] == [
        {"name": "a", "type": "int64", "nullable": False},
        {"name": "b", "type": "string", "nullable": True},
    ]
    assert data["metadata"] == {"by": "us"}


def test_batches_are_bounded_in_rows_and_bytes_and_always_the_same() -> None:
    narrow = file_of(pa.table({"n": range(25_000)}))
    assert [(each.index, each.data.num_rows) for each in READER.batches(narrow, "it")] == [
        (0, MOST_ROWS),
        (10_000, MOST_ROWS),
        (20_000, 5_000),
    ]
    wide = file_of(pa.table({"n": [random.Random(at).randbytes(1 << 20) for at in range(40)]}))
    assert max(each.data.nbytes for each in READER.batches(wide, "it")) <= 17 << 20
    assert sum(each.data.num_rows for each in READER.batches(wide, "it")) == 40


def test_mistakes_are_told_with_their_place() -> None:
    whole = file_of(pa.table({"a": ["x"] * 100}), compression="none")
    assert refused(b"").what == "the document is empty"
    assert refused(b"a,b\n").what == "the document is not Parquet"
    assert refused(whole[:-20]).what == "the file does not end as Parquet ends"
    assert refused(whole[:-4] + b"PARE").what == "the file is encrypted"
    text = pa.StringArray.from_buffers(2, pa.array([0, 1, 2], pa.int32()).buffers()[1], pa.py_buffer(b"a\xff"))
    problem = refused(file_of(pa.table({"n": [1, 2], "t": text})))
    assert (problem.what, problem.at.line, problem.at.column) == ("column 't': the text is not UTF-8", 2, 2)
    twice = pa.array([[("a", 1)], [("b", 1), ("b", 2)]], pa.map_(pa.string(), pa.int8()))
    problem = refused(file_of(pa.table({"m": twice})))
    assert (problem.what, problem.at.line) == ("column 'm': the key 'b' stands twice in one map", 2)
    problem = refused(file_of(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])))
    assert (problem.what, problem.at.column) == ("two columns have the name 'a'", 2)
    with pytest.raises(FormatProblem, match="stand at no key"):
        list(READER.records(whole, "it.parquet", ("a",)))


def test_damaged_files_neither_end_nor_hold_up_the_process(tmp_path: Path) -> None:
    chance = random.Random(1)
    rows = 500
    table = pa.table(
        {
            "i": [chance.randrange(1 << 40) for _ in range(rows)],
            "s": [chance.choice(["a", "bb", "ccc", None]) for _ in range(rows)],
            "l": pa.array([[1, 2, None]] * rows, pa.list_(pa.int16())),
            "m": pa.array([[("k", 1.5)]] * rows, pa.map_(pa.string(), pa.float64())),
            "t": pa.array([1_700_000_000_000] * rows, pa.timestamp("ms", "UTC")),
        }
    )
    count = 0
    for compression in ("none", "snappy", "zstd"):
        content = file_of(table, compression=compression, row_group_size=200)
        for _ in range(100):
            damaged = bytearray(content)
            if chance.random() < 0.2:
                del damaged[chance.randrange(len(damaged)) : -8]
            for _ in range(chance.randrange(1, 4)):
                # The footer is where most goes wrong, and the last eight bytes say where it begins.
                least = chance.choice([0, len(damaged) // 2])
                damaged[chance.randrange(least, max(least + 1, len(damaged) - 4))] ^= 1 << chance.randrange(8)
            (tmp_path / str(count)).write_bytes(damaged)
            count += 1
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path), str(count)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > count // 2


def test_without_pyarrow_a_manifest_and_a_document_say_what_to_install() -> None:
    code = """
import sys
sys.modules["pyarrow"] = None
from docgraph.formats import FORMATS, reader_for
from docgraph.manifest import read_manifest
from docgraph.model.problem import FormatProblem, Problems

MANIFEST = '''
specVersion: 1.0.0
schema: {file: s.graphql}
dataSources:
  - kind: folder
    name: A
    source: {path: a%s}
    mapping: {file: m.py, entities: [X], %s: [{handler: h}]}
'''
NAMED = ", format: parquet"
for format, handlers in ((NAMED, "batchHandlers"), (NAMED, "recordHandlers"), ("", "batchHandlers")):
    try:
        read_manifest(MANIFEST % (format, handlers))
    except Problems as problems:
        print(problems)
read_manifest(MANIFEST % ("", "recordHandlers"))
try:
    list(reader_for("a.parquet").records(b"", "a.parquet", ()))
except FormatProblem as problem:
    print(problem)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    mended = (
        "the format parquet needs pyarrow, which is not installed\n  mend: install it: pip install 'docgraph[parquet]'"
    )
    places = ["subgraph.yaml:7:31", "subgraph.yaml:7:31", "subgraph.yaml:8:57", "a.parquet"]
    assert done.stdout == "".join(f"{place}: {mended}\n" for place in places)


def test_pyarrow_is_imported_only_for_a_parquet_document() -> None:
    code = "import sys, docgraph.cli, docgraph.server, docgraph.formats; print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
