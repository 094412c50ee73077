"""In which order the data sources count: whoever reads a type comes after those that write it.

Pure. The order of sources, and with it the position of every document, is a function
of what the manifest says that each source reads and writes.

Source: notes on incremental indexing, "Stages". Levels are those of sources, not of
types: a source that writes two types has one position.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from docgraph.manifest.values import DataSource
from docgraph.model.problem import Location, ManifestProblem, Problems


class Stage(msgspec.Struct, frozen=True):
    """Data sources that need not wait for each other."""

    sources: tuple[DataSource, ...]  # in the manifest's order
    one_by_one: frozenset[str]  # names of those that read what a source of this stage writes: each document of theirs
    # sees what the documents before it said, so they are run in the order of their positions


class _Wait(msgspec.Struct, frozen=True):
    """A source that reads `type` comes after one that writes it: a stage later, or beside it where it writes it too."""

    reader: int
    writer: int
    type: str
    later: bool


def stages(sources: Sequence[DataSource]) -> tuple[Stage, ...]:
    """The sources by stage. Each stage is as early as what its sources read allows.

    A source that reads a type comes a stage after every other source that writes it. If it writes the type itself it
    comes no earlier than those: its documents see what is said of the type at lower positions.

    Raises Problems: sources wait for each other in a circle.
    """
    waits = tuple(_waits(sources))
    if circle := _circle(len(sources), waits):
        raise Problems([_refused(circle, sources)])
    levels = [0] * len(sources)
    while True:
        wanted = list(levels)
        for wait in waits:
            wanted[wait.reader] = max(wanted[wait.reader], wanted[wait.writer] + wait.later)
        if wanted == levels:
            break
        levels = wanted
    by_level = [
        tuple(source for source, level in zip(sources, levels, strict=True) if level == each)
        for each in range(max(levels, default=-1) + 1)
    ]
    return tuple(Stage(together, _one_by_one(together)) for together in by_level)


def in_position_order(sources: Sequence[DataSource]) -> tuple[DataSource, ...]:
    """The sources by stage, within a stage as the manifest lists them. Raises Problems, as `stages` does."""
    return tuple(source for stage in stages(sources) for source in stage.sources)


def moving(sources: Sequence[DataSource]) -> Mapping[str, frozenset[str]]:
    """Of each source, by name: the types that it reads and that sources of its own stage write.

    What documents say of these is not final before the source is run. Raises Problems, as `stages` does.
    """
    return {name: types for stage in stages(sources) for name, types in _moving(stage.sources).items()}


def _one_by_one(sources: Sequence[DataSource]) -> frozenset[str]:
    return frozenset(name for name, types in _moving(sources).items() if types)


def _moving(sources: Sequence[DataSource]) -> Mapping[str, frozenset[str]]:
    written = frozenset(name for source in sources for name in source.mapping.entities)
    return {source.name: written.intersection(source.mapping.reads) for source in sources}


def _waits(sources: Sequence[DataSource]) -> Iterator[_Wait]:
    writers: dict[str, list[int]] = {}
    for number, source in enumerate(sources):
        for name in source.mapping.entities:
            writers.setdefault(name, []).append(number)
    for number, source in enumerate(sources):
        for name in source.mapping.reads:
            for writer in writers.get(name, ()):
                if writer != number:
                    yield _Wait(number, writer, name, later=name not in source.mapping.entities)


def _circle(count: int, waits: Sequence[_Wait]) -> tuple[_Wait, ...]:
    """A shortest way along which some source is to come later than itself; empty where there is none."""
    found: tuple[_Wait, ...] = ()
    for wait in waits:
        if wait.later:
            back = _way(wait.writer, wait.reader, waits)
            if back is not None and (not found or len(back) + 1 < len(found)):
                found = (wait, *back)
    return found


def _way(start: int, goal: int, waits: Sequence[_Wait]) -> tuple[_Wait, ...] | None:
    """A shortest way from a source to one that it waits for, if it does."""
    reached: dict[int, tuple[_Wait, ...]] = {start: ()}
    edge = [start]
    while edge and goal not in reached:
        at = edge.pop(0)
        for wait in waits:
            if wait.reader == at and wait.writer not in reached:
                reached[wait.writer] = (*reached[at], wait)
                edge.append(wait.writer)
    return reached.get(goal)


def _refused(circle: Sequence[_Wait], sources: Sequence[DataSource]) -> ManifestProblem:
    """The circle in the order in which data would have to move, beginning where the manifest first speaks of it."""
    way = circle[::-1]
    begin = min(range(len(way)), key=lambda each: _at(way[each], sources))
    way = [*way[begin:], *way[:begin]]
    told = ", ".join(_told(wait, following, sources) for wait, following in zip(way, (*way[1:], way[0]), strict=True))
    wait = way[0]
    return ManifestProblem(
        f"data sources wait for each other: {told}",
        at=_at(wait, sources),
        mend="break the circle: take a type out of `reads`, or let another data source write it",
    )


def _told(wait: _Wait, following: _Wait, sources: Sequence[DataSource]) -> str:
    source = sources[wait.reader]
    return f"{wait.type} is read to write {following.type} (source {source.name}, line {_at(wait, sources).line})"


def _at(wait: _Wait, sources: Sequence[DataSource]) -> Location:
    mapping = sources[wait.reader].mapping
    return mapping.reads_at[mapping.reads.index(wait.type)]
