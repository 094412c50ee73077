"""What an index costs as its documents grow in number: 1,000 as well as 1,000,000.

    python benchmarks/growth.py [--documents 100000] [--rounds 3] [--edits 100] [--burst 500] [--workers 1]
        [--peers cocoindex] [--report FOLDER]

Writes that many small JSON files, a thousand to a folder. In every round it indexes them with `docgraph index`, starts
it again with nothing changed, and once more with 1 % changed; beside it, in the same round, the limits: listing the
files and their looks, reading all of them, and a binary COPY of the same rows into the same table with the same
indexes, and the peers that are named. Before a run that reads all documents each is read once, so that they are in the
page cache; of a million some may be out again when their turn comes (`measuring.warm`). Then edits are followed with
`docgraph index --watch` until `docgraph serve` answers with them, and queries are asked one by one. With --report the
figures go to the report in that folder, in the place of earlier ones of as many documents.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from docgraph.server.database import database
from docgraph.server.settings import read_settings
from items import SETTLED, edit_all, write_all
from live import Followed, edited, follow
from measuring import Ran, cluster_of, connected, copy, deployment, index, read, walk, warm
from parts import Growth, Latency, PeerIndex, keep, taken
from peers import cocoindex
from report import GROWTH_HEAD, PEER_HEAD, growth_row, make, peer_row, table

HERE = Path(__file__).resolve().parent
CHANGED = 100  # one document in so many


class Place(msgspec.Struct, frozen=True):
    """Where one round is run."""

    project: Path
    documents: Path
    dsn: str
    environment: dict[str, str]

    @property
    def name(self) -> str:
        """Of the index: the folder's."""
        return self.project.name


class Runs(msgspec.Struct, frozen=True):
    """Of one contestant in one round."""

    first: Ran
    unchanged: Ran
    changed: Ran  # with 1 % of the documents changed


class Round(msgspec.Struct, frozen=True):
    """docgraph's runs, the limits and the peers' runs, taken one after the other."""

    ours: Runs
    walk: float  # seconds
    read: float  # seconds
    copy: float  # seconds
    peers: dict[str, Runs]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--documents", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--edits", type=int, default=100)
    arguments.add_argument("--burst", type=int, default=500)
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--peers", nargs="*", default=[], choices=["cocoindex"])
    arguments.add_argument("--report", type=Path, metavar="FOLDER")
    wanted = arguments.parse_args()
    if wanted.peers:
        cocoindex.install()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        found = asyncio.run(run(Path(folder), wanted))
    print("\n".join(table(GROWTH_HEAD, [growth_row(found)])))
    if found.peers:
        print("\n".join(table(PEER_HEAD, [peer_row(found, each) for each in found.peers])))
    if wanted.report:
        keep(wanted.report, found)
        make(wanted.report)


async def run(folder: Path, wanted: argparse.Namespace) -> Growth:
    documents = folder / "documents"
    write_all(documents, wanted.documents)
    await asyncio.sleep(SETTLED)
    # The Postgres of a project that is none of the rounds', so that it stays up between them.
    shutil.copytree(HERE / "growth", folder / "host")
    rounds: list[Round] = []
    async with database(read_settings(folder / "host")) as dsn:
        for turn in range(wanted.rounds):
            project = folder / f"growth{turn}"
            shutil.copytree(HERE / "growth", project)
            told = {"DATABASE_URL": dsn, "DOCUMENTS": str(documents), "DOCGRAPH_WORKERS": str(wanted.workers)}
            place = Place(project, documents, dsn, os.environ | told)
            if rounds:
                await drop(folder / f"growth{turn - 1}", dsn, wanted)
            rounds.append(await one_round(place, wanted))
        cluster = await cluster_of(dsn)
        followed = await follow(
            place.project, place.environment, cluster, documents, wanted.documents, wanted.edits, wanted.burst
        )
        live = {name: await follow_peer(place, wanted) for name in wanted.peers}
        await drop(place.project, dsn, wanted)
    return tell(rounds, followed, live, wanted)


async def one_round(place: Place, wanted: argparse.Namespace) -> Round:
    chance, count = random.Random(place.name), wanted.documents
    changing = chance.sample(range(count), max(1, count // CHANGED))
    peers = {name: peer_of(place) for name in wanted.peers}
    walked = min(walk(place.documents) for _ in range(3))
    warm(place.documents)
    reading = read(place.documents)
    first = await index(place.project, place.environment)
    first_of_peers = {name: await warmed(each) for name, each in peers.items()}
    async with connected(place.dsn) as connection:
        namespace = await deployment(connection, place.name)
        for each in peers.values():
            await each.compare(connection, namespace, count)
        copied = await copy(connection, namespace, "item")
    unchanged = await index(place.project, place.environment)
    unchanged_of_peers = {name: await warmed(each) for name, each in peers.items()}
    edit_all(place.documents, changing, chance, f"changed for {place.name}")
    await asyncio.sleep(SETTLED)
    changed = await index(place.project, place.environment)
    changed_of_peers = {name: await warmed(each) for name, each in peers.items()}
    async with connected(place.dsn) as connection:
        for each in peers.values():
            await each.compare(connection, namespace, count)
    assert unchanged.block is None
    theirs = {
        name: Runs(first_of_peers[name], unchanged_of_peers[name], changed_of_peers[name]) for name in wanted.peers
    }
    return Round(Runs(first, unchanged, changed), walked, reading, copied, theirs)


def peer_of(place: Place) -> cocoindex.CocoIndex:
    state = place.project / "cocoindex.db"
    return cocoindex.CocoIndex(place.dsn, f"cocoindex_{place.name}", place.documents, state)


async def warmed(peer: cocoindex.CocoIndex) -> Ran:
    """One run of a peer, which may read documents that did not change as well."""
    warm(peer.documents)
    return await peer.update()


async def drop(project: Path, dsn: str, wanted: argparse.Namespace) -> None:
    """Make room: a round's index is asked no more."""
    async with connected(dsn) as connection:
        await connection.execute(f'drop schema "{await deployment(connection, project.name)}" cascade')
        if wanted.peers:
            await connection.execute(f'drop schema "cocoindex_{project.name}" cascade')
    shutil.rmtree(project)


async def follow_peer(place: Place, wanted: argparse.Namespace) -> Latency:
    """From a save to seeing it in Postgres, which is all that CocoIndex offers to be asked."""
    peer = peer_of(place)
    async with peer.following(), connected(place.dsn) as connection:
        return await edited(
            place.documents,
            wanted.documents,
            wanted.edits,
            peer.schema,
            lambda document, title: peer.seen(connection, document, title),
        )


def tell(rounds: Sequence[Round], followed: Followed, live: dict[str, Latency], wanted: argparse.Namespace) -> Growth:
    """The medians of the rounds."""
    count = wanted.documents

    def middle(figure: Callable[[Round], float]) -> float:
        return statistics.median(figure(each) for each in rounds)

    def peer(name: str) -> PeerIndex:
        def times(what: Callable[[Runs], Ran]) -> float:
            return middle(lambda each: what(each.peers[name]).wall / what(each.ours).wall)

        return PeerIndex(
            name,
            first=middle(lambda each: each.peers[name].first.wall),
            first_times=times(lambda runs: runs.first),
            unchanged=middle(lambda each: each.peers[name].unchanged.wall),
            unchanged_times=times(lambda runs: runs.unchanged),
            changed=middle(lambda each: each.peers[name].changed.wall),
            changed_times=times(lambda runs: runs.changed),
            cpu=middle(lambda each: each.peers[name].first.cpu / count * 1e6),
            peak=max(each.peers[name].first.peak for each in rounds),
            visible=live[name],
        )

    return Growth(
        taken(),
        len(rounds),
        count,
        first=middle(lambda each: committed(each.ours.first)),
        of_copy=middle(lambda each: each.copy / committed(each.ours.first)),
        copy_per_second=middle(lambda each: count / each.copy),
        cpu=middle(lambda each: each.ours.first.cpu / count * 1e6),
        peak=max(each.ours.first.peak for each in rounds),
        walk=middle(lambda each: each.walk),
        read=middle(lambda each: each.read),
        unchanged=middle(lambda each: each.ours.unchanged.scan),
        of_walk=middle(lambda each: each.ours.unchanged.scan / each.walk),
        changed=middle(lambda each: committed(each.ours.changed)),
        visible=followed.visible,
        burst=followed.burst,
        bursting=min(wanted.burst, count),
        blocks=followed.blocks,
        watching=followed.peak,
        by_id=followed.by_id,
        by_city=followed.by_city,
        peers=[peer(name) for name in wanted.peers],
    )


def committed(ran: Ran) -> float:
    """Seconds from the start of the scan to the commit."""
    assert ran.block is not None
    return ran.block


if __name__ == "__main__":
    main()
