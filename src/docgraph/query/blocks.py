"""Blocks in SQL: which number a root field reads at, and what a statement tells about blocks.

Whether a wanted block is there is judged after the fact, from columns of the same
statement: one statement is one snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator

from docgraph.query import plan
from docgraph.store.layout import Layout
from docgraph.store.sql import Sql, name, sql, value

HEAD = "head"  # number of the latest block
FLAWED = "coalesce((select flawed from {} where {} <= {} order by {} desc limit 1), false)"
EARLIEST = "earliest"  # number of the earliest block that can still be read


def number_at(block: plan.BlockAt, layout: Layout) -> Sql | None:
    """The number of the block to read at; None: the latest. Unknown hashes give null."""
    match block:
        case plan.AtNumber(number):
            return sql("{}::integer", value(number))
        case plan.AtHash(hash=content):
            return _number_of(content, layout)
        case plan.AtLeast() | None:
            return None


def _number_of(content: bytes, layout: Layout) -> Sql:
    # Equal documents have equal hashes, so a state that came back has its hash twice: the later one counts.
    return sql("(select max({}) from {} where {} = {})", name("number"), layout.block, name("hash"), value(content))


def evidence(operation: plan.Operation, layout: Layout) -> Iterator[tuple[str, Sql]]:
    """What must be known to judge whether the answer may be given, as named columns."""
    blocks = [root.block for root in operation.roots]
    number = name("number")
    if any(isinstance(block, plan.AtNumber | plan.AtLeast) for block in blocks):
        yield HEAD, sql("(select max({}) from {})", number, layout.block)
        yield EARLIEST, sql("(select min({}) from {})", number, layout.block)
    for place, root in enumerate(operation.roots):
        if isinstance(root.block, plan.AtHash):
            yield found_column(place), sql("{} is not null", _number_of(root.block.hash, layout))
        if root.policy is plan.Policy.DENY:
            yield flawed_column(place), flawed(root.block, layout)


def found_column(place: int) -> str:
    """The column that tells whether the block of the root at `place` is known."""
    return f"found{place}"


def flawed_column(place: int) -> str:
    """The column that tells whether documents had problems at the block of the root at `place`."""
    return f"flawed{place}"


def flawed(block: plan.BlockAt, layout: Layout) -> Sql:
    """Whether documents had problems at the block."""
    number = number_at(block, layout)
    if number is None:
        return sql("exists (select from {})", layout.problem)
    return sql(FLAWED, layout.block, name("number"), number, name("number"))
