"""What a request may cost at most. All limits hold from the start; a server may be told others.

Pure values: `server/settings.py` reads them from the environment, and docs/http.md lists them.

Source: spec/subgraph-api.md 2.15, and what the largest real queries need: the figures are told beside the names.
"""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """The figures beyond which a request is refused, or given up."""

    request_bytes: int = 2_000_000  # of a body, or of the parameters of a GET
    tokens: int = 20_000  # of a document; the introspection query has some 200
    aliases: int = 2_500  # in a document
    depth: int = 64  # of selections; real queries have up to 8
    entities: int = 200_000_000  # that an answer can hold: four nested collections of 100 pass, five do not
    parts: int = 10_000  # of a plan: fields and conditions times the concrete types they are asked of
    statement_seconds: float = 10.0  # that Postgres may work on one statement, and that one waits for its turn
    wait_seconds: float = 10.0  # for the block that a request names as `number_gte`
    document_bytes: int = 100_000_000  # of memory for documents that were parsed lately
    plan_bytes: int = 100_000_000  # of memory for plans and statements that were used lately
    answer_bytes: int = 0  # of memory for answers that were given since the latest change; 0: none is kept
    persisted_bytes: int = 10_000_000  # of memory for texts of persisted queries
    subscriptions: int = 1_000  # of a process, at the same time
    operations: int = 100  # of one WebSocket, at the same time


USUAL = Limits()
