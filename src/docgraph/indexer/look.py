"""See what is there: the scans of all sources as sightings, with all they could not see.

Opens no document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from docgraph.indexer.decide import Sighting
from docgraph.indexer.feed import Feed
from docgraph.model.changes import DocumentKey
from docgraph.model.events import ProblemFound
from docgraph.model.problem import Location, SourceProblem
from docgraph.sources.notes import Notes


class Survey(msgspec.Struct):
    """What a look brought to light besides documents. Complete once the sightings are exhausted."""

    blind: list[DocumentKey] = []
    links: dict[DocumentKey, DocumentKey] = {}  # link → what it leads to, in the same source
    problems: list[ProblemFound] = []  # of what is left out


def look_everywhere(feeds: Sequence[Feed], survey: Survey) -> Iterator[Sighting]:
    """Every document of every source, in position order.

    Raises SourceAway: a source is not there.
    """
    for feed in feeds:
        yield from look(feed, "", survey)


def look(feed: Feed, under: str, survey: Survey) -> Iterator[Sighting]:
    """Every document of one source at or beneath `under`, in position order.

    Raises SourceAway: the source is not there.
    """
    notes = Notes()
    unread: dict[str, str] = {}  # extension → the first such path
    ordinal, reading_of = feed.ordinal, feed.reading
    for path, stat in feed.source.scan(under, notes):
        reading = reading_of(path)
        if reading is None:
            name = path.rsplit("/", 1)[-1]
            unread.setdefault(name[name.rfind(".") :] if "." in name else name, path)
        else:
            yield Sighting(DocumentKey(ordinal, path), stat, reading.code)
    survey.blind += [DocumentKey(feed.ordinal, path) for path in notes.blind]
    survey.links |= {
        DocumentKey(feed.ordinal, link): DocumentKey(feed.ordinal, target) for link, target in notes.links.items()
    }
    problems = [*notes.blind.values(), *notes.refused.values()]
    if not feed.source.takes_everything:
        problems += [_formatless(ending, path) for ending, path in unread.items()]
    survey.problems += [feed.told(problem.at.path, problem) for problem in problems]


def whole_sources(feeds: Sequence[Feed]) -> list[DocumentKey]:
    """The keys that stand for everything in each source."""
    return [DocumentKey(feed.ordinal, "") for feed in feeds]


def _formatless(ending: str, path: str) -> SourceProblem:
    return SourceProblem(
        f"no format is known for {ending!r}; such documents are left out",
        at=Location(path),
        mend="say `format:` in the manifest, or leave them out of `include`",
    )
