"""What a document has said itself, on top of what documents at lower positions say.

A handler that is called for the second record of a document loads what it saved for the
first one. Merges are those that the store makes in SQL; here they take one step more.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, assert_never

from docgraph.mapping.shape import Shape
from docgraph.model.changes import Row
from docgraph.model.schema import Field, Merge, Scalar


def with_words(shape: Shape, row: Row | None, said: Mapping[str, object]) -> Row:
    """The row of a shared entity after one more contribution: attribute name → what is assigned."""
    before = (None,) * len(shape.fields) if row is None else row
    return tuple(
        said[name] if name == "id" else _merged(field, old, said[name]) if name in said else _filled(field, old)
        for (name, field), old in zip(shape.fields.items(), before, strict=True)
    )


def is_whole(shape: Shape, row: Row) -> bool:
    """Has the row a value wherever it must have one?"""
    return all(value is not None or not field.required for field, value in zip(shape.fields.values(), row, strict=True))


def _merged(field: Field, old: Any, new: Any) -> object:
    match field.merge:
        case Merge.LAST:
            return new
        case Merge.FIRST | Merge.UNIQUE:
            return new if old is None else old
        case Merge.COUNT:
            return (old or 0) + (new is not None)
        case Merge.UNION:
            elements = {*(old or ()), *(new or ())}
            return sorted(elements, key=lambda each: (each is None, each)) if new is not None else _filled(field, old)
        case Merge.COLLECT:
            return [*(old or ()), *new] if new is not None else _filled(field, old)
        case Merge.SUM | Merge.MIN | Merge.MAX | Merge.AND | Merge.OR:
            if old is None or new is None:
                return _filled(field, new if old is None else old)
            return _of_two(field, old, new)
        case _:
            assert_never(field.merge)


def _of_two(field: Field, old: Any, new: Any) -> object:
    match field.merge:
        case Merge.SUM if field.type is Scalar.FLOAT:
            return float(Decimal(str(old)) + Decimal(str(new)))
        case Merge.SUM:
            return old + new
        case Merge.MIN:
            return min(old, new)
        case Merge.MAX:
            return max(old, new)
        case Merge.AND:
            return old and new
        case _:
            return old or new


def _filled(field: Field, value: object) -> object:
    """The value, or what a field is that must have one and of which nobody says anything."""
    if value is not None or not field.required:
        return value
    match field.merge:
        case Merge.SUM | Merge.COUNT:
            return 0
        case Merge.UNION | Merge.COLLECT:
            return []
        case _:
            return None
