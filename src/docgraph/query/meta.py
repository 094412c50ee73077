"""What the index tells about itself, in SQL.

Source: spec/subgraph-api.md 2.11: with a number as constraint only the number of
the block is told.
"""

from __future__ import annotations

from typing import assert_never

from docgraph.query.blocks import flawed, number_at
from docgraph.query.objects import Named, entries, text
from docgraph.query.plan import AtNumber, Meta, MetaField, MetaOutput
from docgraph.store.layout import Layout
from docgraph.store.sql import Sql, name, sql, value

BLOCK = name("block$")


def meta(root: Meta, layout: Layout) -> Sql:
    return entries([(output.key, _told(output, root, layout)) for output in root.outputs])


def _told(output: MetaOutput, root: Meta, layout: Layout) -> Sql:
    match output.field:
        case MetaField.TYPENAME:
            return text("_Meta_")
        case MetaField.DEPLOYMENT:
            return sql("{}::text", value(root.deployment))
        case MetaField.HAS_INDEXING_ERRORS:
            return flawed(root.block, layout)
        case MetaField.BLOCK:
            return _block(output, root, layout)
        case MetaField.HASH | MetaField.NUMBER | MetaField.TIMESTAMP | MetaField.PARENT_HASH:
            raise TypeError(f"{output.field.value} is told of a block")
        case _:
            assert_never(output.field)


def _block(output: MetaOutput, root: Meta, layout: Layout) -> Sql:
    wanted = number_at(root.block, layout)
    latest = sql("(select max({}) from {})", name("number"), layout.block)
    told: list[Named] = [(each.key, _of_block(each.field, root, layout)) for each in output.outputs]
    return sql(
        "(select {} from {} as {} where {}.{} = {})",
        *(entries(told), layout.block, BLOCK, BLOCK, name("number"), wanted or latest),
    )


def _of_block(field: MetaField, root: Meta, layout: Layout) -> Sql:
    if field is MetaField.TYPENAME:
        return text("_Block_")
    number = sql("{}.{}", BLOCK, name("number"))
    if field is MetaField.NUMBER:
        return number
    if isinstance(root.block, AtNumber):
        return sql("null::text")
    match field:
        case MetaField.HASH:
            return sql("'0x' || encode({}.{}, 'hex')", BLOCK, name("hash"))
        case MetaField.TIMESTAMP:
            return sql("extract(epoch from {}.{})::bigint", BLOCK, name("timestamp"))
        case MetaField.PARENT_HASH:
            return sql(
                "(select '0x' || encode({}, 'hex') from {} where {} = {} - 1)",
                *(name("hash"), layout.block, name("number"), number),
            )
        case _:
            raise TypeError(f"{field.value} is not told of a block")
