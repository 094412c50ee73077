"""Whether an answer may be given: judged from what its own statement told about blocks and problems.

Source: spec/subgraph-api.md 2.11.
"""

from __future__ import annotations

from collections.abc import Mapping

from docgraph.query import plan
from docgraph.query.blocks import EARLIEST, HEAD, flawed_column, found_column

Told = Mapping[str, object]


def blocks_missing(operation: plan.Operation, deployment: str, told: Told) -> dict[str, str]:
    """For each root whose block cannot be read, by key, the message that says why."""
    found = {}
    for place, root in enumerate(operation.roots):
        message = _missing(root.block, place, deployment, told)
        if message is not None:
            found[root.key] = message
    return found


def _missing(block: plan.BlockAt, place: int, deployment: str, told: Told) -> str | None:
    match block:
        case plan.AtNumber(number):
            return _beyond("block.number", number, deployment, told) or _before(number, deployment, told)
        case plan.AtLeast(number):
            return _beyond("block.number_gte", number, deployment, told)
        case plan.AtHash() if not told[found_column(place)]:
            return "Failed to decode `block.hash` value: `no block with that hash found`"
        case _:
            return None


def head_of(told: Told) -> int:
    head = told[HEAD]
    return head if isinstance(head, int) else 0


def _beyond(argument: str, number: int, deployment: str, told: Told) -> str | None:
    head = head_of(told)
    if number <= head:
        return None
    return (
        f"Failed to decode `{argument}` value: `subgraph {deployment} has only indexed up to block number {head} "
        f"and data for block number {number} is therefore not yet available`"
    )


def _before(number: int, deployment: str, told: Told) -> str | None:
    earliest = told[EARLIEST]
    if not isinstance(earliest, int) or number >= earliest:
        return None
    return (
        f"Failed to decode `block.number` value: `subgraph {deployment} only has data starting at block number "
        f"{earliest} and data for block number {number} is therefore not available`"
    )


def refused_for_problems(operation: plan.Operation, told: Told) -> bool:
    """Whether a root that wants no data while documents have problems has to go without."""
    return any(
        root.policy is plan.Policy.DENY and told[flawed_column(place)] is True
        for place, root in enumerate(operation.roots)
    )


def awaited(operation: plan.Operation, told: Told) -> int | None:
    """The block that the answer has to wait for, if there is one."""
    wanted = max((root.block.number for root in operation.roots if isinstance(root.block, plan.AtLeast)), default=0)
    return wanted if wanted and wanted > head_of(told) else None
