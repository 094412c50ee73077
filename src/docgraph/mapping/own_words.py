"""What a document has said itself, on top of what documents at lower positions say.

A handler that is called for the second record of a document loads what it saved for the
first one. Merges are those that the store makes in SQL; here they take one step more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from docgraph.mapping.shape import Shape
from docgraph.model.changes import Row
from docgraph.model.merging import Said, Unfit, exact_sum, finished
from docgraph.model.schema import EnumRef, Field, Merge


def with_words(shape: Shape, row: Row | None, said: Mapping[str, object]) -> Row:
    """A shared entity after one more contribution: attribute name → what is assigned.

    More may be merged into each value; `finish` gives those that a row holds.
    """
    before = (None,) * len(shape.fields) if row is None else row
    return tuple(
        said[name] if name == "id" else _merged(shape, name, field, old, said)
        for (name, field), old in zip(shape.fields.items(), before, strict=True)
    )


def finish(shape: Shape, row: Row) -> Row:
    """The values as a row holds them."""
    return tuple(_finished(field, value) for field, value in zip(shape.fields.values(), row, strict=True))


def is_whole(shape: Shape, row: Row) -> bool:
    """Has the row a value wherever it must have one?"""
    return all(value is not None or not field.required for field, value in zip(shape.fields.values(), row, strict=True))


def _finished(field: Field, value: object) -> object:
    try:
        return finished(field, value)
    except Unfit:
        return None  # as it is served


def _merged(shape: Shape, name: str, field: Field, old: Any, said: Mapping[str, Any]) -> object:
    if field.merge is Merge.COUNT:
        return (old or 0) + (said.get(name) is not None)
    if name not in said:
        return old
    new = said[name]
    match field.merge:
        case Merge.LAST:
            return new
        case Merge.FIRST | Merge.UNIQUE:
            if old is not None:
                return old
            return Said.NULL if new is None else new
        case Merge.UNION | Merge.COLLECT | Merge.SUM | Merge.MIN | Merge.MAX | Merge.AND | Merge.OR:
            if old is None or new is None:
                return _united(shape, field, new) if old is None and new is not None else old
            return _of_two(shape, field, old, new)
        case _:
            assert_never(field.merge)


def _of_two(shape: Shape, field: Field, old: Any, new: Any) -> object:
    match field.merge:
        case Merge.UNION:
            return _united(shape, field, [*old, *new])
        case Merge.COLLECT:
            return [*old, *new]
        case Merge.SUM:
            return exact_sum(old, new)
        case Merge.MIN:
            return min(old, new)
        case Merge.MAX:
            return max(old, new)
        case Merge.AND:
            return old and new
        case _:
            return old or new


def _united(shape: Shape, field: Field, value: Any) -> object:
    """Of a list that is to be united with others, every element once, sorted."""
    if field.merge is not Merge.UNION:
        return value
    order = shape.orders[field.type.name] if isinstance(field.type, EnumRef) else None
    return sorted(
        set(value), key=lambda each: (each is None, order.index(each) if order and each is not None else each)
    )
