"""Read schema.graphql: text in, the entity model out, or every mistake in it at once.

    text → syntax tree → declarations → rules → Schema

The rules live beside this file, one file per subject. No I/O.
"""

from __future__ import annotations

from graphql import GraphQLSyntaxError, parse
from graphql import language as ast

from docgraph.model.problem import Location, Problems, SchemaProblem
from docgraph.model.schema import Schema
from docgraph.model.sdl.aggregations import judge_aggregations
from docgraph.model.sdl.build import build
from docgraph.model.sdl.collisions import judge_names
from docgraph.model.sdl.computed import judge_computed
from docgraph.model.sdl.declared import Mistakes
from docgraph.model.sdl.derived import judge_derived
from docgraph.model.sdl.fulltext import read_fulltexts
from docgraph.model.sdl.gather import gather
from docgraph.model.sdl.shared import judge_shared
from docgraph.model.sdl.types import judge_types

_SYNTAX_MEND = "see docs/schema.md for what a schema may contain"


def read_schema(text: str, path: str = "schema.graphql") -> Schema:
    """The schema that `text` declares; `path` is only for the places of problems.

    Raises:
        Problems: SchemaProblems, all that are found, in the order of their places.
            A text that is not GraphQL gives one.
    """
    document = _parse(text.removeprefix("\ufeff"), path)
    mistakes = Mistakes(path)
    declarations = gather(document, mistakes)
    judge_types(declarations, mistakes)
    judge_derived(declarations, mistakes)
    judge_aggregations(declarations, mistakes)
    judge_shared(declarations, mistakes)
    judge_computed(declarations, mistakes)
    judge_names(declarations, mistakes)
    fulltexts = read_fulltexts(declarations, mistakes)
    if mistakes.found:
        raise Problems(sorted(mistakes.found, key=lambda problem: problem.at))
    return build(declarations, fulltexts, text)


def _parse(text: str, path: str) -> ast.DocumentNode:
    try:
        return parse(text)
    except GraphQLSyntaxError as error:
        place = error.locations[0] if error.locations else None
        at = Location(path, place.line, place.column) if place else Location(path)
        if not any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines()):
            what, mend = "the schema is empty", "declare an entity: type Page @entity { id: ID! }"
        else:
            what, mend = error.message, _mend(error.message)
        raise Problems([SchemaProblem(what, at=at, mend=mend)]) from error


def _mend(message: str) -> str:
    """A remedy for what people get wrong most often."""
    if "Expected ':'" in message:
        return "write name: Type"
    if "found <EOF>" in message:
        return "a brace or bracket is still open: close it"
    if "Expected Name, found '}'" in message:
        return "write at least one field between the braces: id: ID!"
    if "Unexpected Name" in message:
        return "a declaration begins with type, interface, enum, union, input or directive"
    return _SYNTAX_MEND
