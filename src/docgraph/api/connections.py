"""A connection that a client asks for, as part of a plan.

Source: spec/subgraph-api.md, shapes of the extensions; for `first` together with
`last`, Relay's Cursor Connections Specification, 4.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from docgraph.api.asked import Arguments, Asked, Nodes
from docgraph.api.errors import PathKeys
from docgraph.api.figures import figures
from docgraph.model.schema import Field, Scalar, Schema
from docgraph.model.values import Refused
from docgraph.query import plan
from docgraph.query.cursors import mark_of, read_cursor
from docgraph.query.measures import Figures
from docgraph.query.pages import Constant, CursorOf, Page, PageFact, PageOutput, Place, Total, Window

DEFAULT_SIZE = 100  # rows of a page


def connection(asked: Asked, arguments: Arguments, block: plan.BlockAt) -> plan.Connection:
    """The plan of `xConnection`. What is wrong with the arguments is noted where it was asked."""
    wanted = asked.wanted(arguments)
    orders = tuple(_orders(asked, arguments.get("orderBy") or ()))
    asked.spend(len(orders) * len(asked.vocabulary.schema.concrete(asked.type)), asked.nodes, (asked.key,))
    mark = mark_of(asked.type, orders, wanted)
    window = Window(
        *_sizes(asked, arguments),
        _place(asked, arguments, "after", orders, mark),
        _place(asked, arguments, "before", orders, mark),
    )
    outputs = tuple(_outputs(asked))
    return plan.Connection(asked.key, asked.type, orders, wanted, window, outputs, block)


def _orders(asked: Asked, given: Iterable[Mapping[str, str | None]]) -> Iterator[plan.Order]:
    """The keys that matter, and the id, which decides every tie in the direction of the last of them.

    A key that is given again decides nothing, nor does its direction.
    """
    known, direction = asked.vocabulary.orders(asked.type), plan.Direction.ASC
    seen = set()
    for each in given:
        name = each["field"]
        if name is None or name in seen:
            continue
        seen.add(name)
        direction = plan.Direction(each.get("direction") or "asc")
        yield plan.Order(known[name].field, known[name].child, direction)
        if name == "id":
            return
    yield plan.Order(_id(asked.vocabulary.schema, asked.type), None, direction)


def _id(schema: Schema, type_name: str) -> Field:
    """The id of entities of a type; an interface need not declare it."""
    return next((each.field("id") for each in schema.concrete(type_name)), Field("id", Scalar.ID, required=True))


def _sizes(asked: Asked, arguments: Arguments) -> tuple[int | None, int | None]:
    sizes = {name: arguments[name] for name in ("first", "last") if arguments.get(name) is not None}
    for name, size in sizes.items():
        asked.read.judge_size(name, size, asked.nodes, (asked.key,))
    return sizes.get("first", None if "last" in sizes else DEFAULT_SIZE), sizes.get("last")


def _place(
    asked: Asked, arguments: Arguments, argument: str, orders: tuple[plan.Order, ...], mark: str
) -> Place | None:
    text = arguments.get(argument)
    if text is None:
        return None
    try:
        return read_cursor(asked.vocabulary.schema, mark, orders, text)
    except Refused as refused:
        message = f"Invalid value provided for argument `{argument}`: {refused.what}; {refused.mend}"
        asked.read.refuse(message, asked.nodes, (asked.key,))
        return None


def _outputs(asked: Asked) -> Iterator[plan.ConnectionOutput]:
    own = f"{asked.type}_connection"
    for key, name, nodes, path in asked.below(own, asked.nodes, (asked.key,)):
        match name:
            case "nodes":
                yield plan.Nodes(key, asked.select.selections(asked.type, nodes, path))
            case "edges":
                yield plan.Edges(key, tuple(_edge(asked, nodes, path)))
            case "pageInfo":
                yield Page(key, tuple(_page(asked, nodes, path)))
            case "totalCount":
                yield Total(key)
            case "aggregate":
                yield Figures(key, tuple(figures(asked, nodes, path)))
            case _:
                yield Constant(key, own)


def _edge(asked: Asked, nodes: Nodes, path: PathKeys) -> Iterator[CursorOf | plan.Nodes | Constant]:
    own = f"{asked.type}_edge"
    for key, name, below, deeper in asked.below(own, nodes, path):
        match name:
            case "cursor":
                yield CursorOf(key)
            case "node":
                yield plan.Nodes(key, asked.select.selections(asked.type, below, deeper))
            case _:
                yield Constant(key, own)


def _page(asked: Asked, nodes: Nodes, path: PathKeys) -> Iterator[PageOutput | Constant]:
    for key, name, _, _ in asked.below("PageInfo", nodes, path):
        yield Constant(key, "PageInfo") if name == "__typename" else PageOutput(key, PageFact(name))
