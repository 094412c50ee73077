"""Fields of shared entities on the way from contributions to a value: what is still to be merged, and what is done.

Both who merges in SQL and who merges in Python end here. A value that more is to be
merged into is exact, whatever the field's type can hold; that no value is to be had
from the first contribution that speaks of a field is a value, too.
"""

from __future__ import annotations

import enum
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

from docgraph.model.schema import EnumRef, Field, Merge, Scalar

INT_BOUNDS = {Scalar.INT: 1 << 31, Scalar.INT8: 1 << 63}
FLOAT_BOUND = Decimal(2) ** 1024
EXACT = Context(prec=200_000, Emax=MAX_EMAX, Emin=MIN_EMIN)  # digits, more than a database column holds


class Said(enum.Enum):
    """What stands for a value that is not there."""

    NULL = "null"  # the first contribution that speaks of the field says that it has no value


class Unfit(Exception):
    """The type of the field cannot hold what its contributions come to."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


def finished(field: Field, merged: object) -> object:
    """The value as a row holds it. Raises Unfit."""
    if merged is Said.NULL:
        return None
    if merged is None and field.required:
        merged = {Merge.SUM: 0, Merge.COUNT: 0, Merge.UNION: [], Merge.COLLECT: []}.get(field.merge)
    if field.merge not in (Merge.SUM, Merge.COUNT) or merged is None or isinstance(field.type, EnumRef):
        return merged
    number = Decimal(str(merged))
    match field.type:
        case Scalar.INT | Scalar.INT8:
            bound = INT_BOUNDS[field.type]
            if not -bound <= number < bound:
                raise _too_large(field, number)
            return int(number)
        case Scalar.FLOAT:
            if abs(number) >= FLOAT_BOUND:
                raise _too_large(field, number)
            return float(number)
        case _:
            return number


def exact_sum(one: object, other: object) -> Decimal:
    """The sum of two numbers; a float stands for the number that it is written as."""
    return EXACT.add(Decimal(str(one)), Decimal(str(other)))


def _too_large(field: Field, number: Decimal) -> Unfit:
    assert isinstance(field.type, Scalar)
    return Unfit(
        f"cannot hold the sum of `{field.name}`, {number:.6g}, in {field.type.value}",
        f"give `{field.name}` the type {'BigInt' if field.type is not Scalar.FLOAT else 'BigDecimal'} in the schema",
    )
