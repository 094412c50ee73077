"""What sources read and write decides their order, and a circle is refused with its way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docgraph.manifest import DataSource, read_manifest
from docgraph.manifest.stages import stages
from docgraph.model.problem import Problems

DOCS = Path(__file__).resolve().parents[2] / "docs"
SOURCE = """\
  - kind: folder
    name: {name}
    source: {{path: x}}
    mapping:
      file: m.py
      entities: [{entities}]
      reads: [{reads}]
      documentHandlers: [{{handler: h}}]
"""

Said = tuple[str, str, str]  # a source's name, what it writes, what it reads; types are single letters


def manifest(*said: Said) -> str:
    sources = "".join(
        SOURCE.format(name=name, entities=", ".join(writes.split()), reads=", ".join(reads.split()))
        for name, writes, reads in said
    )
    return f"specVersion: 1.0.0\nschema: {{file: s.graphql}}\ndataSources:\n{sources}"


def staged(*said: Said) -> list[list[str]]:
    found = stages(read_manifest(manifest(*said)).sources)
    return [
        [source.name + ("*" if source.name in stage.one_by_one else "") for source in stage.sources] for stage in found
    ]


def refusal(*said: Said) -> str:
    with pytest.raises(Problems) as caught:
        read_manifest(manifest(*said))
    (problem,) = caught.value.problems
    return str(problem)


def test_sources_that_read_nothing_are_one_stage_in_the_order_of_the_manifest() -> None:
    assert staged(("B", "X", ""), ("A", "Y", ""), ("C", "X", "")) == [["B", "A", "C"]]


def test_who_reads_a_type_comes_after_all_who_write_it_wherever_it_stands() -> None:
    assert staged(("Last", "Z", "Y"), ("Next", "Y", "X"), ("One", "X", ""), ("Two", "X W", "")) == [
        ["One", "Two"],
        ["Next"],
        ["Last"],
    ]
    assert [source.name for source in read_manifest(manifest(("B", "Y", "X"), ("A", "X", ""))).sources] == ["A", "B"]


def test_a_type_that_nobody_writes_is_not_waited_for() -> None:
    assert staged(("A", "X", "Unwritten"), ("B", "Y", "")) == [["A", "B"]]


def test_who_reads_what_it_writes_shares_the_stage_of_its_other_writers_and_is_run_one_by_one() -> None:
    assert staged(("Notes", "X", "X"), ("Plain", "X", "")) == [["Notes*", "Plain"]]
    # Plain waits for Countries, so Notes, which goes by the order of the manifest, stays behind Plain.
    assert staged(("Countries", "C", ""), ("Plain", "X", "C"), ("Notes", "X", "X")) == [
        ["Countries"],
        ["Plain", "Notes*"],
    ]


def test_types_that_sources_read_and_write_at_once_make_no_circle() -> None:
    assert staged(("One", "X Y", "X Y")) == [["One*"]]
    assert staged(("One", "X Y", "X"), ("Two", "X Y", "Y")) == [["One*", "Two*"]]


def test_a_circle_is_refused_with_its_way_and_places_as_the_page_shows() -> None:
    told = refusal(("Others", "Tag", ""), ("Postings", "Posting", "Company"), ("Firms", "Company", "Posting"))
    assert told == (
        "subgraph.yaml:18:15: data sources wait for each other: Company is read to write Posting (source Postings, "
        "line 18), Posting is read to write Company (source Firms, line 26)\n"
        "  mend: break the circle: take a type out of `reads`, or let another data source write it"
    )
    told = refusal(("Postings", "Posting", "Company"), ("Firms", "Company", "Posting"))
    assert told in (DOCS / "manifest.md").read_text(encoding="utf-8")


def test_the_shortest_circle_is_told_and_only_what_belongs_to_it() -> None:
    told = refusal(("A", "X", "Z"), ("B", "Y", "X"), ("C", "Z", "Y"), ("D", "V", "W Z"), ("E", "W", "V"))
    assert "V is read to write W (source E" in told
    assert "(source D" in told
    assert "source A" not in told


def test_a_source_that_reads_its_own_type_can_be_part_of_a_circle() -> None:
    told = refusal(("Notes", "X Y", "X"), ("Plain", "X", "Y"))
    assert "X is read to write Y (source Notes, line 10), Y is read to write X (source Plain, line 18)" in told


some, any_ = (st.sets(st.sampled_from("XYZ"), min_size=least, max_size=2) for least in (1, 0))
said = st.lists(st.tuples(some, any_), min_size=1, max_size=4)


@settings(max_examples=300, deadline=None)
@given(said)
def test_stages_are_the_earliest_that_let_every_source_see_what_it_reads(each: list[tuple[set[str], set[str]]]) -> None:
    text = manifest(*((f"S{n}", " ".join(sorted(w)), " ".join(sorted(r))) for n, (w, r) in enumerate(each)))
    possible = [levels for levels in product(range(len(each)), repeat=len(each)) if fits(levels, each)]
    try:
        found = stages(read_manifest(text).sources)
    except Problems:
        assert not possible
        return
    levels = {source.name: at for at, stage in enumerate(found) for source in stage.sources}
    mine = tuple(levels[f"S{n}"] for n in range(len(each)))
    assert mine in possible
    assert all(a <= b for other in possible for a, b in zip(mine, other, strict=True))
    for at, stage in enumerate(found):
        assert numbers(stage.sources) == sorted(numbers(stage.sources))
        for n in numbers(stage.sources):
            beside = {name for other, (writes, _) in enumerate(each) if mine[other] == at for name in writes}
            assert (f"S{n}" in stage.one_by_one) == bool(beside & each[n][1])


def fits(levels: Sequence[int], each: list[tuple[set[str], set[str]]]) -> bool:
    for reader, (writes, reads) in enumerate(each):
        for writer, (written, _) in enumerate(each):
            for name in reads & written if writer != reader else ():
                if levels[reader] < levels[writer] + (name not in writes):
                    return False
    return True


def numbers(sources: Sequence[DataSource]) -> list[int]:
    return [int(source.name[1:]) for source in sources]
