"""The fields that open the index's own books: their types, and what their arguments ask for.

Source: spec/subgraph-api.md, the text below the table of deviations, 2.3, 2.4 and 2.11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from graphql import GraphQLInputField, GraphQLInputObjectType, GraphQLString
from strawberry.types.arguments import StrawberryArgument

from docgraph.api.definitions import Declared, argument, fill, object_type, optional, required_list
from docgraph.api.inputs import Ready, enum
from docgraph.api.scalars import ANNOTATION
from docgraph.api.where import reading
from docgraph.model.moments import moment
from docgraph.model.schema import Scalar
from docgraph.model.values import Refused
from docgraph.query.ledger import LogsWanted, ProblemsWanted

WHOLE = ANNOTATION[Scalar.INT]
LEVELS = (
    ("CRITICAL", "Somebody should look at once"),
    ("ERROR", "Something is wrong"),
    ("WARNING", "Worth a look"),
    ("INFO", "Worth knowing"),
    ("DEBUG", "For the author, while developing"),
)
MAX_LOGS = 1000
MAX_LOGS_SKIPPED = 10_000
DEFAULT_LOGS = 100
MAX_SEARCH = 1000  # characters
NEVER_SEARCHED = frozenset('{}[]:"')
# RFC 3339: a date, a time and a zone; the lengths of its parts are for whoever reads it.
ZONED = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


class Books:
    """The types of the books; every schema has them."""

    def __init__(self) -> None:
        self._source = object_type("_Source_", "Where in the documents an entity comes from.")
        fill(
            self._source,
            [
                Declared("document", str, description="The data source's name and the document's path in it"),
                Declared("path", str, description="The document's path in its data source"),
                Declared("line", optional(WHOLE), description="The record's line, from 1; null: the whole document"),
                Declared("block", WHOLE, description="The block that made this version of the entity"),
            ],
        )
        self._level = Ready(enum("LogLevel", LEVELS, "How severe a line of the log is, the most severe first."))
        self._argument = object_type("_LogArgument_", "A value that stands in a line of the log.")
        self._meta = object_type("_LogMeta_", "Where a line of the log was written.")
        self._log = object_type("_Log_", "A line of the log.")
        self._fill_log()
        self.problem = object_type("_Problem_", "Something that is wrong with a document now.")
        fill(
            self.problem,
            [
                Declared("kind", str, description="What kind of problem: format, value, handler, source, conflict, …"),
                Declared("source", str, description="The name of the data source"),
                Declared("path", str, description="The document, by its path in the data source"),
                Declared("line", optional(WHOLE), description="The line in the document, from 1"),
                Declared("column", optional(WHOLE), description="The character in the line, from 1"),
                Declared("message", str, description="What is wrong"),
                Declared("mend", str, description="What to do about it"),
                Declared("entity", optional(str), description="The type of the entity that it is about"),
                Declared("handler", optional(str), description="The handler that was running"),
                Declared("block", WHOLE, description="The block that brought it"),
                Declared("stale", bool, description="Whether what the document said before is still served"),
            ],
        )
        keys = ("source", "path", "kind")
        self.problem_filter = Ready(
            GraphQLInputObjectType("_ProblemFilter_", {key: GraphQLInputField(GraphQLString) for key in keys})
        )

    def _fill_log(self) -> None:
        fill(
            self._argument,
            [
                Declared("key", str, description="The number of the value, from 0, or its name"),
                Declared("value", str, description="The value as text"),
            ],
        )
        fill(
            self._meta,
            [
                Declared(
                    "module", str, description="The file in the project; for a mistake in a document, the document"
                ),
                Declared("line", WHOLE, description="The line in it, from 1; 0 where it is not known"),
                Declared("column", WHOLE, description="The character in the line, from 1; 0 where it is not known"),
            ],
        )
        fill(
            self._log,
            [
                Declared("id", str, description="Tells this line from all others"),
                Declared("subgraphId", str, description="The deployment that wrote it"),
                Declared("timestamp", str, description="When its block was made (RFC 3339)"),
                Declared("level", self._level, description="How severe it is"),
                Declared("text", str, description="What it says"),
                Declared("arguments", required_list(self._argument), description="What the text was filled with"),
                Declared("meta", self._meta, description="Where in the code it was written"),
            ],
        )

    def logs(self, name: str, newest_first: StrawberryArgument) -> Declared:
        arguments = (
            argument("level", optional(self._level), description="Exactly this level"),
            argument("from", optional(str), description="Not before this moment (RFC 3339)"),
            argument("to", optional(str), description="Not after this moment (RFC 3339)"),
            argument("search", optional(str), description="Stands somewhere in the text, whatever the case"),
            argument("first", optional(WHOLE), 100),
            argument("skip", optional(WHOLE), 0),
            newest_first,
        )
        told = "What handlers logged while documents were indexed"
        return Declared(name, required_list(self._log), arguments, told)

    def source(self) -> Declared:
        """The field of every entity and interface."""
        return Declared("_source", optional(self._source), (), "Which document says so, and where in it")

    def problems(self, name: str) -> Declared:
        where = argument("where", optional(self.problem_filter))
        first, skip = argument("first", optional(WHOLE), 100), argument("skip", optional(WHOLE), 0)
        told = "What is wrong with the documents now, by path and line"
        return Declared(name, required_list(self.problem), (where, first, skip), told)


def problems_wanted(given: Mapping[str, Any], first: int, skip: int) -> ProblemsWanted:
    """What the arguments of `_problems` ask for; a key that is null asks for nothing.

    Raises Refused: a text that no document, source or kind can have.
    """
    where = given.get("where") or {}
    return ProblemsWanted(first, skip, *(_text(where.get(key)) for key in ("source", "path", "kind")))


def log_mistakes(given: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the arguments of `_logs`. Source: spec/subgraph-api.md 2.11."""
    for name in ("from", "to"):
        try:
            _moment(given.get(name))
        except Refused as refused:
            yield f"Invalid value provided for argument `{name}`: {refused.what}"
    search = given.get("search")
    try:
        _text(search)
    except Refused as refused:
        yield f"Invalid value provided for argument `search`: {refused.what}"
    if search is not None and not 1 <= len(search) <= MAX_SEARCH:
        yield f"Invalid value provided for argument `search`: it must have 1 to {MAX_SEARCH} characters"
    if search is not None and NEVER_SEARCHED.intersection(search):
        yield 'Invalid value provided for argument `search`: it must not hold any of {}[]:"'
    for name, most in (("first", MAX_LOGS), ("skip", MAX_LOGS_SKIPPED)):
        number = given.get(name)
        if number is not None and not 0 <= number <= most:
            yield f"The `{name}` argument must be between 0 and {most}, but is {number}"


def logs_wanted(given: Mapping[str, Any]) -> LogsWanted:
    """What the arguments of `_logs` ask for. Raises Refused: `log_mistakes` tells of something."""
    first = given.get("first")
    return LogsWanted(
        DEFAULT_LOGS if first is None else first,
        given.get("skip") or 0,
        given.get("level"),
        _moment(given.get("from")),
        _moment(given.get("to")),
        given.get("search"),
    )


def _text(given: str | None) -> str | None:
    return None if given is None else str(reading(Scalar.STRING)(given))


def _moment(given: str | None) -> datetime | None:
    if given is None:
        return None
    if not ZONED.fullmatch(given):
        raise Refused("it is no RFC 3339 timestamp with a zone", "write it like 2026-01-31T10:30:00Z")
    return moment(given)
