"""What a scan tells besides the documents it found, and the answer to a read of what is not there."""

from __future__ import annotations

import msgspec

from docgraph.model.changes import Stat
from docgraph.model.problem import SourceProblem, Unavailable


class SourceAway(Unavailable):
    """The whole source cannot be reached, so nothing can be said of its documents."""


class Missing(Exception):
    """There is no such document, or no longer."""


class File(msgspec.Struct, frozen=True):
    """What stands at a path of a source, whether it is a document or not."""

    content: bytes | None  # None: there is no file
    stat: Stat
    stands: str  # the path of the file itself, where links lead to it


class Notes(msgspec.Struct):
    """Filled by a scan."""

    # By path: what could not be looked into. What is remembered at and beneath it stays as it is.
    blind: dict[str, SourceProblem] = {}
    # By path: what is not taken although it looks as if somebody wanted it.
    refused: dict[str, SourceProblem] = {}
    # By path of a link: the path, in the same source, of what it leads to.
    links: dict[str, str] = {}
