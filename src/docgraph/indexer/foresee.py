"""Say what indexing would do now, and why, without doing it: `docgraph plan`.

The look and the decision are those of indexing. Documents are read, so that a touched
one is told from a changed one; no handler runs and nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import msgspec

from docgraph.indexer.decide import NO_HASH, Plan, content_hash, decide
from docgraph.indexer.feed import Feed
from docgraph.indexer.files import FileMemory, look_at_files
from docgraph.indexer.look import Survey, look_everywhere, whole_sources
from docgraph.indexer.project import Project, feeds_of
from docgraph.indexer.run import clock
from docgraph.mapping.parts import Parts
from docgraph.model.changes import DocumentKey, Known
from docgraph.model.known import KnownDocuments
from docgraph.model.problem import SourceProblem
from docgraph.sources.notes import Missing
from docgraph.store.outlook import Meant, Outlook


class Would(Enum):
    """What would become of one document that is seen and not known to be as it was."""

    ADD = "new"
    CHANGE = "changed"
    RECODE = "code"
    LOSE = "gone"
    READ = "reads"
    TOUCH = "touched"

    def among(self, source: SourcePlan) -> list[str]:
        """The source's documents of which the same holds."""
        found: list[str] = getattr(source, self.value)
        return found


class SourcePlan(msgspec.Struct):
    """What would happen to the documents of one data source. Paths in bytewise order."""

    source: str
    new: list[str] = []
    changed: list[str] = []  # their content differs
    code: list[str] = []  # their content is the same, and what they would be run through differs
    reads: list[str] = []  # the same, and a file that they read differs
    gone: list[str] = []
    touched: list[str] = []  # only their look is noted
    unchanged: int = 0
    failing: list[str] = []  # those of the above that failed when they were last run, and would be run again
    causes: list[str] = []  # what of the code differs, for documents that were run through other code
    files: list[str] = []  # that differ, and were read by documents

    @property
    def is_empty(self) -> bool:
        """Would no handler run, and no document leave?"""
        return not (self.new or self.changed or self.code or self.reads or self.gone)


class IndexPlan(msgspec.Struct, frozen=True):
    """What an index run would do now."""

    index: str
    deployment: int | None  # that would be gone on with; None: a new one would be made
    serving: int | None  # that is served meanwhile
    in_place: tuple[str, ...]  # what would change in the served one for readers, with the block that indexing makes
    why: tuple[str, ...]  # a deployment other than the served one is filled: what differs between the two
    sources: tuple[SourcePlan, ...]
    readers: int = 0  # other documents that read what these say; which of them would be run shows when these are run

    @property
    def is_empty(self) -> bool:
        """Is there nothing to do?"""
        settled = self.deployment is not None and self.deployment == self.serving
        return settled and not self.in_place and all(source.is_empty for source in self.sources)


def foresee(project: Project, index: str, outlook: Outlook) -> IndexPlan:
    """What indexing `project` would do to what `outlook` tells.

    Raises SourceAway: a source is not there.
    """
    meant = outlook.meant
    known = meant.known if meant else KnownDocuments()
    feeds = feeds_of(project)
    survey = Survey()
    plan = decide(known.packed(), look_everywhere(feeds, survey), blind=survey.blind)
    sources = tuple(SourcePlan(feed.name) for feed in feeds)
    for key in plan.gone:
        sources[key.source].gone.append(key.path)
    for key in plan.read:
        before, source = known.get(key), sources[key.source]
        would = _would(feeds[key.source], key.path, before)
        would.among(source).append(key.path)
        if meant and key in meant.failed and would is not Would.TOUCH:
            source.failing.append(key.path)
    if meant:
        _take_files(feeds, meant, sources)
    for key in known:
        sources[key.source].unchanged += 1
    for ordinal, source in enumerate(sources):
        listed = (source.changed, source.code, source.reads, source.touched, source.gone)
        source.unchanged -= sum(map(len, listed))
        file = project.manifest.sources[ordinal].mapping.file
        source.causes = _causes(feeds[ordinal], file, plan, meant) if meant else []
    deployment = meant.deployment if meant else None
    return IndexPlan(index, deployment, outlook.serving, outlook.in_place, outlook.why, sources)


def runs(plan: IndexPlan) -> list[DocumentKey]:
    """The documents that would be run, or leave."""
    return [
        DocumentKey(ordinal, path)
        for ordinal, source in enumerate(plan.sources)
        for path in (*source.new, *source.changed, *source.code, *source.reads, *source.gone)
    ]


def _take_files(feeds: Sequence[Feed], meant: Meant, sources: Sequence[SourcePlan]) -> None:
    """Take in who read a file that differs now."""
    looks = look_at_files(feeds, FileMemory(meant.files), whole_sources(feeds), clock)
    for file, now in sorted(looks.files.items()):
        source = sources[file.source]
        run = {*source.new, *source.changed, *source.code, *source.gone}
        misled = [key.path for key, seen in meant.read_by.get(file, ()) if seen != now.hash]
        if misled:
            source.files.append(feeds[file.source].source.shown(file.path))
        source.reads = sorted({*source.reads, *misled} - run)
        source.touched = [path for path in source.touched if path not in source.reads]
    for source, feed in zip(sources, feeds, strict=True):
        source.failing += [path for path in source.reads if DocumentKey(feed.ordinal, path) in meant.failed]


def _would(feed: Feed, path: str, before: Known | None) -> Would:
    """What would become of a document that would be read."""
    if before is None:
        return Would.ADD
    try:
        found = content_hash(feed.source.read(path)[0])
    except Missing:
        return Would.LOSE
    except SourceProblem:
        found = NO_HASH
    reading = feed.reading(path)
    if found != before.hash:
        return Would.CHANGE
    return Would.TOUCH if reading is not None and reading.code == before.code else Would.RECODE


def _causes(feed: Feed, file: str, plan: Plan, meant: Meant) -> list[str]:
    """What of the code differs, for those of the source's documents that were run through other code."""
    pairs: dict[tuple[bytes, bytes], Parts] = {}
    for key in plan.read:
        if key.source == feed.ordinal and key in meant.known and (reading := feed.reading(key.path)):
            pairs[meant.known[key].code, reading.code] = reading.parts
    causes: set[str] = set()
    for (before, now), has in pairs.items():
        if before != now:
            had = meant.codes.get(before, {})
            differing = {name for name in had.keys() | has.keys() if had.get(name) != has.get(name)}
            causes |= differing if had and differing else {f"the code of {file}, or what it imports"}
    return sorted(causes)
