"""The plans that were used lately, found by the text of a request and what the plan depends on.

A plan is kept under its text, the shape of the variables and the values at the places
that were looked at while it was made. Places are part of the key, so a plan is only ever
found by a request that agrees with the one it was made for in all that was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from docgraph.api.coercion import Coercions, Shape, Signature, Unclear
from docgraph.api.compile import Compiled
from docgraph.api.documents import BYTES_PER_CHARACTER as DOCUMENT_BYTES
from docgraph.api.documents import Request
from docgraph.api.recent import Recent
from docgraph.query.print import statement
from docgraph.query.rows import Form
from docgraph.query.slots import Place, Printed, printed
from docgraph.store.layout import Layout

Values = Mapping[str, Any]  # of variables, coerced
BYTES_PER_CHARACTER = 8  # of memory that a plan takes, for each character of what it is made of and printed as
LEAST_BYTES = 4_000  # that a plan takes, however short
SHAPE_BYTES = 200  # of memory for each part of a shape, and for each place


class Prepared:
    """An operation that is ready to be asked of the database."""

    def __init__(self, compiled: Compiled, layout: Layout) -> None:
        self.compiled = compiled
        self._layout = layout
        self._exact: Printed | None = None
        self.first = self.exact if compiled.introspects else self._printed(Form.OPTIMISTIC)

    @property
    def exact(self) -> Printed:
        """The statement in its exact form; `first` is the one that is asked first."""
        if self._exact is None:
            self._exact = self._printed(Form.EXACT)
        return self._exact

    def _printed(self, form: Form) -> Printed:
        return printed(statement(self.compiled.operation, self._layout, form))


class _Text(msgspec.Struct, frozen=True, eq=False):
    """One operation of one text."""

    signature: Signature


class Plans:
    """Plans for one schema, within so many bytes of memory."""

    def __init__(self, coercions: Coercions, room: int) -> None:
        self._coercions = coercions
        self._texts: Recent[tuple[str, str | None], _Text] = Recent(room // 4)
        # Those that were looked at so far; only ever more while they are kept.
        self._places: Recent[tuple[_Text, Shape], tuple[Place, ...]] = Recent(room // 4)
        self._plans: Recent[object, Prepared] = Recent(room // 2)

    def find(self, text: str, name: str | None, given: Mapping[str, Any]) -> tuple[Prepared, Values] | None:
        """The plan of the operation called `name` for these variables, as they were sent, and their coerced values."""
        known = self._texts.find((text, name))
        if known is None:
            return None
        try:
            values, shape = known.signature.read(given)
        except Unclear:
            return None
        places = self._places.find((known, shape))
        if places is None:
            return None
        key = (known, shape, places, *[_exactly(values, each) for each in places]) if places else (known, shape, places)
        found = self._plans.find(key)
        return None if found is None else (found, values)

    def keep(
        self, text: str, request: Request, given: Mapping[str, Any], prepared: Prepared, places: tuple[Place, ...]
    ) -> None:
        """Keep the plan that was made for these variables; `places`: of the values it depends on."""
        known = self._texts.find((text, request.name))
        if known is None:
            known = _Text(self._coercions.signature(request.operation))
            self._texts.keep((text, request.name), known, LEAST_BYTES + BYTES_PER_CHARACTER * len(text))
        try:
            values, shape = known.signature.read(given)
        except Unclear:
            return
        before = self._places.find((known, shape)) or ()
        together = (*before, *(each for each in places if each not in before))
        shaped = SHAPE_BYTES * (1 + len(shape) + len(together)) + len(repr(shape))
        self._places.keep((known, shape), together, shaped)
        pinned = [_exactly(values, each) for each in together]
        self._plans.keep((known, shape, together, *pinned), prepared, shaped + _size(text, prepared, pinned))


def _exactly(values: Values, place: Place) -> object:
    """What is equal for no two values at the place that are not the same. Values at one place are of one type."""
    found: Any = values
    for key in place:
        found = found[key]
    return found if type(found) in (str, int, bool) else repr(found)


def _size(text: str, prepared: Prepared, pinned: Sequence[object]) -> int:
    """Bytes of memory, about."""
    characters = 2 * len(prepared.first.text) + len(text) + sum(len(str(each)) for each in pinned)
    # The fields about the index are parts of the document, and keep it in memory.
    document = DOCUMENT_BYTES * len(text) if prepared.compiled.about_the_index else 0
    return LEAST_BYTES + BYTES_PER_CHARACTER * characters + document
