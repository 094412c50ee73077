"""Values that come anew with each request, in a plan that serves many requests.

A plan and its statement hold a slot where such a value goes. Whoever makes or prints
a plan can say what is to be done with the value later, and can learn nothing of it:
so nothing in the plan can depend on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import msgspec

from docgraph.store.sql import Sql, render

Place = tuple[str | int, ...]  # the name of a variable, then keys and indexes within its value
Step = Callable[[Any], object]


class Slot(msgspec.Struct, frozen=True, eq=False):
    """Where a value goes that is never null."""

    place: Place
    many: bool  # it is a list
    steps: tuple[Step, ...] = ()  # what is done with the value, in this order

    def filled(self, values: Mapping[str, Any]) -> object:
        """What is bound, given the variables' coerced values. Raises what the steps raise."""
        found: Any = values
        for key in self.place:
            found = found[key]
        for step in self.steps:
            found = step(found)
        return found

    def _unknown(self, *others: object) -> NoReturn:
        raise TypeError("the value of a slot is not known while a plan is made")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _unknown
    __bool__ = __str__ = __repr__ = __int__ = __iter__ = __len__ = _unknown


def later(given: object, step: Step) -> Any:
    """The outcome of the step: now, or for a slot each time that it is filled."""
    if isinstance(given, Slot):
        return msgspec.structs.replace(given, steps=(*given.steps, step))
    return step(given)


class Printed(msgspec.Struct, frozen=True, eq=False):
    """A statement for many requests."""

    text: str
    _parameters: Sequence[object]
    _slots: tuple[tuple[int, Slot], ...]  # by the index of the parameter

    def parameters(self, values: Mapping[str, Any]) -> list[object]:
        """What is bound for these values of the variables. Raises what the steps of slots raise."""
        found = list(self._parameters)
        for place, slot in self._slots:
            found[place] = slot.filled(values)
        return found


def printed(piece: Sql) -> Printed:
    """The rendered piece, its slots left open."""
    text, parameters = render(piece)
    slots = tuple((place, each) for place, each in enumerate(parameters) if isinstance(each, Slot))
    return Printed(text, parameters, slots)
