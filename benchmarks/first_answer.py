"""Seconds from cloning this repository to the answer that its README promises, by step.

    python benchmarks/first_answer.py [--rounds 3] [--report FOLDER]

Each round clones the commit that is checked out into an empty folder, says `make dev` there, and asks the README's
query until the answer is the README's. The steps are told apart by the commands that make shows. A round that is not
counted goes before, so that pip has its packages wherever it keeps them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import msgspec

from parts import ROOT, FirstAnswer, keep, taken
from report import make

PATIENCE = 300.0  # seconds until a round counts as failed
LEAVING = 20.0  # seconds that processes have for ending by themselves
ADDRESS = re.compile(r"^GraphQL +(http://\S+)")
BEGINS = {"packages": "--editable", "start": "docgraph dev"}  # what the command that begins a step contains


class Line(msgspec.Struct, frozen=True):
    """What make or a command of it has said."""

    at: float  # seconds since make was started
    text: str


class Steps(msgspec.Struct, frozen=True):
    """One round, in seconds."""

    clone: float
    environment: float
    packages: float
    start: float  # of docgraph, to the answer
    together: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--report", type=Path, metavar="FOLDER")
    wanted = arguments.parse_args()
    rounds: list[Steps] = []
    for number in range(wanted.rounds + 1):
        found = one_round()
        print(f"{f'round {number}' if number else 'not counted'}: {told(msgspec.structs.asdict(found))}", flush=True)
        if number:
            rounds.append(found)
    medians = median(rounds)
    print(f"median: {told(medians)}")
    if wanted.report:
        keep(wanted.report, FirstAnswer(taken=taken(), rounds=wanted.rounds, **medians))
        make(wanted.report)


def median(rounds: Sequence[Steps]) -> dict[str, float]:
    """Of each step by itself, so together they need not be the whole."""
    return {name: statistics.median(getattr(each, name) for each in rounds) for name in Steps.__struct_fields__}


def told(seconds: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {each:.2f} s" for name, each in seconds.items())


def one_round() -> Steps:
    """Raises TimeoutError: there was no answer. Raises RuntimeError: make has ended."""
    with tempfile.TemporaryDirectory(prefix="docgraph-first-answer-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # where this is root, Postgres runs as another user
        clone = Path(folder, "docgraph")
        began = time.monotonic()
        subprocess.run(("git", "clone", "--quiet", ROOT, clone), check=True)
        cloned = time.monotonic() - began
        lines, answered = asyncio.run(until_answered(clone))
        return steps(cloned, lines, answered)


async def until_answered(clone: Path) -> tuple[Sequence[Line], float]:
    """What `make dev` said, and the seconds from its start to the answer."""
    query, promised = example(clone / "README.md")
    began = time.monotonic()
    async with developing(clone, began) as (lines, address):
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as client:
            await ask(client, await address, query, promised)
        return lines, time.monotonic() - began


def example(readme: Path) -> tuple[str, object]:
    """The query that README shows, and the answer."""
    text = readme.read_text(encoding="utf-8")
    query, answer = (re.search(rf"```{kind}\n(.*?)```", text, re.DOTALL) for kind in ("graphql", "json"))
    assert query is not None
    assert answer is not None
    return query[1], json.loads(answer[1])


def steps(cloned: float, lines: Sequence[Line], answered: float) -> Steps:
    """What make said, as seconds of each step; `answered` is since make was started."""
    begins = {name: next(line.at for line in lines if said in line.text) for name, said in BEGINS.items()}
    return Steps(
        clone=cloned,
        environment=begins["packages"],
        packages=begins["start"] - begins["packages"],
        start=answered - begins["start"],
        together=cloned + answered,
    )


async def ask(client: httpx.AsyncClient, address: str, query: str, promised: object) -> None:
    """Ask until the answer is the promised one."""
    while True:
        with suppress(httpx.TransportError):
            answer = await client.post(address, json={"query": query})
            if answer.status_code == httpx.codes.OK and answer.json() == promised:
                return
        await asyncio.sleep(0.01)


@asynccontextmanager
async def developing(clone: Path, began: float) -> AsyncIterator[tuple[Sequence[Line], asyncio.Future[str]]]:
    """`make dev`: its lines, which grow, and the address once it is told. All its processes are ended."""
    process = await asyncio.create_subprocess_exec(
        *("make", "dev"),
        cwd=clone,
        env=clean(os.environ) | {"DOCGRAPH_PORT": "0"},
        stdin=subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    lines: list[Line] = []
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    hearing = asyncio.create_task(hear(process, began, lines, address))
    try:
        yield lines, address
    finally:
        with suppress(ProcessLookupError):
            process.terminate()  # make hands it on, so that Postgres is stopped as well
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING):
                await hearing  # to the end of what the last of them says
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def hear(
    process: asyncio.subprocess.Process, began: float, lines: list[Line], address: asyncio.Future[str]
) -> None:
    assert process.stdout is not None
    async for each in process.stdout:
        lines.append(Line(time.monotonic() - began, each.decode(errors="replace").rstrip()))
        if not address.done() and (found := ADDRESS.match(lines[-1].text)):
            address.set_result(found[1])
    if not address.done():
        said = "\n".join(line.text for line in lines[-20:])
        address.set_exception(RuntimeError(f"`make dev` has ended before it served anything:\n{said}"))


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what is meant for the make or the docgraph that this may be run by."""
    ours = ("DOCGRAPH_", "MAKE", "MFLAGS")
    others = ("DATABASE_URL", "PYTHONPATH", "VIRTUAL_ENV")
    return {name: told for name, told in environment.items() if not name.startswith(ours) and name not in others}


if __name__ == "__main__":
    main()
