"""Cursors: a row's place in an order as opaque text, written by SQL and read back here.

A cursor is base64url of: the mark of the set it belongs to (type, order and condition, not the block),
a check of the whole, and the keys as a JSON list, in the form in which the API shows them. Whatever
comes back is judged before it gets near a statement. Opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal

from docgraph.model.json_text import json_text
from docgraph.model.schema import EnumRef, Field, Scalar, Schema
from docgraph.model.texts import one_of
from docgraph.model.values import SCALARS, Refused
from docgraph.query.describe import condition_text, order_text
from docgraph.query.outputs import shown
from docgraph.query.pages import Place
from docgraph.query.plan import Condition, Order
from docgraph.query.rows import Form
from docgraph.store.sql import Sql, integer, join, sql

MARK = 16  # hexadecimal digits that tell what a cursor belongs to
CHECK = 8  # hexadecimal digits that tell whether it was changed


def _foreign() -> Refused:
    return Refused(
        "the cursor belongs to another type, order or filter",
        "give the `orderBy` and `where` of the page that the cursor was taken from",
    )


def _damaged() -> Refused:
    return Refused("it is not a cursor, or no longer the one that was given out", "pass cursors on as they are")


def mark_of(type_name: str, orders: Sequence[Order], condition: Condition) -> str:
    """What tells one ordered set from another."""
    said = json.dumps([type_name, [order_text(order) for order in orders], condition_text(condition)])
    return hashlib.blake2b(said.encode(errors="surrogatepass"), digest_size=MARK // 2).hexdigest()


CURSOR = """(
select translate(encode(convert_to({} || left(encode(sha256(convert_to({} || "keys$", 'UTF8')), 'hex'), {}) || "keys$",
'UTF8'), 'base64'), E'+/=\\n', '-_') from (select json_build_array({})::text as "keys$") as "keys$")"""


def cursor(schema: Schema, mark: Sql, orders: Sequence[Order], keys: Sequence[Sql]) -> Sql:
    """The cursor of a row, from the columns that hold its keys. `mark`: of `mark_of`, as an expression."""
    told = [shown(schema, decisive(order), key, Form.EXACT) for order, key in zip(orders, keys, strict=True)]
    return sql(CURSOR, mark, mark, integer(CHECK), join(", ", told))


def decisive(order: Order) -> Field:
    """The field whose values an order compares."""
    return order.child or order.field


def read_cursor(schema: Schema, mark: str, orders: Sequence[Order], text: str) -> Place:
    """The place that a cursor stands for. Raises Refused: it is none, or one of another set."""
    content = _opened(text)
    own, check, payload = content[:MARK], content[MARK : MARK + CHECK], content[MARK + CHECK :]
    if check != hashlib.sha256((own + payload).encode()).hexdigest()[:CHECK]:
        raise _damaged()
    if own != mark:
        raise _foreign()
    try:
        keys = json.loads(payload, parse_float=Decimal)
        found = tuple(_stored(schema, decisive(order), key) for order, key in zip(orders, keys, strict=True))
    except (ValueError, TypeError, Refused) as wrong:
        raise _damaged() from wrong
    if found[-1] is None:
        raise _damaged()
    return Place(found)


def _opened(text: str) -> str:
    try:
        padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
        content = base64.b64decode(padded.encode("ascii"), validate=True)
        told = content.decode()
    except ValueError as wrong:
        raise _damaged() from wrong
    if base64.urlsafe_b64encode(content).decode().rstrip("=") != text:
        raise _damaged()  # base64 has several ways to write the same
    return told


def _stored(schema: Schema, field: Field, told: object) -> object:
    if told is None:
        return None
    held = schema.stored_scalar(field)
    match held:
        case EnumRef(name=name):
            return one_of(name, [each.name for each in schema.enums[name].values])(told)
        case Scalar.JSON:
            return json_text(json.loads(str(told), parse_float=Decimal))
        case Scalar():
            return SCALARS[held](told)
