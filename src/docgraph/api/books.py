"""The fields that open the index's own books: their types, and what their arguments ask for.

Source: spec/subgraph-api.md, the text below the table of deviations, 2.3, 2.4 and 2.11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLInputField, GraphQLInputObjectType, GraphQLString

from docgraph.api.definitions import Declared, argument, fill, object_type, optional, required_list
from docgraph.api.inputs import Ready
from docgraph.api.scalars import ANNOTATION
from docgraph.model.schema import Scalar
from docgraph.query.ledger import ProblemsWanted

WHOLE = ANNOTATION[Scalar.INT]


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

    def source(self) -> Declared:
        """The field of every entity and interface."""
        return Declared("_source", optional(self._source), (), "Which document says so, and where in it")

    def problems(self, name: str) -> Declared:
        where = argument("where", optional(self.problem_filter))
        first, skip = argument("first", optional(WHOLE), 100), argument("skip", optional(WHOLE), 0)
        told = "What is wrong with the documents now, by path and line"
        return Declared(name, required_list(self.problem), (where, first, skip), told)


def problems_wanted(given: Mapping[str, Any], first: int, skip: int) -> ProblemsWanted:
    """What the arguments of `_problems` ask for; a key that is null asks for nothing."""
    where = given.get("where") or {}
    return ProblemsWanted(first, skip, where.get("source"), where.get("path"), where.get("kind"))
