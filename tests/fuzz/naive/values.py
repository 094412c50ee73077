"""Values: how clients write them, and how the API shows what is stored. Source: spec/subgraph-api.md 1.2 and 2.14."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

ALL_DIGITS = Context(prec=34)  # that a BigDecimal can have
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(held: str, given: Any) -> Any:
    """A value as it is stored, from what a client wrote: a literal or JSON."""
    match held:
        case "ID" | "String":
            return given if isinstance(given, str) else str(given)
        case "Bytes":
            return bytes.fromhex(given[2:] if given[:2] in ("0x", "0X") else given)
        case "Int" | "Int8" | "BigInt":
            return int(given)
        case "BigDecimal":
            return Decimal(repr(given)) if isinstance(given, float) else Decimal(given)
        case "Float":
            return float(given)
        case "Date":
            return date.fromisoformat(given)
        case "DateTime":
            return _moment(given)
        case "Timestamp":
            return EPOCH + timedelta(microseconds=int(given)) if given.lstrip("+-").isdigit() else _moment(given)
    return given  # Boolean, JSON and enums


def _moment(given: str) -> datetime:
    read_as = datetime.fromisoformat(given.replace("Z", "+00:00"))
    return (read_as if read_as.tzinfo else read_as.replace(tzinfo=UTC)).astimezone(UTC)


def shown(held: str, value: Any) -> Any:
    """A stored value as the API shows it; null stays null, in lists too."""
    if value is None:
        return None
    if held == "JSON":
        return _as_kept(value)
    if isinstance(value, list):
        return [shown(held, each) for each in value]
    match held:
        case "Bytes":
            return as_text(value)
        case "Int8" | "BigInt":
            return str(value)
        case "BigDecimal":
            return format(value.normalize(ALL_DIGITS), "f") if value else "0"
        case "Timestamp":
            return str((value - EPOCH) // timedelta(microseconds=1))
        case "DateTime":
            return _iso(value)
        case "Date":
            return value.isoformat()
    return value


def _as_kept(value: Any) -> Any:
    """JSON does not keep the order of its keys: they come shortest first."""
    if isinstance(value, list):
        return [_as_kept(each) for each in value]
    if isinstance(value, dict):
        return {key: _as_kept(value[key]) for key in sorted(value, key=lambda key: (len(key.encode()), key))}
    return value


def _iso(moment: datetime) -> str:
    text = moment.replace(tzinfo=None).isoformat()
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "Z"


def as_text(value: Any) -> str:
    """An id as a text operator sees it: bytes as the API shows them."""
    return f"0x{value.hex()}" if isinstance(value, bytes) else str(value)


def json_equal(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same; numbers count by their value, and true is no number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float | Decimal) and isinstance(other, int | float | Decimal):
        return _exact(one) == _exact(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(json_equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(json_equal(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


def _exact(number: Any) -> Decimal:
    return Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
