"""What each GraphQL type accepts from documents and handlers, and what it refuses: the table of docs/values.md."""

from __future__ import annotations

import enum
import json
import pickle
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.model.schema import EntityRef, EnumRef, Field, Scalar, Schema
from docgraph.model.sdl import read_schema
from docgraph.model.values import (
    Fields,
    MissingKey,
    Refused,
    WrittenFloat,
    WrittenInt,
    coerce,
    coercer,
)
from docgraph.store.connection import connect
from docgraph.store.layout import POSTGRES_TYPE

SCHEMA = read_schema("""
enum Level { JUNIOR SENIOR }
interface Listed { id: ID! }
type Company implements Listed @entity { id: ID! postings: [Posting!]! @derivedFrom(field: "company") }
type Posting implements Listed @entity { id: ID! company: Company! }
type Block @entity { id: Bytes! }
type Row @entity { id: Int8! }
union Either = Company | Posting
""")

LEVEL = EnumRef("Level")
COMPANY = EntityRef("Company")
NAN, INFINITY = float("nan"), float("inf")
NOON = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


class Level(enum.Enum):
    JUNIOR = "JUNIOR"
    TOP = "SENIOR"
    SENIOR = 3
    LOST = "LOST"


@dataclass
class Company:
    __entity__: ClassVar[str] = "Company"
    id: object


@dataclass
class Block:
    __entity__: ClassVar[str] = "Block"
    id: object


ACCEPTED: list[tuple[object, object, object]] = [
    # type, given, stored
    (Scalar.STRING, "no", "no"),
    (Scalar.STRING, "", ""),
    (Scalar.STRING, "naïve 🦔", "naïve 🦔"),
    (Scalar.STRING, WrittenInt(8, "08"), "08"),
    (Scalar.STRING, WrittenFloat(1.1, "1.10"), "1.10"),
    (Scalar.STRING, WrittenFloat(1000.0, "1e3"), "1e3"),
    (Scalar.STRING, 12, "12"),
    (Scalar.STRING, 10**5000, "1" + "0" * 5000),
    (Scalar.STRING, 1.5, "1.5"),
    (Scalar.STRING, Decimal("1E+3"), "1000"),
    (Scalar.STRING, date(2024, 2, 29), "2024-02-29"),
    (Scalar.STRING, time(7, 30), "07:30:00"),
    (Scalar.STRING, NOON, "2024-02-29T12:00:00+00:00"),
    (Scalar.STRING, UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (Scalar.ID, "a/b", "a/b"),
    (Scalar.ID, WrittenInt(7, "007"), "007"),
    (Scalar.ID, 7, "7"),
    (Scalar.BYTES, b"\x00\xff", b"\x00\xff"),
    (Scalar.BYTES, bytearray(b"a"), b"a"),
    (Scalar.BYTES, "0x00fF", b"\x00\xff"),
    (Scalar.BYTES, "00ff", b"\x00\xff"),
    (Scalar.BYTES, "", b""),
    (Scalar.BYTES, "0x", b""),
    (Scalar.BYTES, WrittenInt(0x1F, "0x1f"), b"\x1f"),
    (Scalar.BOOLEAN, True, True),
    (Scalar.BOOLEAN, "true", True),
    (Scalar.BOOLEAN, "False", False),
    (Scalar.INT, 5, 5),
    (Scalar.INT, -(2**31), -(2**31)),
    (Scalar.INT, "2147483647", 2147483647),
    (Scalar.INT, "08", 8),
    (Scalar.INT, "-3", -3),
    (Scalar.INT, "+3", 3),
    (Scalar.INT, WrittenInt(8, "08"), 8),
    (Scalar.INT, WrittenFloat(1000.0, "1e3"), 1000),
    (Scalar.INT, 2.0, 2),
    (Scalar.INT, Decimal("2.0"), 2),
    (Scalar.INT8, 2**63 - 1, 2**63 - 1),
    (Scalar.INT8, "-9223372036854775808", -(2**63)),
    (Scalar.BIG_INT, 10**40, Decimal(10**40)),
    (Scalar.BIG_INT, "9" * 5000, Decimal("9" * 5000)),
    (Scalar.BIG_INT, WrittenFloat(1e20, "123456789012345678901.0"), Decimal("123456789012345678901")),
    (Scalar.BIG_INT, Decimal("1E+3"), Decimal(1000)),
    (Scalar.BIG_DECIMAL, 100, Decimal("1E+2")),
    (Scalar.BIG_DECIMAL, 0.1, Decimal("0.1")),
    (Scalar.BIG_DECIMAL, "1.50", Decimal("1.5")),
    (Scalar.BIG_DECIMAL, ".5", Decimal("0.5")),
    (Scalar.BIG_DECIMAL, "1e-3", Decimal("0.001")),
    (Scalar.BIG_DECIMAL, "-0.0", Decimal(0)),
    (Scalar.BIG_DECIMAL, "0e999999999", Decimal(0)),
    (Scalar.BIG_DECIMAL, WrittenFloat(1.2345678901234567, "1.23456789012345678901"), Decimal("1.23456789012345678901")),
    (Scalar.BIG_DECIMAL, WrittenFloat(INFINITY, "1e400"), Decimal("1e400")),
    (Scalar.BIG_DECIMAL, WrittenFloat(1000.5, "1_000.5"), Decimal("1000.5")),
    (Scalar.BIG_DECIMAL, "1" * 34 + "5", Decimal("1." + "1" * 32 + "2E+34")),
    (Scalar.BIG_DECIMAL, "1" * 33 + "25", Decimal("1." + "1" * 32 + "2E+34")),
    (Scalar.FLOAT, 1.5, 1.5),
    (Scalar.FLOAT, 3, 3.0),
    (Scalar.FLOAT, "1e3", 1000.0),
    (Scalar.FLOAT, Decimal("0.5"), 0.5),
    (Scalar.FLOAT, WrittenFloat(1.1, "1.10"), 1.1),
    (Scalar.DATE, date(2024, 2, 29), date(2024, 2, 29)),
    (Scalar.DATE, "0001-01-01", date(1, 1, 1)),
    (Scalar.DATE_TIME, NOON, NOON),
    (Scalar.DATE_TIME, datetime(2024, 2, 29, 12, 0), NOON),
    (Scalar.DATE_TIME, datetime(2024, 2, 29, 14, 0, tzinfo=timezone(timedelta(hours=2))), NOON),
    (Scalar.DATE_TIME, date(2024, 2, 29), datetime(2024, 2, 29, tzinfo=UTC)),
    (Scalar.DATE_TIME, "2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
    (Scalar.DATE_TIME, "2024-02-29T12:00:00Z", NOON),
    (Scalar.DATE_TIME, "2024-02-29 12:00", NOON),
    (Scalar.DATE_TIME, "2024-02-29t06:30:00.000-05:30", NOON),
    (Scalar.DATE_TIME, "2024-02-29 12:00:00 +00", NOON),
    (Scalar.DATE_TIME, "2024-02-29T12:00:00.123456Z", NOON.replace(microsecond=123456)),
    (Scalar.DATE_TIME, "2024-02-29T12:00:00.123456000Z", NOON.replace(microsecond=123456)),
    (Scalar.TIMESTAMP, 1709208000000000, NOON),
    (Scalar.TIMESTAMP, "1709208000000000", NOON),
    (Scalar.TIMESTAMP, "2024-02-29T12:00:00Z", NOON),
    (Scalar.TIMESTAMP, NOON, NOON),
    (Scalar.JSON, "text", '"text"'),
    (Scalar.JSON, {"a": [1, 2.5, None, True], "b": {}, "c": []}, '{"a":[1,2.5,null,true],"b":{},"c":[]}'),
    (Scalar.JSON, Fields({"ü": "\n\u2028"}), '{"ü":"\\n\u2028"}'),
    (Scalar.JSON, (1, 2), "[1,2]"),
    (Scalar.JSON, WrittenFloat(1.1, "1.10"), "1.10"),
    (Scalar.JSON, WrittenFloat(0.5, ".5"), "0.5"),
    (Scalar.JSON, WrittenFloat(INFINITY, "1e400"), "1e400"),
    (Scalar.JSON, WrittenInt(8, "08"), "8"),
    (Scalar.JSON, 10**5000, "1" + "0" * 5000),
    (Scalar.JSON, Decimal("1.10"), "1.10"),
    (Scalar.JSON, date(2024, 2, 29), '"2024-02-29"'),
    (Scalar.JSON, NOON, '"2024-02-29T12:00:00+00:00"'),
    (LEVEL, "JUNIOR", "JUNIOR"),
    (LEVEL, Level.JUNIOR, "JUNIOR"),
    (LEVEL, Level.TOP, "SENIOR"),
    (LEVEL, Level.SENIOR, "SENIOR"),
    (COMPANY, "acme", "acme"),
    (COMPANY, 7, "7"),
    (COMPANY, Company("acme"), "acme"),
    (EntityRef("Listed"), Company("acme"), "acme"),
    (EntityRef("Either"), Company("acme"), "acme"),
    (EntityRef("Block"), "0xff", b"\xff"),
    (EntityRef("Row"), "12", 12),
]

DEEP: Any = None
for _ in range(300):
    DEEP = [DEEP]

REFUSED: list[tuple[object, object, str, str]] = [
    # type, given, part of what, part of the remedy
    (Scalar.STRING, True, "true is a truth value", 'quote it if the word is meant: "true"'),
    (Scalar.STRING, b"a", "bytes are not text", "decode"),
    (Scalar.STRING, "a\0b", "NUL", "take it out"),
    (Scalar.STRING, "\ud800", "half of a surrogate pair (U+D800)", "UTF-8"),
    (Scalar.STRING, NAN, "nan is not text", "str(value)"),
    (Scalar.STRING, ["a"], "holds several values", "list or as JSON"),
    (Scalar.STRING, {"a": 1}, "holds several values", "list or as JSON"),
    (Scalar.STRING, object, "is not text", "str(value)"),
    (Scalar.BYTES, "abc", "not hexadecimal", "two digits"),
    (Scalar.BYTES, "0xgg", "not hexadecimal", "two digits"),
    (Scalar.BYTES, 12, "12 is not Bytes", "in quotes"),
    (Scalar.BOOLEAN, "yes", "'yes' is not a truth value", "true or false"),
    (Scalar.BOOLEAN, 1, "1 is not a truth value", "true or false"),
    (Scalar.INT, True, "true is not a whole number", "give 1 or 0"),
    (Scalar.INT, 2**31, "does not fit Int", "from -2147483648 to 2147483647"),
    (Scalar.INT, 1.5, "1.5 is not a whole number", "round it"),
    (Scalar.INT, "1.0", "'1.0' is not a whole number", "digits only"),
    (Scalar.INT, "1 000", "is not a whole number", "give a number"),
    (Scalar.INT, "1,000", "is not a whole number", "no separators"),
    (Scalar.INT, " 1", "is not a whole number", "no spaces"),
    (Scalar.INT, "", "'' is not a whole number", "leave the field out"),
    (Scalar.INT, "٣", "is not a whole number", "give a number"),
    (Scalar.INT, INFINITY, "inf is not a whole number", "NaN and Infinity"),
    (Scalar.INT, date(2024, 1, 1), "2024-01-01 is not a whole number", "give a number"),
    (Scalar.INT8, 2**63, "does not fit Int8", "from -9223372036854775808"),
    (Scalar.INT8, WrittenFloat(1e300, "1e300"), "does not fit Int8", "from -9223372036854775808"),
    (Scalar.BIG_INT, Decimal("1e999999999"), "too large for BigInt", "131072 digits"),
    (Scalar.BIG_INT, 10**131072, "too large for BigInt", "131072 digits"),
    (Scalar.BIG_INT, "0.5", "is not a whole number", "digits only"),
    (Scalar.BIG_DECIMAL, NAN, "nan is not a decimal number", "NaN and Infinity"),
    (Scalar.BIG_DECIMAL, Decimal("Infinity"), "is not a decimal number", "NaN and Infinity"),
    (Scalar.BIG_DECIMAL, WrittenFloat(INFINITY, ".inf"), ".inf is not a decimal number", "NaN and Infinity"),
    (Scalar.BIG_DECIMAL, "1e999999999", "does not fit BigDecimal", "between -6144 and 6144"),
    (Scalar.BIG_DECIMAL, "1e99999999999999999999", "is not a decimal number", "give a number"),
    (Scalar.BIG_DECIMAL, "1e-7000", "does not fit BigDecimal", "between -6144 and 6144"),
    (Scalar.BIG_DECIMAL, "€5", "is not a decimal number", "give a number"),
    (Scalar.BIG_DECIMAL, False, "false is not a decimal number", "give 1 or 0"),
    (Scalar.FLOAT, NAN, "nan is not a finite Float", "null"),
    (Scalar.FLOAT, "1e400", "is not a finite Float", "null"),
    (Scalar.FLOAT, "1e-400", "is not a finite Float", "null"),
    (Scalar.FLOAT, 10**400, "is not a finite Float", "null"),
    (Scalar.FLOAT, True, "true is not a number", "give 1 or 0"),
    (Scalar.FLOAT, "a", "is not a number", "give a number"),
    (Scalar.DATE, "2024-02-30", "not a day of the calendar", "YYYY-MM-DD"),
    (Scalar.DATE, "0000-01-01", "not a day of the calendar", "YYYY-MM-DD"),
    (Scalar.DATE, "29.02.2024", "is not a day", "YYYY-MM-DD"),
    (Scalar.DATE, "2024-2-9", "is not a day", "YYYY-MM-DD"),
    (Scalar.DATE, "2024-02-29T00:00:00", "is not a day", "YYYY-MM-DD"),
    (Scalar.DATE, NOON, "is a moment, not a day", ".date()"),
    (Scalar.DATE, 20240229, "is not a day", "YYYY-MM-DD"),
    (Scalar.DATE_TIME, "2024-02-29T12:00:00.1234567Z", "finer than a microsecond", "six digits"),
    (Scalar.DATE_TIME, "2024-02-30T12:00:00Z", "does not exist", "ISO 8601"),
    (Scalar.DATE_TIME, "2024-02-29T24:00:00Z", "does not exist", "ISO 8601"),
    (Scalar.DATE_TIME, "2024-02-29T12:00:00+05:75", "does not exist", "ISO 8601"),
    (Scalar.DATE_TIME, "0001-01-01T00:00:00+01:00", "outside the years 1 to 9999", "of these years"),
    (Scalar.DATE_TIME, "yesterday", "is not a point in time", "ISO 8601"),
    (Scalar.DATE_TIME, 1709208000, "is a number, not a DateTime", "fromtimestamp"),
    (Scalar.DATE_TIME, time(7, 30), "is not a point in time", "ISO 8601"),
    (Scalar.TIMESTAMP, True, "is not a point in time", "microseconds"),
    (Scalar.TIMESTAMP, 1.5, "is not a point in time", "microseconds"),
    (Scalar.TIMESTAMP, 10**30, "outside the years 1 to 9999", "of these years"),
    (Scalar.TIMESTAMP, "soon", "is not a point in time", "microseconds"),
    (Scalar.JSON, {1: 2}, "the key 1 is not text", 'quote it: "1"'),
    (Scalar.JSON, {"a": {1}}, "nothing that JSON can say", "mappings with text keys"),
    (Scalar.JSON, [NAN], "not a number of JSON", "null"),
    (Scalar.JSON, {"a\0": 1}, "NUL", "take it out"),
    (Scalar.JSON, ["\udfff"], "surrogate", "UTF-8"),
    (Scalar.JSON, DEEP, "nested deeper than 200 levels", "entities"),
    (Scalar.JSON, Decimal("1e999999999"), "more digits than can be stored", "quote it"),
    (Scalar.JSON, b"a", "nothing that JSON can say", "mappings"),
    (LEVEL, "JUNOR", "'JUNOR' is not a value of Level", "did you mean JUNIOR?"),
    (LEVEL, "senior", "'senior' is not a value of Level", "did you mean SENIOR?"),
    (LEVEL, Level.LOST, "is not a value of Level", "Known: JUNIOR, SENIOR"),
    (LEVEL, 1, "1 is not a value of Level", "Known: JUNIOR, SENIOR"),
    (COMPANY, Block(b"a"), "an entity of type Block stands where Company is expected", "give Company, or its id"),
    (COMPANY, Company(None), "has no id", "set its id first"),
    (COMPANY, "x" * 2001, "an id of 2001 bytes is too long", "at most 2000 bytes"),
    (EntityRef("Row"), "x", "is not a whole number", "give a number"),
]


def field(kind: object, name: str = "f", **more: bool) -> Field:
    assert isinstance(kind, Scalar | EnumRef | EntityRef)
    return Field(name, kind, **more)


def label(value: object) -> str:
    return repr(value)[:30] if not isinstance(value, int) or value.bit_length() < 99 else "large"


@pytest.mark.parametrize(
    ("kind", "given_", "stored"), ACCEPTED, ids=[f"{label(row[0])}-{label(row[1])}" for row in ACCEPTED]
)
def test_a_type_accepts_and_stores(kind: object, given_: object, stored: object) -> None:
    found = coerce(SCHEMA, field(kind), given_)
    assert found == stored
    assert type(found) is type(stored)
    assert str(found) == str(stored)


@pytest.mark.parametrize(
    ("kind", "given_", "what", "mend"), REFUSED, ids=[f"{label(row[0])}-{label(row[1])}" for row in REFUSED]
)
def test_a_type_refuses_with_a_remedy(kind: object, given_: object, what: str, mend: str) -> None:
    with pytest.raises(Refused) as refused:
        coerce(SCHEMA, field(kind), given_)
    assert what in refused.value.what
    assert mend in refused.value.mend
    assert len(refused.value.what) < 200


def test_null_is_stored_where_it_may_and_refused_where_it_must_not() -> None:
    assert coerce(SCHEMA, field(Scalar.INT), None) is None
    with pytest.raises(Refused, match="missing value for a field that must have one"):
        coerce(SCHEMA, field(Scalar.INT, required=True), None)


def test_a_list_is_stored_element_by_element_in_its_order() -> None:
    assert coerce(SCHEMA, field(Scalar.INT, is_list=True), ["2", 1, None]) == [2, 1, None]
    assert coerce(SCHEMA, field(Scalar.INT, is_list=True), (1,)) == [1]
    assert coerce(SCHEMA, field(Scalar.INT, is_list=True, required=True), []) == []
    assert coerce(SCHEMA, field(COMPANY, is_list=True), [Company("a"), "b"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("given_", "what", "mend"),
    [
        ("a", "'a' is one value, not a list", "put it in a list"),
        ({"b", "a"}, "a set has no order", "sorted(values)"),
        ({"a": 1}, "is not a list", "list(values)"),
        (["a", True], "element [1]: true is a truth value", "quote it"),
        (["a", None], "element [1]: null stands in a list", "inner !"),
    ],
)
def test_what_is_no_right_list_is_refused(given_: object, what: str, mend: str) -> None:
    with pytest.raises(Refused) as refused:
        coerce(SCHEMA, field(Scalar.STRING, is_list=True, items_required=True), given_)
    assert what in refused.value.what
    assert mend in refused.value.mend


def test_a_refusal_carries_the_very_value_so_that_its_place_can_be_found() -> None:
    inner = ["a\0"]
    with pytest.raises(Refused) as refused:
        coerce(SCHEMA, field(Scalar.STRING, is_list=True), inner)
    assert refused.value.value is inner[0]


def test_a_derived_field_cannot_be_set() -> None:
    with pytest.raises(Refused, match="a derived field cannot be set"):
        coerce(SCHEMA, SCHEMA.entities["Company"].field("postings"), ["a"])


def test_an_id_may_fill_an_index_entry_and_no_more() -> None:
    of_id = coercer(SCHEMA, field(Scalar.ID, "id"))
    assert of_id("x" * 2000)
    with pytest.raises(Refused, match="an id of 2002 bytes is too long"):
        of_id("ü" * 1001)
    assert coerce(SCHEMA, field(Scalar.STRING), "x" * 100_000)


def test_a_missing_key_tells_which_mapping_lacked_it() -> None:
    inner = Fields({"title": "a"})
    with pytest.raises(KeyError) as missing:
        inner["titel"]
    assert isinstance(missing.value, MissingKey)
    assert missing.value.mapping is inner
    assert missing.value.key == "titel"
    assert inner.get("titel") is None


@pytest.mark.parametrize("number", [WrittenInt(8, "08"), WrittenFloat(1.1, "1.10")])
def test_a_written_number_counts_as_a_number_and_prints_as_written(number: WrittenInt | WrittenFloat) -> None:
    assert number + 1 in (9, 2.1)
    assert f"{number}" == str(number) == number.written
    copy = pickle.loads(pickle.dumps(number))
    assert (copy, copy.written, type(copy)) == (number, number.written, type(number))


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(max_size=20)
    | st.text(alphabet="0123456789-+.eETZ: x", max_size=25)
    | st.binary(max_size=9)
    | st.dates()
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.times()
    | st.uuids(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TYPES = [*Scalar, LEVEL, COMPANY]


@given(st.sampled_from(TYPES), anything)
@settings(max_examples=200)
def test_any_value_is_either_stored_or_refused(kind: object, value: object) -> None:
    try:
        coerce(SCHEMA, field(kind), value)
    except Refused as raised:
        refusal = raised
    else:
        return
    assert refusal.what
    assert refusal.mend


@given(st.sampled_from([kind for kind in TYPES if kind is not Scalar.JSON]), anything)
@settings(max_examples=200)
def test_what_is_stored_would_be_stored_as_it_is(kind: object, value: object) -> None:
    try:
        once = coerce(SCHEMA, field(kind), value)
    except Refused:
        return
    assert coerce(SCHEMA, field(kind), once) == once


def as_json(value: object) -> object:
    """What json itself has no word for, in ours."""
    if isinstance(value, date | time):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


@given(anything.filter(lambda value: "nan" not in repr(value).lower()))
@settings(max_examples=150)
def test_json_text_reads_back_as_the_value_it_came_from(value: object) -> None:
    try:
        stored = coerce(SCHEMA, field(Scalar.JSON), value)
    except Refused:
        return
    plain = json.loads(json.dumps(value, default=as_json))
    assert isinstance(stored, str) or value is None
    assert value is None or json.loads(str(stored)) == plain


EXTREMES: list[tuple[Scalar, object]] = [
    (Scalar.BIG_INT, "9" * 131_072),
    (Scalar.BIG_DECIMAL, "9" * 34 + "e6111"),
    (Scalar.BIG_DECIMAL, "-1e-6144"),
    (Scalar.INT8, -(2**63)),
    (Scalar.FLOAT, "5e-324"),
    (Scalar.DATE, "0001-01-01"),
    (Scalar.DATE, "9999-12-31"),
    (Scalar.DATE_TIME, "0001-01-01T00:00:00Z"),
    (Scalar.DATE_TIME, "9999-12-31T23:59:59.999999Z"),
    (Scalar.STRING, "\u0001\ufffe\U0010ffff"),
    (Scalar.JSON, {"a": ["\u0001\ufffe", WrittenFloat(INFINITY, "1e131000"), Decimal("1e-15999")]}),
    (Scalar.JSON, [[]] * 3),
]


async def test_postgres_holds_the_extremes_of_what_is_accepted(dsn: str) -> None:
    connection = await connect(dsn)
    try:
        for scalar, value in EXTREMES:
            stored = coerce(SCHEMA, field(scalar), value)
            back = await connection.fetchval(f"select $1::{POSTGRES_TYPE[scalar]}", stored)
            assert scalar is Scalar.JSON or back == stored
    finally:
        await connection.close()


def test_a_reference_to_an_interface_without_entities_holds_text() -> None:
    lonely = Schema(
        entities={}, interfaces=dict(read_schema("interface I { id: ID! } type A @entity { id: ID! }").interfaces)
    )
    assert coerce(lonely, field(EntityRef("I")), "a") == "a"
