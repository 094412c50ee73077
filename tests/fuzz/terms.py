"""Values as clients write them: terms, which become GraphQL literals or the JSON of variables."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from fuzz.naive.values import EPOCH

NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


class Name(msgspec.Struct, frozen=True):
    """An enum value."""

    name: str


class Var(msgspec.Struct, frozen=True):
    name: str


def literal(term: Any) -> str:
    """The term in a query. Raises ValueError: GraphQL has no literal for it."""
    match term:
        case Name(name):
            return name
        case Var(name):
            return f"${name}"
        case None:
            return "null"
        case bool():
            return "true" if term else "false"
        case int():
            return str(term)
        case float():
            return repr(term)
        case Decimal():
            return _number(term)
        case str():
            return _quoted(term)
        case list():
            return f"[{', '.join(map(literal, term))}]"
        case dict():
            if not all(NAME.fullmatch(key) for key in term):
                raise ValueError(term)
            return "{" + ", ".join(f"{key}: {literal(value)}" for key, value in term.items()) + "}"
    raise TypeError(term)


def _quoted(text: str) -> str:
    # Every other text is written out, the rest as escapes of two UTF-16 units.
    quoted = json.dumps(text, ensure_ascii=len(text) % 2 == 0)
    return quoted.replace("\x7f", "\\u007f")


def _number(number: Decimal) -> str:
    text = str(number)
    return text if any(each in text for each in ".Ee") else f"{text}.0"


def jsonable(term: Any) -> Any:
    """The term as a variable's value."""
    match term:
        case Name(name):
            return name
        case Decimal():
            return float(term)
        case list():
            return [jsonable(each) for each in term]
        case dict():
            return {key: jsonable(value) for key, value in term.items()}
        case Var():
            raise TypeError(term)
    return term


def written(held: str, value: Any, chance: Random) -> Any:
    """One of the ways in which a client may write a stored value. `held`: a scalar or an enum."""
    match held:
        case "ID" if re.fullmatch("[1-9][0-9]*", value):
            return chance.choice([value, int(value)])
        case "ID" | "String" | "Boolean" | "Int" | "JSON" | "Float":
            return value
        case "Bytes":
            digits = value.hex()
            return chance.choice(["0x" + digits, "0x" + digits.upper(), digits])
        case "Int8" | "BigInt":
            return chance.choice([value, str(value)])
        case "BigDecimal":
            # As a JSON number it would be a binary one, so only what survives that is a number at times.
            exact = float(value) == value and abs(value.adjusted()) < 15
            return chance.choice([str(value), value if exact else format(value, "e")])
        case "Timestamp":
            return chance.choice([str((value - EPOCH) // timedelta(microseconds=1)), value.isoformat()])
        case "DateTime":
            return chance.choice([value.isoformat(), value.replace(tzinfo=None).isoformat() + "Z", _elsewhere(value)])
        case "Date":
            return value.isoformat()
    return Name(value)


def _elsewhere(moment: datetime) -> str:
    try:
        return moment.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()
    except OverflowError:
        return moment.isoformat()
