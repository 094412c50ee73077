"""Rows of `$document` put together by us are those that the driver makes of the same values."""

from __future__ import annotations

import random

import pytest

from docgraph.store.document_rows import COLUMNS, Record, document_rows

NAMED = ("id", "source", "path", "size", "mtime_ns", "inode", "ctime_ns", "hash", "code", "failed", "types")
ENDS = (0, 1, -1, 2**63 - 1, -(2**63))
FOUND = 'select * from "{}"."$document" order by id'
FORGET = 'delete from "{}"."$document"'


def record(chance: random.Random, number: int) -> Record:
    def long() -> int:
        return chance.choice([*ENDS, chance.randrange(2**62)])

    path = "".join(chance.choices("ab/ é\u2028𝄞", k=chance.choice([0, 3, 200])))
    types = tuple(chance.choices(range(-(2**15), 2**15), k=chance.choice([0, 1, 1, 2, 40])))
    content, code = chance.randbytes(chance.choice([0, 16])), chance.randbytes(16)
    stat = long(), long(), long(), long()
    return number, chance.randrange(2**15), f"{number}{path}", *stat, content, code, chance.random() < 0.5, types


async def test_rows_of_documents_are_those_that_the_driver_would_write(writer_of, connection):
    chance = random.Random(5)
    records = [record(chance, number) for number in range(300)]
    async with writer_of() as writer:
        namespace = writer.layout.namespace
        await connection.copy_records_to_table("$document", schema_name=namespace, columns=NAMED, records=records)
        find, forget = FOUND.format(namespace), FORGET.format(namespace)
        driven = await connection.fetch(find)
        await connection.execute(forget)
        rows = document_rows(records)
        await connection.copy_to_table(
            "$document", schema_name=namespace, columns=COLUMNS, source=rows, format="binary"
        )
        ours = await connection.fetch(find)
    assert len(ours) == 300
    assert [tuple(each) for each in ours] == [tuple(each) for each in driven]


@pytest.mark.parametrize("at", [3, 4, 5, 6])
def test_a_number_that_no_column_holds_is_refused_as_the_driver_refuses_it(at: int):
    values = [1, 0, "a.md", 0, 0, 0, 0, b"", b"", False, ()]
    values[at] = 2**63
    with pytest.raises(OverflowError):
        document_rows([tuple(values)])  # type: ignore[arg-type]
