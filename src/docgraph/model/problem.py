"""What can go wrong, told so that its reader can mend it.

Two roots and no third: a `Problem` is a mistake in what an author wrote, shown
with its place and never retried; `Unavailable` is the world's fault, retried.
Neither knows the words of HTTP or of the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import msgspec


class Location(msgspec.Struct, frozen=True, order=True):
    """A place in something an author wrote."""

    path: str  # as the author would type it, relative to the project or the source; never absolute
    line: int | None = None  # from 1
    column: int | None = None  # from 1, in characters

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)


class Problem(Exception):
    """A mistake in what the author wrote. Shown with its place; never retried."""

    kind: ClassVar[str] = "problem"

    def __init__(self, what: str, *, at: Location, mend: str) -> None:
        super().__init__(what, at, mend)
        self.what, self.at, self.mend = what, at, mend

    def __str__(self) -> str:
        return f"{self.at}: {self.what}\n  mend: {self.mend}"

    def __reduce__(self) -> tuple[object, ...]:  # keyword-only arguments need help to cross processes
        return (_rebuild, (type(self), self.what, self.at, self.mend))


def _rebuild(kind: type[Problem], what: str, at: Location, mend: str) -> Problem:
    return kind(what, at=at, mend=mend)


class ManifestProblem(Problem):
    """subgraph.yaml says something it must not."""

    kind = "manifest"


class SchemaProblem(Problem):
    """schema.graphql says something it must not."""

    kind = "schema"


class MappingProblem(Problem):
    """A mapping module cannot be loaded, or is asked for a handler it lacks."""

    kind = "mapping"


class SourceProblem(Problem):
    """A document, a folder or a name cannot be taken as it is: not readable, of no known format, not there."""

    kind = "source"


class FormatProblem(Problem):
    """A document's bytes are not what its format says."""

    kind = "format"


class Origin(msgspec.Struct, frozen=True):
    """Whose work was under way when a problem came up, as far as it is known."""

    handler: str | None = None  # as the manifest names it
    entity: str | None = None  # name of the type that was to be saved


UNKNOWN = Origin()


class ValueProblem(Problem):
    """A value does not fit the field of the schema that it was given for.

    `at` is the place in the document, `code` the author's code line that saved the entity.
    """

    kind = "value"

    def __init__(
        self, what: str, *, at: Location, mend: str, code: Location | None = None, origin: Origin = UNKNOWN
    ) -> None:
        super().__init__(what, at=at, mend=mend)
        self.code, self.origin = code, origin

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_value_problem, (self.what, self.at, self.mend, self.code, self.origin))


def _rebuild_value_problem(what: str, at: Location, mend: str, code: Location | None, origin: Origin) -> ValueProblem:
    return ValueProblem(what, at=at, mend=mend, code=code, origin=origin)


class HandlerProblem(Problem):
    """A handler raised: `at` is the author's code line, `document` the place in the document it was reading."""

    kind = "handler"

    def __init__(
        self, what: str, *, at: Location, mend: str, document: Location | None = None, origin: Origin = UNKNOWN
    ) -> None:
        super().__init__(what, at=at, mend=mend)
        self.document, self.origin = document, origin

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_handler_problem, (self.what, self.at, self.mend, self.document, self.origin))


def _rebuild_handler_problem(
    what: str, at: Location, mend: str, document: Location | None, origin: Origin
) -> HandlerProblem:
    return HandlerProblem(what, at=at, mend=mend, document=document, origin=origin)


class ConflictProblem(Problem):
    """Two documents claim one owned id; the one at the lower position is served. `at` is in the other."""

    kind = "conflict"

    def __init__(self, what: str, *, at: Location, mend: str, source: int) -> None:
        super().__init__(what, at=at, mend=mend)
        self.source = source  # ordinal of the data source that `at` is in

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_conflict_problem, (self.what, self.at, self.mend, self.source))


def _rebuild_conflict_problem(what: str, at: Location, mend: str, source: int) -> ConflictProblem:
    return ConflictProblem(what, at=at, mend=mend, source=source)


class Problems(Exception):
    """Several problems found in one go, in the order of their places."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.at.path, problem.at.line or 0)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class Unavailable(Exception):
    """The world's fault (a database that does not answer, a folder that cannot be read). Worth another try."""

    def __init__(self, what: str, *, mend: str) -> None:
        super().__init__(what, mend)
        self.what, self.mend = what, mend

    def __str__(self) -> str:
        return f"{self.what}\n  mend: {self.mend}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild_unavailable, (type(self), self.what, self.mend))


def _rebuild_unavailable(kind: type[Unavailable], what: str, mend: str) -> Unavailable:
    return kind(what, mend=mend)
