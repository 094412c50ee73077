"""Which block an answer is read at, and what the index tells about itself. Source: spec/subgraph-api.md 2.11."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fuzz.naive.documents import Document
from fuzz.nouns import Block, Rows


class NotThere(Exception):
    def __init__(self, message: str, number: int | None = None) -> None:
        super().__init__(message)
        self.message, self.number = message, number


class Height(msgspec.Struct, frozen=True):
    number: int
    block: Block
    parent: Block | None
    flawed: bool  # documents had problems
    only_number: bool  # asked for by number: nothing else is told of the block


def height(rows: Rows, given: Mapping[str, Any] | None, deployment: str) -> Height:
    """The block that is asked for. Raises NotThere."""
    asked = {key: value for key, value in (given or {}).items() if value is not None}
    number, head = rows.head, rows.head
    if "hash" in asked:
        wanted = bytes.fromhex(asked["hash"].removeprefix("0x"))
        known = [each.number for each in rows.blocks if each.hash == wanted]
        if not known:
            raise NotThere("Failed to decode `block.hash` value: `no block with that hash found`")
        number = max(known)
    elif "number" in asked:
        number = asked["number"]
        if number > head:
            raise NotThere(_beyond("block.number", deployment, head, number), number)
        if number < rows.blocks[0].number:
            raise NotThere(
                f"Failed to decode `block.number` value: `subgraph {deployment} only has data starting at block number "
                f"{rows.blocks[0].number} and data for block number {number} is therefore not available`",
                number,
            )
    elif asked and asked["number_gte"] > head:
        raise NotThere(_beyond("block.number_gte", deployment, head, asked["number_gte"]), head)
    by_number = {each.number: each for each in rows.blocks}
    flawed = any(since <= number for since in rows.problems)
    only_number = "number" in asked and "hash" not in asked
    return Height(number, by_number[number], by_number.get(number - 1), flawed, only_number)


def _beyond(argument: str, deployment: str, head: int, number: int) -> str:
    return (
        f"Failed to decode `{argument}` value: `subgraph {deployment} has only indexed up to block number {head} "
        f"and data for block number {number} is therefore not yet available`"
    )


def meta(document: Document, nodes: list[Any], at: Height, deployment: str) -> dict[str, Any]:
    """The answer of `_meta`."""
    found: dict[str, Any] = {}
    for key, below in document.fields("_Meta_", [node.selection_set for node in nodes]).items():
        match below[0].name.value:
            case "__typename":
                found[key] = "_Meta_"
            case "deployment":
                found[key] = deployment
            case "hasIndexingErrors":
                found[key] = at.flawed
            case "block":
                asked = document.fields("_Block_", [node.selection_set for node in below])
                found[key] = {name: _of_block(each[0].name.value, at) for name, each in asked.items()}
    return found


def _of_block(name: str, at: Height) -> Any:
    match name:
        case "__typename":
            return "_Block_"
        case "number":
            return at.number
        case _ if at.only_number:
            return None
        case "hash":
            return f"0x{at.block.hash.hex()}"
        case "timestamp":
            return at.block.timestamp
    return f"0x{at.parent.hash.hex()}" if at.parent else None
