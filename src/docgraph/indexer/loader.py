"""Let handlers load while they run, several at a time: what is asked for in one moment is looked for at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

from docgraph.model.changes import Id, Row
from docgraph.model.reads import Others

Look = Callable[[str, Sequence[Id]], Awaitable[Mapping[Id, Row]]]  # entity name, ids → those that are there
# Entity name, a field of it, ids → for each of them, the entities that refer to it.
Refer = Callable[[str, str, Sequence[Id]], Awaitable[Mapping[Id, Mapping[Id, Row]]]]


class Loader:
    """`async with Loader(look) as loader:`. When it ends, nothing is being looked for any more.

    Whatever goes wrong in `look` is raised there, whatever handlers make of it: it is no fault of theirs.
    """

    def __init__(self, look: Look, refer: Refer) -> None:
        self._look, self._refer = look, refer
        self._wanted: dict[tuple[str, ...], dict[Id, asyncio.Future[Any]]] = {}  # by entity name, or that and a field
        self._task: asyncio.Task[None] | None = None
        self._fault: Exception | None = None

    @property
    def others(self) -> Others:
        """What documents find by this."""
        return Others(self.load, self.refer)

    async def load(self, type_name: str, entity_id: Id) -> Row | None:
        """The row of an entity, if there is one."""
        found: Row | None = await self._ask((type_name,), entity_id)
        return found

    async def refer(self, type_name: str, field: str, target: Id) -> Mapping[Id, Row]:
        """The entities that refer to one by a field."""
        found: Mapping[Id, Row] | None = await self._ask((type_name, field), target)
        return found or {}

    async def _ask(self, question: tuple[str, ...], entity_id: Id) -> Any:
        if self._fault is not None:
            raise self._fault
        wanted = self._wanted.setdefault(question, {})
        if entity_id not in wanted:
            wanted[entity_id] = asyncio.get_running_loop().create_future()
        if self._task is None:
            self._task = asyncio.create_task(self._look_for_all())
        return await asyncio.shield(wanted[entity_id])

    async def __aenter__(self) -> Loader:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            if error is not None:
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._fault is not None and error is None:
            raise self._fault

    async def _look_for_all(self) -> None:
        try:
            while self._wanted:
                await asyncio.sleep(0)  # whoever else runs now asks, too
                wanted, self._wanted = self._wanted, {}
                for question, futures in wanted.items():
                    await self._look_for(question, futures)
        finally:
            self._task = None

    async def _look_for(self, question: tuple[str, ...], futures: Mapping[Id, asyncio.Future[Any]]) -> None:
        found: Mapping[Id, object] = {}
        type_name, *fields = question
        try:
            if fields:
                found = await self._refer(type_name, fields[0], sorted(futures))
            else:
                found = await self._look(type_name, sorted(futures))
        except Exception as fault:
            self._fault = fault
        for entity_id, future in futures.items():
            if future.done():
                continue
            if self._fault is None:
                future.set_result(found.get(entity_id))
            else:
                future.set_exception(self._fault)
                future.exception()  # whoever asked may have gone
