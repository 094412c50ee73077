"""One report of everything that was measured: Markdown for people, JSON for machines, and plots.

    python benchmarks/report.py FOLDER [--page docs/performance.md]

Made from the parts that the benchmarks left in FOLDER/parts; each of them makes it anew when it is done. With --page
goals, queries and growth take the place of what stands between `<!-- goals -->`, `<!-- queries -->`, `<!-- growth -->`
and `<!-- end -->` in a page, and the plots go beside it.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from goals import Goal, goals, of
from parts import FirstAnswer, Format, Growth, Part, PeerIndex, Queries, QueryLine, Said, Taken, kept
from plots import plot_growth, plot_queries

GROWTH_PLOT, QUERIES_PLOT = "growth.svg", "queries.svg"
QUERY_HEAD = (
    *("shape", "server", "answers/s", "of hand-written", "docgraph is × as fast", "p50 ms", "p99 ms"),
    *("server CPU µs", "Postgres CPU µs", "memory MB"),
)
GROWTH_HEAD = (
    *(
        "documents",
        "first index s",
        "read all s",
        "of COPY's rate",
        "CPU µs each",
        "memory MB",
        "nothing changed s",
        "× the walk",
    ),
    *("1 % changed s", "save to visible p50, p99 ms", "saved at once", "watching MB"),
    *("query by id ms, CPU µs", "100 by city ms, CPU µs"),
)
PEER_HEAD = (
    *("documents", "peer", "first index s", "docgraph is × as fast", "nothing changed s", "×", "1 % changed s", "×"),
    *("CPU µs each", "memory MB", "save to visible in Postgres p50, p90 ms"),
)
FORMAT_HEAD = (
    *("documents", "trades", "MB", "trades/s", "MB/s", "COPY trades/s", "of COPY's rate", "× the walk", "CPU µs each"),
    "memory MB",
)
FIRST_HEAD = ("clone s", "environment s", "packages s", "start to first answer s", "together s")
GOAL_HEAD = ("what", "goal", "measured", "met", "command")


def make(folder: Path) -> None:
    """Write report.md, report.json and the plots."""
    parts = list(kept(folder))
    reached = goals(parts)
    sizes, queries = of(parts, Growth), of(parts, Queries)
    if sizes:
        plot_growth(folder / GROWTH_PLOT, sizes)
    if queries:
        plot_queries(folder / QUERIES_PLOT, queries)
    (folder / "report.md").write_text("\n".join(as_markdown(parts, reached)) + "\n")
    content = {"goals": reached, "parts": parts}
    (folder / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(content)) + b"\n")


def publish(folder: Path, page: Path) -> None:
    """Put the figures into a page, and the plots beside it. Raises SystemExit: there is no place for them."""
    parts = list(kept(folder))
    text = page.read_text(encoding="utf-8")
    told = {
        "goals": table(GOAL_HEAD, [goal_row(each) for each in goals(parts)]),
        "queries": query_section(of(parts, Queries)),
        "growth": growth_section(of(parts, Growth)),
    }
    for name, lines in told.items():
        found = re.search(rf"<!-- {name} -->\n(.*?)<!-- end -->", text, re.DOTALL)
        if found is None:
            raise SystemExit(f"{page}: no place for {name}: put `<!-- {name} -->` and `<!-- end -->` there")
        filled = "".join(f"{line}\n" for line in lines)
        text = f"{text[: found.start(1)]}\n{filled}\n{text[found.end(1) :]}"
    page.write_text(text, encoding="utf-8")
    for plot in (GROWTH_PLOT, QUERIES_PLOT):
        if (folder / plot).exists():
            shutil.copyfile(folder / plot, page.parent / plot)


def as_markdown(parts: Sequence[Part], reached: Sequence[Goal]) -> Iterator[str]:
    yield "# Performance, measured"
    yield from ("", "## Goals", "")
    yield from table(GOAL_HEAD, [goal_row(each) for each in reached])
    if queries := of(parts, Queries):
        yield from ("", "## Queries", "", *query_section(queries))
    if sizes := of(parts, Growth):
        yield from ("", "## As documents grow in number", "", *growth_section(sizes))
    if formats := of(parts, Format):
        yield from ("", "## Documents that come to an index that is there", "")
        yield from table(FORMAT_HEAD, [format_row(each) for each in formats])
        yield from ("", *(f"- {each.name}: {of_rounds(each.rounds, each.taken)}" for each in formats))
    for first in of(parts, FirstAnswer):
        yield from ("", "## From a clone to the first answer", "", *table(FIRST_HEAD, [first_row(first)]))
        yield from ("", f"- {of_rounds(first.rounds, first.taken)}")
    for said in of(parts, Said):
        yield from ("", f"## {said.name}", "", f"`{said.command}`; {circumstances(said.taken)}", "")
        yield from ("```text", said.text.rstrip(), "```")


def goal_row(goal: Goal) -> Sequence[str]:
    met = {True: "yes", False: "no", None: ""}[goal.met]
    return (goal.what, goal.goal, goal.measured or "not measured", met, f"`{goal.command}`")


def query_section(queries: Sequence[Queries]) -> Iterator[str]:
    """A plot, a table, and how it was measured."""
    yield from (f"![Answers per second by shape and server]({QUERIES_PLOT})", "")
    yield from table(QUERY_HEAD, [query_row(each.shape, line) for each in queries for line in each.lines])
    yield ""
    for each in queries:
        told = f"{each.postings:,} postings, {each.connections} connections, runs of {each.seconds:g} s"
        yield f"- {each.shape}: {told}. {of_rounds(each.rounds, each.taken)}"


def query_row(shape: str, line: QueryLine) -> Sequence[str]:
    times = "" if line.times is None else f"{line.times:.2f}"
    return (
        *(shape, line.server, f"{line.rate:,.0f}", f"{line.ratio:.2f}", times, f"{line.p50:.1f}", f"{line.p99:.1f}"),
        *(f"{line.server_cpu:,.0f}", f"{line.postgres_cpu:,.0f}", f"{line.memory:,.0f}"),
    )


def growth_section(sizes: Sequence[Growth]) -> Iterator[str]:
    """The same for sizes, and for peers that had the same documents."""
    yield from (f"![Seconds, milliseconds, CPU and memory by the number of documents]({GROWTH_PLOT})", "")
    yield from table(GROWTH_HEAD, [growth_row(each) for each in sizes])
    yield ""
    for each in sizes:
        yield f"- {each.documents:,} documents: {of_rounds(each.rounds, each.taken)}"
    peers = [peer_row(each, peer) for each in sizes for peer in each.peers]
    if peers:
        yield from ("", *table(PEER_HEAD, peers))


def growth_row(each: Growth) -> Sequence[str]:
    blocks = f"{each.blocks} block{'' if each.blocks == 1 else 's'}"
    return (
        *(f"{each.documents:,}", f"{each.first:.2f}", f"{each.read:.3f}", f"{each.of_copy:.2f}"),
        *(f"{each.cpu:.0f}", f"{each.peak}"),
        *(f"{each.unchanged:.3f}", f"{each.of_walk:.1f}", f"{each.changed:.3f}"),
        f"{each.visible.p50:.1f}, {each.visible.p99:.1f}",
        f"{each.bursting:,} in {each.burst:,.0f} ms, {blocks}",
        f"{each.watching}",
        *(f"{one.p50:.2f}, {one.cpu:,.0f}" for one in (each.by_id, each.by_city)),
    )


def peer_row(growth: Growth, peer: PeerIndex) -> Sequence[str]:
    return (
        *(f"{growth.documents:,}", peer.name, f"{peer.first:.1f}", f"{peer.first_times:.1f}"),
        *(f"{peer.unchanged:.1f}", f"{peer.unchanged_times:.1f}", f"{peer.changed:.1f}", f"{peer.changed_times:.1f}"),
        *(f"{peer.cpu:,.0f}", f"{peer.peak}", f"{peer.visible.p50:.1f}, {peer.visible.p90:.1f}"),
    )


def format_row(each: Format) -> Sequence[str]:
    return (
        *(each.name, f"{each.trades:,}", f"{each.megabytes:.1f}", f"{each.per_second:,.0f}"),
        *(f"{each.megabytes_per_second:.2f}", f"{each.copy_per_second:,.0f}", f"{each.of_copy:.2f}"),
        *("" if each.of_walk is None else f"{each.of_walk:.1f}", f"{each.cpu:.1f}", f"{each.peak}"),
    )


def first_row(each: FirstAnswer) -> Sequence[str]:
    seconds = (each.clone, each.environment, each.packages, each.start, each.together)
    return tuple(f"{step:.2f}" for step in seconds)


def of_rounds(rounds: int, told: Taken) -> str:
    return f"Medians of {rounds} interleaved round{'' if rounds == 1 else 's'}; {circumstances(told)}"


def circumstances(told: Taken) -> str:
    return (
        f"{told.processors} processors, load average {told.load}, Python {told.python}, commit {told.commit}, "
        f"{told.at:%Y-%m-%d %H:%M} UTC"
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--page", type=Path)
    wanted = arguments.parse_args()
    make(wanted.folder)
    if wanted.page is not None:
        publish(wanted.folder, wanted.page)


if __name__ == "__main__":
    main()
