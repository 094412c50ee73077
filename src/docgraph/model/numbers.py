"""Numbers: what becomes an Int, Int8, BigInt, BigDecimal or Float, exactly or not at all.

No value is changed silently, save the rounding that BigDecimal and Float promise.
Numbers that would take for ever to write out are refused by their exponent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from docgraph.model.given import Refused, WrittenFloat, show

Coerce = Callable[[object], object]

MAX_DIGITS = 131_072  # what a Postgres numeric holds before the point
_CERTAIN_BITS = 435_408  # any number of so many bits has fewer digits than that
DECIMAL_DIGITS = 34  # decimal128, as graph-node. Source: spec/subgraph-api.md 1.2
DECIMAL_EXPONENT = 6144

_DECIMAL128 = Context(
    prec=DECIMAL_DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emin=-DECIMAL_EXPONENT - DECIMAL_DIGITS,
    Emax=DECIMAL_EXPONENT + DECIMAL_DIGITS,
    traps=[InvalidOperation],
)
_ZERO = Decimal(0)
_DIGITS = re.compile(r"[+-]?[0-9]+")
_NUMERIC = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,15})?")


def integer(name: str, bits: int) -> Coerce:
    """A coercion to a signed whole number of so many bits, stored as int."""
    low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1

    def coerce(value: object) -> object:
        number = value if type(value) is int else whole(value, name)
        if low <= number <= high:
            return number
        raise Refused(
            f"{show(value)} does not fit {name}",
            f"{name} goes from {low} to {high}; declare the field as BigInt for larger numbers",
            value,
        )

    return coerce


def big_int(value: object) -> Decimal:
    """A whole number of any size, stored as a Decimal with exponent 0."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        written = Decimal(value)
        if written.adjusted() >= MAX_DIGITS:
            raise _too_large(value, "BigInt")
        return written or _ZERO
    number = whole(value, "BigInt")
    if not is_writable(number):
        raise _too_large(value, "BigInt")
    return Decimal(number)


def whole(value: object, name: str) -> int:
    """The whole number that `value` is. Raises Refused: it is not one."""
    match value:
        case bool():
            pass
        case int():
            return int(value)
        case float():
            decimal = exact(value)
            if decimal is not None:
                return _integral(decimal, value, name)
        case Decimal() if value.is_finite():
            return _integral(value, value, name)
        case str() if _DIGITS.fullmatch(value):
            return _integral(Decimal(value), value, name)
    raise Refused(f"{show(value)} is not a whole number, as {name} needs", _mend_number(value), value)


def _integral(number: Decimal, value: object, name: str) -> int:
    if number.adjusted() >= MAX_DIGITS:
        raise _too_large(value, name)
    if number != number.to_integral_value():
        raise Refused(
            f"{show(value)} is not a whole number, as {name} needs",
            "round it in the handler, or declare the field as BigDecimal",
            value,
        )
    return int(number)


def big_decimal(value: object) -> Decimal:
    """A decimal number rounded half-even to 34 significant digits, without trailing zeros; zero has no sign.

    Source: spec/subgraph-api.md 1.2.
    """
    number = _decimal(value)
    if not number:
        return _ZERO
    if abs(number.adjusted()) > DECIMAL_EXPONENT:
        raise Refused(
            f"{show(value)} does not fit BigDecimal",
            f"its exponent must lie between -{DECIMAL_EXPONENT} and {DECIMAL_EXPONENT}",
            value,
        )
    return number.normalize(_DECIMAL128)


def _decimal(value: object) -> Decimal:
    match value:
        case bool():
            pass
        case int():
            if value.bit_length() < 25_000:  # anything longer is out of range, whatever its digits
                return Decimal(value)
            raise _too_large(value, "BigDecimal")
        case float():
            decimal = exact(value)
            if decimal is not None:
                return decimal
        case Decimal() if value.is_finite():
            return value
        case str() if _NUMERIC.fullmatch(value):
            return Decimal(value)
    raise Refused(f"{show(value)} is not a decimal number, as BigDecimal needs", _mend_number(value), value)


def real(value: object) -> float:
    """A finite float."""
    if type(value) is float and math.isfinite(value):
        return value
    number = _real(value)
    if number is not None and math.isfinite(number):
        return number
    if isinstance(value, float) or number is not None:
        raise Refused(
            f"{show(value)} is not a finite Float", "leave the field out (null) where there is no number", value
        )
    raise Refused(f"{show(value)} is not a number, as Float needs", _mend_number(value), value)


def _real(value: object) -> float | None:
    """The nearest float; infinite where it is too large or so small that nothing is left; None: it is no number."""
    match value:
        case bool():
            return None
        case float():
            decimal = exact(value)
        case int() if value.bit_length() < 1100:
            return float(value)
        case int():
            return math.inf
        case Decimal() if value.is_finite():
            decimal = value
        case str() if _NUMERIC.fullmatch(value):
            decimal = Decimal(value)
        case _:
            return None
    if decimal is None:
        return None
    nearest = float(decimal)
    return math.inf if decimal and not nearest else nearest


def exact(value: float) -> Decimal | None:
    """The decimal number that a float stands for: as written, else as it prints. None: it is no finite number."""
    text = value.written.replace("_", "") if isinstance(value, WrittenFloat) else repr(value)
    return Decimal(text) if _NUMERIC.fullmatch(text) else None


def is_writable(number: int) -> bool:
    """Whether a whole number has at most `MAX_DIGITS` digits; asks its bits first: writing it out may take long."""
    if number.bit_length() <= _CERTAIN_BITS:
        return True
    return number.bit_length() <= _CERTAIN_BITS + 4 and Decimal(number).adjusted() < MAX_DIGITS


def plain(number: int) -> str:
    """The decimal digits of a whole number, also where `str` gives up."""
    return str(int(number)) if number.bit_length() < 14_000 else format(Decimal(number), "f")


def _too_large(value: object, name: str) -> Refused:
    return Refused(
        f"{show(value)} is too large for {name}", f"at most {MAX_DIGITS} digits can be stored; store it as text", value
    )


def _mend_number(value: object) -> str:
    match value:
        case bool():
            return "true and false are not numbers; give 1 or 0, or declare the field as Boolean"
        case str() if _NUMERIC.fullmatch(value.strip().replace("_", "").replace(",", "")):
            return "write it with digits only: no separators, no spaces"
        case str():
            return "give a number, or leave the field out (null) where there is none"
        case float() | Decimal():
            return "NaN and Infinity cannot be stored; leave the field out (null)"
        case _:
            return "give a number"
