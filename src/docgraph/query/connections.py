"""Connections in SQL: one page of an ordered set with its cursors, and what is beyond it.

The page is found by its keys alone; whole rows are looked up for what stays on it.
One row more than wanted tells whether there is another page. Whatever is not asked
for is not in the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import assert_never

import msgspec

from docgraph.query import plan
from docgraph.query.cursors import cursor, mark_of
from docgraph.query.figures import COUNT, FIGURES, Counted
from docgraph.query.keysets import TABLE, Keyset
from docgraph.query.measures import Figures
from docgraph.query.objects import EMPTY_LIST, NOTHING, Branch, Named, entries, one, text
from docgraph.query.pages import Constant, CursorOf, Page, PageFact, PageOutput, Place, Total
from docgraph.query.rows import Row, Setting, relation, row_of
from docgraph.store.sql import EMPTY, Sql, integer, join, name, sql, value

Show = Callable[[Setting, Row, plan.Selection], list[Named]]  # what is wanted of one entity

PAGE = name("page$")
NUMBER = name("n$")  # of a row, in the order it was read
FOUND = name("found$")  # how many rows were read: up to one more than wanted

NUMBERED = """(
select *, row_number() over (order by {}) as {}, count(*) over () as {} from (
select * from {}{}
order by {}
limit {}::bigint) as {}) as {}"""


def connection(setting: Setting, root: plan.Connection, show: Show) -> Sql:
    """The connection as a JSON object."""
    return _Connection(setting, root, show).printed()


class _Connection(msgspec.Struct, frozen=True):
    setting: Setting
    root: plan.Connection
    show: Show

    def printed(self) -> Sql:
        told = [(output.key, self._output(place, output)) for place, output in enumerate(self.root.outputs)]
        sources = [*self._page(), *self._totals()]
        made = entries(told)
        return sql("(select {} from {})", made, join(" cross join ", sources)) if sources else made

    def _output(self, place: int, output: plan.ConnectionOutput) -> Sql:
        match output:
            case plan.Nodes() | plan.Edges():
                return sql("{}.{}", PAGE, _listed(place))
            case Page():
                return entries([(told.key, _told(told)) for told in output.outputs])
            case Total():
                return sql("{}.{}", FIGURES, COUNT)
            case Figures():
                return self._counted.told(output.outputs)
            case Constant(text=constant):
                return text(constant)
            case _:
                assert_never(output)

    # The page --------------------------------------------------------------------

    @property
    def _keyset(self) -> Keyset:
        return Keyset(self.setting, self.root.type, self.root.orders, self.root.condition)

    @property
    def _backwards(self) -> bool:
        """Whether the page is read from its end."""
        return self.root.window.first is None

    def _page(self) -> Iterator[Sql]:
        """The lists of the page and its facts, as one row."""
        wanted = [*self._lists(), *self._facts()]
        if not wanted:
            return
        window, read = self.root.window, self._keyset.turned() if self._backwards else self._keyset
        limit = window.last if window.first is None else window.first
        bounds = [self._keyset.beyond(window.after)] if window.after else []
        bounds += [self._keyset.turned().beyond(window.before)] if window.before else []
        numbered = sql(
            NUMBERED,
            *(read.ordering(), NUMBER, FOUND, read.source),
            sql("\nwhere {}", join(" and ", bounds)) if bounds else EMPTY,
            *(read.ordering(), value((limit or 0) + 1), PAGE, PAGE),
        )
        kept = sql("{} between {} and {}", NUMBER, *self._kept())
        # `having` makes it one row, also where nothing that is wanted is an aggregate.
        yield sql("(select {}\nfrom {}\nwhere {}\nhaving true) as {}", join(",\n", wanted), numbered, kept, PAGE)

    def _kept(self) -> tuple[Sql, Sql]:
        """The numbers of the first and the last row that stay, as they were read."""
        first, last = self.root.window.first, self.root.window.last
        if first is None or last is None:
            limit = last if first is None else first
            return sql("1"), sql("least({}, {}::bigint)", FOUND, value(limit))
        until = sql("least({}, {}::bigint)", FOUND, value(first))
        return sql("greatest({} - {}::bigint, 0) + 1", until, value(last)), until

    def _lists(self) -> Iterator[Sql]:
        ending = sql(" desc") if self._backwards else EMPTY
        for place, output in enumerate(self.root.outputs):
            match output:
                case plan.Nodes():
                    shown = self._node(output)
                case plan.Edges():
                    shown = entries([(part.key, self._edge(part)) for part in output.outputs])
                case _:
                    continue
            yield sql(
                "coalesce(json_agg({} order by {}{}), {}) as {}", shown, NUMBER, ending, EMPTY_LIST, _listed(place)
            )

    def _edge(self, part: CursorOf | plan.Nodes | Constant) -> Sql:
        match part:
            case CursorOf():
                return self._cursor()
            case plan.Nodes():
                return self._node(part)
            case Constant(text=constant):
                return text(constant)
            case _:
                assert_never(part)

    def _cursor(self) -> Sql:
        root, keyset = self.root, self._keyset
        mark = sql("{}::text", value(mark_of(root.type, root.orders, root.condition)))
        return cursor(self.setting.schema, mark, root.orders, [sql("{}.{}", PAGE, key) for key in keyset.keys])

    def _node(self, node: plan.Nodes) -> Sql:
        """The whole row, looked up in the table it is from."""
        own = sql("{}.{}", PAGE, self._keyset.keys[-1])
        found = []
        for selection in node.selections:
            row = row_of(self.setting, self.setting.schema.entities[selection.type])
            matching = sql("{} = {}", row.id, own)
            found.append(one([Branch(self.show(self.setting, row, selection), relation(self.setting, row), matching)]))
        if not found:
            return NOTHING
        if len(found) == 1:
            return found[0]
        cases = (sql(" when {} then {}", integer(place), each) for place, each in enumerate(found))
        return sql("case {}.{}{} end", PAGE, TABLE, join("", cases))

    # What is told of the page ------------------------------------------------------

    def _facts(self) -> Iterator[Sql]:
        """The facts that are asked for, each once."""
        pages = (output for output in self.root.outputs if isinstance(output, Page))
        asked = {told.fact for page in pages for told in page.outputs if isinstance(told, PageOutput)}
        for fact in PageFact:
            if fact in asked:
                yield sql("{} as {}", self._fact(fact), name(f"{fact.value}$"))

    def _fact(self, fact: PageFact) -> Sql:
        start, end = self._kept()
        if self._backwards:
            start, end = end, start
        match fact:
            case PageFact.HAS_NEXT:
                return self._has_next()
            case PageFact.HAS_PREVIOUS:
                return self._has_previous()
            case PageFact.START:
                return sql("max({}) filter (where {} = {})", self._cursor(), NUMBER, start)
            case PageFact.END:
                return sql("max({}) filter (where {} = {})", self._cursor(), NUMBER, end)
            case _:
                assert_never(fact)

    def _has_next(self) -> Sql:
        window = self.root.window
        return _any(
            [sql("coalesce(max({}) > {}::bigint, false)", FOUND, value(window.first))] if window.first else [],
            [_elsewhere(self._keyset.turned(), window.before)] if window.before else [],
        )

    def _has_previous(self) -> Sql:
        window = self.root.window
        read = FOUND if window.first is None else sql("least({}, {}::bigint)", FOUND, value(window.first))
        return _any(
            [sql("coalesce(max({}) > {}::bigint, false)", read, value(window.last))] if window.last else [],
            [_elsewhere(self._keyset, window.after)] if window.after else [],
        )

    # What is told of the whole set ---------------------------------------------------

    def _totals(self) -> Iterator[Sql]:
        if any(isinstance(output, Total | Figures) for output in self.root.outputs):
            yield self._counted.source()

    @property
    def _counted(self) -> Counted:
        outputs = (output.outputs for output in self.root.outputs if isinstance(output, Figures))
        wanted = tuple(each for several in outputs for each in several)
        return Counted(self.setting, self.root.type, self.root.condition, (), wanted)


def _listed(place: int) -> Sql:
    return name(f"list{place}$")


def _told(told: PageOutput | Constant) -> Sql:
    if isinstance(told, Constant):
        return text(told.text)
    return sql("{}.{}", PAGE, name(f"{told.fact.value}$"))


def _elsewhere(keyset: Keyset, place: Place) -> Sql:
    """Whether there are rows that do not come after `place`, such as the one it was taken from."""
    return sql("exists (select from {} where ({}) is not true)", keyset.source, keyset.beyond(place))


def _any(*reasons: list[Sql]) -> Sql:
    found = [each for several in reasons for each in several]
    return sql("({})", join(" or ", found)) if found else sql("false")
