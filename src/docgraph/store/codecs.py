"""How dates travel to Postgres: as numbers, so that the first and the last day are days like any other.

The driver's own codecs take the ends of Python's calendar (0001-01-01, 9999-12-31) for
Postgres's -infinity and infinity. Documents use them as what they are: "for ever".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

FIRST_DAY = date(2000, 1, 1)  # day 0 of Postgres
FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
DAY_SECONDS = 86_400


class CanBeTaught(Protocol):
    """What we use of the driver's connection."""

    async def set_type_codec(
        self,
        typename: str,
        *,
        schema: str,
        format: str,
        encoder: Callable[[Any], tuple[int]],
        decoder: Callable[[tuple[int]], object],
    ) -> None: ...


async def teach_dates(connection: CanBeTaught) -> None:
    """Make the connection exact for date and timestamptz, and for lists of them."""
    await connection.set_type_codec(
        "date", schema="pg_catalog", format="tuple", encoder=_days, decoder=lambda told: FIRST_DAY + timedelta(told[0])
    )
    await connection.set_type_codec(
        "timestamptz",
        schema="pg_catalog",
        format="tuple",
        encoder=_microseconds,
        decoder=lambda told: FIRST_MOMENT + timedelta(microseconds=told[0]),
    )


def _days(day: date) -> tuple[int]:
    return ((day - FIRST_DAY).days,)


def _microseconds(moment: datetime) -> tuple[int]:
    since = moment - FIRST_MOMENT
    return ((since.days * DAY_SECONDS + since.seconds) * 1_000_000 + since.microseconds,)
