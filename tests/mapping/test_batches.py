"""Batch handlers: entities saved as columns are what they would be had each been saved by itself."""

from __future__ import annotations

import asyncio
import io
import math
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docgraph.formats.parquet import ParquetReader
from docgraph.mapping import Handlers
from docgraph.model.changes import Contribution, Save
from docgraph.model.document import Document
from docgraph.model.problem import HandlerProblem, Problem, Problems
from docgraph.model.reads import Reads, nothing

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMA = """
enum Side { BUY SELL }

type Trade @entity {
  id: ID!
  text: String
  needed: String!
  count: Int
  big: Int8
  huge: BigInt
  amount: BigDecimal
  price: Float
  flag: Boolean
  side: Side
  day: Date
  moment: DateTime
  stamp: Timestamp
  raw: Bytes
  more: JSON
  tags: [String!]
}

type Symbol @entity(shared: true) {
  id: ID!
  trades: Int! @merge(fn: SUM)
}
"""
MANIFEST = """
specVersion: 1.0.0
schema: {file: ./schema.graphql}
dataSources:
  - kind: folder
    name: Rows
    source: {path: ./documents}
    mapping: {file: ./mappings/postings.py, entities: [Trade, Symbol], recordHandlers: [{handler: row}]}
  - kind: folder
    name: Batches
    source: {path: ./documents}
    mapping: {file: ./mappings/postings.py, entities: [Trade, Symbol], batchHandlers: [{handler: rows}]}
"""
MAPPING = """
def row(record):
    {name}(**record.data).save()

def rows(batch):
    {name}.save_all(batch.data, lines=batch.lines)
"""

# What a column may be, and what may stand in it: for each field what is stored as it is, what is made to fit, and
# what is refused.
TEXTS = st.sampled_from(["", "a", "ß", "1", "true", "x\0y", "BUY", "2024-02-29", "2024-02-29T10:00:00Z", "0x1f"])
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))
KINDS: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    (pa.string(), TEXTS),
    (pa.large_string(), TEXTS),
    (pa.dictionary(pa.int8(), pa.string()), TEXTS),
    (pa.bool_(), st.booleans()),
    (pa.int8(), st.integers(-128, 127)),
    (pa.int32(), st.integers(-(2**31), 2**31 - 1)),
    (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    (pa.uint32(), st.integers(0, 2**32 - 1)),
    (pa.uint64(), st.integers(0, 2**64 - 1)),
    (pa.float32(), st.floats(width=32)),
    (pa.float64(), st.floats() | st.sampled_from([math.nan, math.inf, 2.0, -0.0])),
    (pa.decimal128(20, 4), st.decimals(-(10**10), 10**10, places=4)),
    (pa.date32(), st.dates()),
    (pa.timestamp("us"), MOMENTS),
    (pa.timestamp("ns", "UTC"), st.integers(-(2**62), 2**62)),
    (pa.timestamp("s", "Europe/Berlin"), MOMENTS.map(lambda each: each.replace(microsecond=0, tzinfo=UTC))),
    (pa.binary(), st.binary(max_size=4)),
    (pa.list_(pa.string()), st.lists(TEXTS | st.none(), max_size=3)),
    (pa.struct({"a": pa.int32()}), st.fixed_dictionaries({"a": st.integers(0, 9) | st.none()})),
    (pa.null(), st.none()),
]
FIELDS = [line.split(":")[0].strip() for line in SCHEMA.splitlines()[4:20] if ":" in line]


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    count = draw(st.integers(0, 6))
    columns: dict[str, pa.Array] = {}
    for name in draw(st.lists(st.sampled_from(FIELDS), unique=True, min_size=1)):
        kind, values = draw(st.sampled_from(KINDS))
        columns[name] = pa.array([draw(values | st.none()) for _ in range(count)], kind)
    if draw(st.integers(0, 9)):  # mostly, what must be there is
        ids = st.integers(0, 99).map(str)
        if not draw(st.integers(0, 9)):
            ids |= st.sampled_from(["é", "x" * 501, "é" * 1001, "a\0b"])
        columns["id"] = pa.array([draw(ids) for _ in range(count)], pa.string())
        columns.setdefault("needed", pa.array(["n"] * count, pa.string()))
    return pa.table(columns)


class Both:
    """A project whose two sources say the same row by row and by the batch."""

    def __init__(self, project: Any) -> None:
        project.schema_text, project.manifest_text = SCHEMA, MANIFEST
        self._project = project

    def load(self, mapping: str) -> Handlers:
        self._project.write("mappings/postings.py", f"from generated.schema import Symbol, Trade\n{mapping}")
        handlers: Handlers = self._project.load()
        return handlers


@pytest.fixture
def both(project: Any) -> Both:
    return Both(project)


def file_of(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


async def said(handlers: Handlers, source: str, content: bytes) -> tuple[Contribution, ...] | tuple[Problem, ...]:
    """The contributions, or the problems."""
    document = Document("it.parquet", content, source=source, reader=ParquetReader())
    try:
        return await handlers.source(source).run(document, lambda event: None, Reads(nothing))
    except Problems as several:
        return several.problems
    except Problem as problem:
        return (problem,)


def told(found: tuple[Any, ...]) -> list[object]:
    """What can be compared: a code's place is another one."""
    return [each if not isinstance(each, Problem) else (type(each), each.what, each.at, each.mend) for each in found]


@pytest.mark.parametrize("name", ["Trade", "Symbol"])
def test_a_batch_says_what_its_rows_say(both: Both, name: str) -> None:
    handlers = both.load(MAPPING.format(name=name))
    met = {"saved": 0, "refused": 0}

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(table=tables())
    def same(table: pa.Table) -> None:
        if name == "Symbol":
            table = pa.table(
                {
                    "id": table["id"] if "id" in table.column_names else pa.nulls(table.num_rows),
                    "trades": table["count"] if "count" in table.column_names else range(table.num_rows),
                }
            )
        content = file_of(table)
        rows, batches = (asyncio.run(said(handlers, source, content)) for source in ("Rows", "Batches"))
        assert repr(told(rows)) == repr(told(batches))
        assert [type(value) for each in rows if isinstance(each, Save) for value in each.row] == [
            type(value) for each in batches if isinstance(each, Save) for value in each.row
        ]
        met["saved"] += any(isinstance(each, Save) for each in rows)
        met["refused"] += any(isinstance(each, Problem) for each in rows)

    same()
    assert min(met.values()) > 20, met


async def test_rows_that_are_filtered_keep_their_line(both: Both) -> None:
    handlers = both.load("""
import pyarrow.compute as pc

def row(record):
    pass

def rows(batch):
    wanted = pc.greater(batch.data["count"], 1)
    Trade.save_all(batch.data.filter(wanted), lines=batch.lines.filter(wanted))
""")
    table = pa.table({"id": ["a", "b", "c"], "needed": ["x", "y", "z"], "count": pa.array([1, 2, 3], pa.int32())})
    found = await said(handlers, "Batches", file_of(table))
    assert [(each.id, each.line) for each in found if isinstance(each, Save)] == [("b", 2), ("c", 3)]


async def test_several_batches_are_one_document(both: Both) -> None:
    handlers = both.load(MAPPING.format(name="Trade"))
    count = 25_000
    content = file_of(pa.table({"id": [str(at) for at in range(count)], "needed": ["x"] * count}))
    found = await said(handlers, "Batches", content)
    assert [each.line for each in found if isinstance(each, Save)] == list(range(1, count + 1))


async def test_entities_of_a_batch_can_be_saved_again_and_removed(both: Both) -> None:
    handlers = both.load("""
def row(record):
    pass

def rows(batch):
    Trade.save_all(batch.data)
    Trade(id="a", needed="later", count=1).save()
    Trade.remove("b")
    Trade.save_all(batch.data.select(["id", "needed"]).slice(2))
""")
    table = pa.table({"id": ["a", "b", "c"], "needed": ["x", "y", "z"], "text": ["1", "2", "3"]})
    found = await said(handlers, "Batches", file_of(table))
    assert [(type(each).__name__, each.id) for each in found] == [("Save", "a"), ("Remove", "b"), ("Save", "c")]
    first, _, last = found
    assert isinstance(first, Save)
    assert isinstance(last, Save)
    assert first.row[:4] == ("a", "1", "later", 1)
    assert last.row[:3] == ("c", "3", "z")


@pytest.mark.parametrize(
    ("call", "what", "mend"),
    [
        ("Trade.save_all([])", "Trade.save_all() is given list", "RecordBatch"),
        ("Trade.save_all(batch.data.rename_columns(['id', 'neded']))", "Trade has no field `neded`", "`needed`"),
        ("Trade.save_all(batch.data.rename_columns(['id', 'id']))", "given two columns `id`", "drop"),
        ("Trade.save_all(batch.data, lines=[1])", "given 2 rows and 1 lines", "batch.lines"),
    ],
)
async def test_misuse_is_told_at_the_line_of_code(both: Both, call: str, what: str, mend: str) -> None:
    handlers = both.load(f"def row(record):\n    pass\n\ndef rows(batch):\n    {call}\n")
    table = pa.table({"id": ["a", "b"], "needed": ["x", "y"]})
    (problem,) = await said(handlers, "Batches", file_of(table))
    assert isinstance(problem, HandlerProblem)
    assert what in problem.what
    assert mend in problem.mend
    assert (problem.at.path, problem.at.line) == ("mappings/postings.py", 6)


async def test_documents_of_other_formats_have_no_batches(both: Both, project: Any) -> None:
    both.load(MAPPING.format(name="Trade"))
    with pytest.raises(Problem) as caught:
        await project.run("a,b\n", "a.csv", "Batches")
    assert caught.value.what == "the format csv has no batches"


async def test_twenty_problems_are_told_of_a_batch(both: Both) -> None:
    handlers = both.load(MAPPING.format(name="Trade"))
    table = pa.table({"id": [str(at) for at in range(50)], "needed": ["x"] * 50, "count": ["many"] * 50})
    rows = await said(handlers, "Rows", file_of(table))
    batches = await said(handlers, "Batches", file_of(table))
    assert len(batches) == 20
    assert told(rows) == told(batches)
    problem = batches[6]
    assert isinstance(problem, Problem)
    assert str(problem.at) == "it.parquet:7:3"


async def test_the_example_of_the_page_saves_what_it_filters(both: Both, project: Any) -> None:
    page = (DOCS / "mappings.md").read_text(encoding="utf-8")
    section = page.split("## Rows by the thousand")[1]
    code = section.split("```python\n")[1].split("```")[0]
    project.schema_text = "type Trade @entity { id: ID! symbol: String! amount: BigDecimal! }"
    project.manifest_text = MANIFEST.replace(", Symbol]", "]").replace("handler: rows", "handler: handle_trades")
    project.write("mappings/postings.py", f"{code}\ndef row(record):\n    pass\n")
    amounts = pa.array([Decimal("1.50"), Decimal("-1")], pa.decimal128(9, 2))
    content = file_of(pa.table({"id": ["a", "b"], "symbol": ["X", "Y"], "amount": amounts, "venue": ["Z", "Z"]}))
    assert await said(project.load(), "Batches", content) == (Save("Trade", "a", ("a", "X", Decimal("1.5")), 1),)
