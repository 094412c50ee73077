"""`docgraph query`: one question to the index, without a server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docgraph.model.problem import Unavailable
from docgraph.server.serving import serving
from docgraph.server.settings import Settings


async def ask(settings: Settings, query: str, variables: Mapping[str, Any] | None, operation_name: str | None) -> bytes:
    """The GraphQL answer as JSON.

    Raises Unavailable: the database does not answer, or nothing is indexed yet.
    """
    async with serving(settings, lambda event: None) as current:
        if current.engine is None:
            raise Unavailable(
                f"nothing is served as '{settings.index}' yet", mend="run docgraph index, or docgraph dev"
            )
        answer = await current.engine.execute(current.readers, query, variables, operation_name)
        return answer.body
