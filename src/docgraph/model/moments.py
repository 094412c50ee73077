"""Days and moments: what becomes a Date, DateTime or Timestamp.

ISO 8601 in its extended form, and only what exists: 2024-02-30 is refused. No
clock and no local time zone is read; a moment without an offset is UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from docgraph.model.given import Refused, show

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)? ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_USUAL_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_MICROSECONDS = re.compile(r"[+-]?[0-9]{1,18}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MEND = "write an existing day as YYYY-MM-DD, for example 2024-02-29"
_MOMENT_MEND = "write it as ISO 8601, for example 2024-02-29T13:45:00Z or 2024-02-29 13:45:00.123+01:00"


def day(value: object) -> date:
    """A calendar day of the years 1 to 9999."""
    match value:
        case datetime():
            raise Refused(
                f"{value.isoformat()} is a moment, not a day, as Date needs",
                "say which day is meant: .date() in the handler, or declare the field as DateTime",
                value,
            )
        case date():
            return date(value.year, value.month, value.day)
        case str():
            found = _DAY.fullmatch(value)
            if found:
                try:
                    return date(int(found[1]), int(found[2]), int(found[3]))
                except ValueError as error:
                    raise Refused(f"{show(value)} is not a day of the calendar", _DAY_MEND, value) from error
    raise Refused(f"{show(value)} is not a day, as Date needs", _DAY_MEND, value)


def moment(value: object) -> datetime:
    """A DateTime: a point in time, in UTC, exact to the microsecond."""
    match value:
        case str():
            return _read_moment(value, "DateTime", _MOMENT_MEND)
        case datetime():
            return _in_utc(value, value)
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        case int() if not isinstance(value, bool):
            raise Refused(
                f"{show(value)} is a number, not a DateTime",
                "say what it counts: datetime.fromtimestamp(seconds, UTC) in the handler; or write it as ISO 8601",
                value,
            )
    raise Refused(f"{show(value)} is not a point in time, as DateTime needs", _MOMENT_MEND, value)


def timestamp(value: object) -> datetime:
    """A Timestamp: microseconds since 1970 as a number or digits, or what a DateTime accepts.

    Source: spec/subgraph-api.md 1.2.
    """
    mend = f"give microseconds since 1970 as a whole number, or {_MOMENT_MEND.removeprefix('write it as ')}"
    match value:
        case bool():
            pass
        case int():
            return _from_microseconds(int(value), value)
        case str() if _MICROSECONDS.fullmatch(value):
            return _from_microseconds(int(value), value)
        case str():
            return _read_moment(value, "Timestamp", mend)
        case date():
            return moment(value)
    raise Refused(f"{show(value)} is not a point in time, as Timestamp needs", mend, value)


def _from_microseconds(count: int, value: object) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=count)
    except OverflowError as error:
        raise _out_of_range(value) from error


def _read_moment(text: str, name: str, mend: str) -> datetime:
    try:
        read = datetime.fromisoformat(text) if _USUAL_MOMENT.fullmatch(text) else _written_moment(text, name, mend)
    except ValueError as error:
        raise Refused(f"{show(text)} does not exist: {error}", mend, text) from error
    return read if read.tzinfo is UTC else _in_utc(read, text)


def _written_moment(text: str, name: str, mend: str) -> datetime:
    """A moment in any of the forms. Raises Refused; ValueError: it does not exist."""
    found = _MOMENT.fullmatch(text)
    if not found:
        raise Refused(f"{show(text)} is not a point in time, as {name} needs", mend, text)
    year, month, day_, hour, minute, second, fraction, offset = found.groups()
    fraction = (fraction or "").rstrip("0")
    if len(fraction) > 6:
        raise Refused(
            f"{show(text)} is finer than a microsecond",
            "microseconds are the finest that can be stored: write at most six digits after the point",
            text,
        )
    return datetime(
        int(year),
        int(month),
        int(day_),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        int(fraction.ljust(6, "0")),
        tzinfo=_zone(offset),
    )


def _zone(offset: str | None) -> timezone:
    if offset is None or offset in "Zz":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        raise ValueError("an offset is at most 23:59")
    distance = timedelta(hours=hours, minutes=minutes)
    return timezone(-distance if offset[0] == "-" else distance)


def _in_utc(read: datetime, value: object) -> datetime:
    if read.utcoffset() is None:
        return read.replace(tzinfo=UTC)
    try:
        return read.astimezone(UTC)
    except OverflowError as error:
        raise _out_of_range(value) from error


def _out_of_range(value: object) -> Refused:
    return Refused(
        f"{show(value)} lies outside the years 1 to 9999", "give a moment of these years, or store it as text", value
    )
