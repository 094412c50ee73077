"""The rule for reads as a model of a page: whatever is edited, running again who sees something else equals a rebuild.

The model has contributions at positions, reads with what they saw, and the two ways of running documents: side by side
where what is read is final, and one by one where a source reads what its own stage says. Nothing else.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Mapping, Sequence

import msgspec

HISTORIES = 5_000
ENTITIES = "uvwxyz"  # u, v: said by the first source; w to z: by the second, which reads them all; the third reads all
LAST = 2
MOVING = "wxyz"  # what the second source reads of its own stage

Position = tuple[int, str]  # source, path
Content = tuple[tuple[str, str, str, int], ...]  # operations: kind, entity, another entity, number
Look = Callable[[str], int | None]


class Said(msgspec.Struct):
    """What became of one document."""

    values: dict[str, int | None]  # entity → its value from here on; None: removed
    reads: dict[str, int | None]  # entity → what was seen
    failed: bool = False


def handle(position: Position, content: Content, look: Look) -> Said:
    """Read, change and write again; copy; make where there is nothing; remove; fail."""
    said = Said({}, {})

    def load(entity: str) -> int | None:
        if entity not in said.reads:
            said.reads[entity] = look(entity)
        return said.reads[entity]

    own = ENTITIES[:2] if position[0] == 0 else MOVING
    for kind, entity, other, number in content:
        target = own[ENTITIES.index(entity) % len(own)]
        if position[0] == 0:
            said.values[target] = None if kind == "remove" else number
        elif position[0] == LAST:
            said.values[position[1].upper()] = (load(entity) or 0) * 10 + (load(other) or 0)
        elif kind == "count":
            said.values[target] = (load(target) or 0) + number
        elif kind == "copy" and (seen := load(other)) is not None:
            said.values[target] = seen % 97
        elif kind == "make" and load(target) is None:
            said.values[target] = number
        elif kind == "remove" and (load(other) or 0) % 2:
            said.values[target] = None
        elif kind == "fail" and (load(other) or 0) % 3 == 1:
            return Said({}, said.reads, failed=True)
    return said


def fold(index: Mapping[Position, Said], entity: str, below: Position | None) -> int | None:
    """The value that the documents at lower positions give: the last word counts."""
    value = None
    for position in sorted(index):
        if (below is None or position < below) and entity in index[position].values:
            value = index[position].values[entity]
    return value


def rebuild(corpus: Mapping[Position, Content]) -> dict[Position, Said]:
    index: dict[Position, Said] = {}
    for position in sorted(corpus):
        index[position] = handle(position, corpus[position], lambda entity: fold(index, entity, None))
    return index


class Index:
    """The incremental way."""

    def __init__(self) -> None:
        self.documents: dict[Position, Said] = {}
        self.runs = 0

    def block(self, corpus: Mapping[Position, Content], changed: Sequence[Position]) -> None:
        touched: set[str] = set()
        planned = [each for each in changed if each in corpus]
        for each in changed:
            if each not in corpus and each in self.documents:
                touched |= self.documents.pop(each).values.keys()
        for each in planned:
            if each[0] == 0:
                touched |= self._run(each, corpus[each], self._final)
        queue = [each for each in planned if each[0] == 1]
        heapq.heapify(queue)
        done: set[Position] = set()
        self._push(queue, touched, 1)
        while queue:
            each = heapq.heappop(queue)
            if each in done:
                continue
            done.add(each)
            look = self._below(each)
            if each in planned or self._stale(each, look):
                more = self._run(each, corpus[each], look)
                self._push(queue, more, 1)
                touched |= more
        last = {each for each in planned if each[0] == LAST}
        readers: list[Position] = []
        self._push(readers, touched, LAST)
        for each in last | {each for each in readers if self._stale(each, self._final)}:
            self._run(each, corpus[each], self._final)

    def _final(self, entity: str) -> int | None:
        return fold(self.documents, entity, None)

    def _below(self, position: Position) -> Look:
        return lambda entity: fold(self.documents, entity, position)

    def _stale(self, position: Position, look: Look) -> bool:
        return any(look(entity) != seen for entity, seen in self.documents[position].reads.items())

    def _push(self, queue: list[Position], touched: set[str], source: int) -> None:
        for position, said in self.documents.items():
            if position[0] == source and not touched.isdisjoint(said.reads):
                heapq.heappush(queue, position)

    def _run(self, position: Position, content: Content, look: Look) -> set[str]:
        """Returns the entities of which something else is said now."""
        self.runs += 1
        before = self.documents.get(position, Said({}, {})).values
        now = self.documents[position] = handle(position, content, look)
        nothing = object()
        return {
            each
            for each in before.keys() | now.values.keys()
            if before.get(each, nothing) != now.values.get(each, nothing)
        }


def random_content(chance: random.Random) -> Content:
    kinds = ("count", "count", "count", "copy", "make", "remove", "fail")
    return tuple(
        (chance.choice(kinds), chance.choice(ENTITIES), chance.choice(ENTITIES), chance.randint(1, 5))
        for _ in range(chance.randint(1, 3))
    )


def random_edit(chance: random.Random, corpus: dict[Position, Content]) -> list[Position]:
    position = chance.randint(0, LAST), chance.choice("abcdef")
    what = chance.random()
    if what < 0.25:
        corpus.pop(position, None)
        return [position]
    if what < 0.4 and position in corpus:
        renamed = position[0], chance.choice("abcdef")
        corpus[renamed] = corpus.pop(position)
        return [position, renamed]
    corpus[position] = random_content(chance)
    return [position]


def test_every_history_ends_where_a_rebuild_ends_after_every_block() -> None:
    failed = again = 0
    for seed in range(HISTORIES):
        chance = random.Random(seed)
        corpus: dict[Position, Content] = {}
        index = Index()
        for _ in range(chance.randint(1, 6)):
            changed = [each for _ in range(chance.choice((1, 1, 2, 8))) for each in random_edit(chance, corpus)]
            runs = index.runs
            index.block(corpus, changed)
            assert index.documents == rebuild(corpus), seed
            failed += sum(each.failed for each in index.documents.values())
            again += index.runs - runs > len(changed)
    assert failed > HISTORIES / 10  # the histories are about something
    assert again > HISTORIES / 10


def test_an_edit_that_changes_nothing_runs_nobody_else() -> None:
    corpus: dict[Position, Content] = {(1, path): (("count", "w", "w", 1),) for path in "abcdefgh"}
    index = Index()
    index.block(corpus, list(corpus))
    index.runs = 0
    index.block(corpus, [(1, "a")])
    assert index.runs == 1
    corpus[1, "d"] = (("count", "w", "w", 2),)
    index.block(corpus, [(1, "d")])
    assert index.runs == 1 + 5  # itself and the four behind it
