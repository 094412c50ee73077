"""Aggregations as the database computes them, against a computation in plain Python that shares nothing with it."""

from __future__ import annotations

import asyncio
import datetime
import operator
from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SCHEMA = """
enum Side { SELL BUY }
type Market @entity { id: ID!  sums: [Sum!]! @derivedFrom(field: "market") }
type Trade @entity(timeseries: true) {
  id: Int8!  timestamp: Timestamp!  market: Market!  side: Side  price: BigDecimal  amount: Int
}
type Sum @aggregation(intervals: ["hour", "day", "week", "month", "quarter", "year"], source: "Trade") {
  id: Int8!  timestamp: Timestamp!  market: Market!  side: Side
  count: Int! @aggregate(fn: "count")
  total: BigDecimal @aggregate(fn: "sum", arg: "price")
  turnover: BigDecimal @aggregate(fn: "sum", arg: "case when amount > 0 then price * amount else 0 end")
  share: BigDecimal @aggregate(fn: "sum", arg: "12 / amount")
  least: Int @aggregate(fn: "min", arg: "amount")
  most: BigInt @aggregate(fn: "max", arg: "amount")
  first: BigDecimal @aggregate(fn: "first", arg: "price")
  last: Int @aggregate(fn: "last", arg: "amount")
  countSoFar: BigInt! @aggregate(fn: "count", cumulative: true)
  totalSoFar: BigDecimal @aggregate(fn: "sum", arg: "price", cumulative: true)
  leastSoFar: Int @aggregate(fn: "min", arg: "amount", cumulative: true)
  mostSoFar: Int8 @aggregate(fn: "max", arg: "amount", cumulative: true)
  firstSoFar: BigDecimal @aggregate(fn: "first", arg: "price", cumulative: true)
  lastSoFar: Int @aggregate(fn: "last", arg: "amount", cumulative: true)
}
type Plain @aggregation(intervals: ["hour", "day", "week", "month", "quarter", "year"], source: "Trade") {
  id: Int8!  timestamp: Timestamp!  market: Market!  side: Side
  count: Int! @aggregate(fn: "count")
  total: BigDecimal @aggregate(fn: "sum", arg: "price")
}
"""
FIGURES = """count total turnover share least most first last
  countSoFar totalSoFar leastSoFar mostSoFar firstSoFar lastSoFar"""
GIVEN = "interval: $interval, current: $current, where: $where, first: 1000"
PLAIN = GIVEN.replace("$where", "$plainWhere")  # without cumulative figures, so that bounds spare data points
QUERY = f"""
query (
  $interval: Aggregation_interval!, $current: Aggregation_current, $where: Sum_filter
  $plainWhere: Plain_filter, $block: Block_height
) {{
  plains({PLAIN}, block: $block) {{ id timestamp side market {{ id }} count total }}
  sums({GIVEN}, block: $block) {{ ...sum }}
  markets(block: $block) {{ id sums({GIVEN}) {{ ...sum }} }}
}}
fragment sum on Sum {{ id timestamp side market {{ id }} {FIGURES} }}
"""
PLAIN_FIELDS = ("id", "timestamp", "side", "market", "count", "total")
UTC = datetime.UTC
# Around the blocks' times (2026-01-01T00:00:01 and :02), ends of buckets, and daylight saving time elsewhere.
MOMENTS = [
    datetime.datetime(*each, tzinfo=UTC)
    for each in [
        (1969, 12, 31, 23, 59, 59),
        (2024, 2, 29, 12),
        (2025, 3, 30, 0, 59, 59, 999999),
        (2025, 3, 30, 1),
        (2025, 12, 28, 23, 59),
        (2025, 12, 29),
        (2025, 12, 31, 23, 0),
        (2025, 12, 31, 23, 59, 59),
        (2026, 1, 1),
        (2026, 1, 1, 0, 0, 2),
        (2026, 1, 4, 12),
    ]
]
INTERVALS = ["hour", "day", "week", "month", "quarter", "year"]

# Also the starts of buckets, so that equality finds some.
BOUNDS = [
    *MOMENTS,
    *(datetime.datetime(2025, *each, tzinfo=UTC) for each in [(10, 1), (12, 1), (12, 29), (12, 31, 23)]),
]
COMPARED = {"": operator.eq, "_gt": operator.gt, "_gte": operator.ge, "_lt": operator.lt, "_lte": operator.le}

trades = st.lists(
    st.fixed_dictionaries(
        {
            "timestamp": st.sampled_from(MOMENTS),
            "market": st.sampled_from(["m1", "m2"]),
            "side": st.none() | st.sampled_from(["SELL", "BUY"]),
            "price": st.none() | st.integers(-20, 20).map(lambda number: Decimal(number) / 4),
            "amount": st.none() | st.integers(-3, 3),
            # In both blocks; only in the first; late, in the second only.
            "blocks": st.sampled_from([{1, 2}, {1, 2}, {1}, {2}]),
        }
    ),
    max_size=12,
)
requests = st.fixed_dictionaries(
    {"interval": st.sampled_from(INTERVALS)},
    optional={
        "current": st.sampled_from(["include", "exclude", None]),
        "block": st.sampled_from([{"number": 1}, {"number": 2}, None]),
        "where": st.fixed_dictionaries(
            {},
            optional={
                **{f"timestamp{suffix}": st.sampled_from(BOUNDS) for suffix in COMPARED},
                "market": st.sampled_from(["m1", "m2"]),
                "side": st.none() | st.sampled_from(["SELL", "BUY"]),
                "id_in": st.lists(st.integers(1, 12), max_size=6),
            },
        ),
    },
)


def start(interval: str, moment: datetime.datetime) -> datetime.datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match interval:
        case "hour":
            return day.replace(hour=moment.hour)
        case "week":
            return day - datetime.timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1)
        case "year":
            return day.replace(day=1, month=1)
    return day


def micros(moment: datetime.datetime) -> str:
    return str((moment - datetime.datetime(1970, 1, 1, tzinfo=UTC)) // datetime.timedelta(microseconds=1))


def shown(number: Any) -> Any:
    return None if number is None else format(Decimal(number).normalize(), "f") if number else "0"


def figures(rows: list[Any], before: list[Any]) -> dict[str, Any]:
    """Of the rows of one bucket, and of all rows of its group up to its end; both in order."""

    def values(of: list[Any], field: str) -> list[Any]:
        return [row[field] for row in of if row[field] is not None]

    def over(fn: Any, found: list[Any]) -> Any:
        return fn(found) if found else None

    positive = [row for row in rows if (row["amount"] or 0) > 0]
    turnover = [row["price"] * row["amount"] for row in positive if row["price"] is not None]
    turnover += [Decimal(0)] * (len(rows) - len(positive))
    # Whole numbers divide as such, towards zero; what is divided by zero does not count.
    shares = [int(12 / amount) for amount in values(rows, "amount") if amount]
    return {
        "count": len(rows),
        "total": shown(over(sum, values(rows, "price"))),
        "turnover": shown(over(sum, turnover)),
        "share": shown(over(sum, shares)),
        "least": over(min, values(rows, "amount")),
        "most": shown(over(max, values(rows, "amount"))),
        "first": shown(rows[0]["price"]),
        "last": rows[-1]["amount"],
        "countSoFar": str(len(before)),
        "totalSoFar": shown(over(sum, values(before, "price"))),
        "leastSoFar": over(min, values(before, "amount")),
        "mostSoFar": shown(over(max, values(before, "amount"))),
        "firstSoFar": shown(before[0]["price"]),
        "lastSoFar": before[-1]["amount"],
    }


def evaluate(given_trades: Any, request: Any) -> list[Any]:
    block = (request.get("block") or {"number": 2})["number"]
    interval, where = request["interval"], request.get("where", {})
    rows = [{**row, "id": place + 1} for place, row in enumerate(given_trades) if block in row["blocks"]]
    rows.sort(key=lambda row: (row["timestamp"], row["id"]))
    groups = defaultdict(list)
    for row in rows:
        groups[start(interval, row["timestamp"]), row["market"], row["side"]].append(row)
    found = []
    for (begin, market, side), inside in groups.items():
        now = datetime.datetime(2026, 1, 1, 0, 0, block, tzinfo=UTC)
        if request.get("current") != "include" and not begin < start(interval, now):
            continue
        highest = max(row["id"] for row in inside)
        conditions = [
            *(
                holds(begin, where[f"timestamp{suffix}"])
                for suffix, holds in COMPARED.items()
                if f"timestamp{suffix}" in where
            ),
            "market" not in where or market == where["market"],
            "side" not in where or side == where["side"],
            "id_in" not in where or highest in where["id_in"],
        ]
        if all(conditions):
            before = [
                row
                for row in rows
                if (row["market"], row["side"]) == (market, side) and start(interval, row["timestamp"]) <= begin
            ]
            head = {"id": str(highest), "timestamp": micros(begin), "side": side, "market": {"id": market}}
            found.append((begin, highest, {**head, **figures(inside, before)}))
    return [row for _, _, row in sorted(found, key=lambda each: each[:2], reverse=True)]


async def test_the_database_and_a_naive_computation_give_the_same_figures(make: Any) -> None:
    index = await make(SCHEMA, {"Market": [{"id": "m1"}, {"id": "m2"}]})
    await index.block(2)
    await index.connection.execute("set timezone to 'America/New_York'")
    loop = asyncio.get_running_loop()
    sizes: list[int] = []

    async def fill(rows: Any) -> None:
        table = index.layout.tables["Trade"]
        for each in (table.current, table.history):
            await index.connection.execute("truncate " + "".join(map(str, each.parts)))
        for place, row in enumerate(rows):
            lives = {"$since": min(row["blocks"]), **({"$until": 2} if row["blocks"] == {1} else {})}
            stored = {key: value for key, value in row.items() if key != "blocks"}
            await index.fill({"Trade": [{"id": place + 1, **stored, **lives}]})

    async def ask(request: Any) -> Any:
        where = {
            key: micros(value) if isinstance(value, datetime.datetime) else value
            for key, value in request.get("where", {}).items()
        }
        variables = {**request, "where": where, "plainWhere": where}
        index.statements.clear()
        answered = await index.data(QUERY, variables)
        assert len(index.statements) == 1
        assert (await index.exactly(QUERY, variables))["data"] == answered
        return answered

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(trades, st.lists(requests, min_size=2, max_size=4))
    def alike(rows: Any, requested: list[Any]) -> None:
        asyncio.run_coroutine_threadsafe(fill(rows), loop).result()
        for request in requested:
            answered = asyncio.run_coroutine_threadsafe(ask(request), loop).result()
            expected = evaluate(rows, request)
            sizes.append(len(expected))
            assert answered["sums"] == expected
            assert answered["plains"] == [{key: row[key] for key in PLAIN_FIELDS} for row in expected]
            assert answered["markets"] == [
                {"id": market, "sums": [row for row in expected if row["market"]["id"] == market]}
                for market in ("m1", "m2")
            ]

    await asyncio.to_thread(alike)
    assert max(sizes) > 3


async def test_every_bound_on_the_start_of_buckets_finds_what_a_naive_computation_finds(make: Any) -> None:
    market = {"market": "m1", "side": None, "price": Decimal(1), "amount": 1}
    rows = [{"timestamp": moment, **market, "blocks": {1, 2}} for moment in MOMENTS]
    stored = [{"id": place, **market, "timestamp": row["timestamp"]} for place, row in enumerate(rows, 1)]
    index = await make(SCHEMA, {"Market": [{"id": "m1"}], "Trade": stored})
    for interval in INTERVALS:
        for suffix in COMPARED:
            wheres = {f"b{place}": {f"timestamp{suffix}": bound} for place, bound in enumerate(BOUNDS)}
            asked = " ".join(
                f"{key}: plains(interval: {interval}, current: include, "
                f"where: {{ {compared}: {micros(bound)!r} }}) {{ id }}"
                for key, where in wheres.items()
                for compared, bound in where.items()
            )
            answered = await index.data(f"{{ {asked} }}".replace("'", '"'))
            for key, where in wheres.items():
                expected = evaluate(rows, {"interval": interval, "current": "include", "where": where})
                assert answered[key] == [{"id": row["id"]} for row in expected], (interval, where)
