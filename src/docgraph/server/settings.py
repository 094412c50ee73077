"""What a process is told from outside: flags first, then the environment, then what is usual.

The only place that reads environment variables. The manifest's `${NAME}` gets its
values from here too, as a plain mapping.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from docgraph.api.limits import Limits
from docgraph.model.problem import Location, Problem
from docgraph.store.views import may_be_called

DEFAULT_PORT = 8000
MOST_WORKERS = 999
LIMIT = "DOCGRAPH_MAX_"  # before the name of a limit


class Settings(msgspec.Struct, frozen=True):
    """Everything about a process that is not in the project's own files."""

    project: Path  # the folder that holds subgraph.yaml; absolute
    database_url: str | None  # None: the private Postgres under the project
    index: str  # the name that deployments and views stand under in the database
    host: str
    port: int | None  # None: 8000, or the next free one; 0: any free one
    workers: int  # processes that run handlers; 1: the indexer itself does
    server_processes: int  # that answer at the address of `serve`; 1: the process itself does
    environment: Mapping[str, str]
    limits: Limits  # of what one request may cost

    @property
    def state(self) -> Path:
        """Where docgraph keeps what is its own: the private Postgres."""
        return self.project / ".docgraph"


def read_settings(
    project: Path,
    *,
    database_url: str | None = None,
    index: str | None = None,
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
    server_processes: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Settings from flags (None: not given), then from the environment, then the usual ones.

    Environment: DATABASE_URL, DOCGRAPH_INDEX, DOCGRAPH_HOST, DOCGRAPH_PORT, DOCGRAPH_WORKERS,
    DOCGRAPH_SERVE_WORKERS, and DOCGRAPH_MAX_… for the limits.

    Raises ValueError: DOCGRAPH_PORT is not a port, or the workers or a limit are not a number above zero. Raises
    Problem: no index can have this name.
    """
    environment = os.environ if environment is None else environment
    project = project.resolve()
    if port is None and (told := environment.get("DOCGRAPH_PORT")):
        if not told.isdecimal() or int(told) > 65535:
            raise ValueError(f"DOCGRAPH_PORT is '{told}', which is not a port: say a number from 0 to 65535")
        port = int(told)
    return Settings(
        project=project,
        database_url=database_url or environment.get("DATABASE_URL") or None,
        index=_index(index, environment) or index_name(project),
        host=host or environment.get("DOCGRAPH_HOST") or "127.0.0.1",
        port=port,
        workers=workers or _workers("DOCGRAPH_WORKERS", environment),
        server_processes=server_processes or _workers("DOCGRAPH_SERVE_WORKERS", environment),
        environment=environment,
        limits=_limits(environment),
    )


def _index(flag: str | None, environment: Mapping[str, str]) -> str | None:
    """The name that somebody has given, if any."""
    named = flag or environment.get("DOCGRAPH_INDEX") or None
    if named is not None and not may_be_called(named):
        raise Problem(
            f"an index cannot be called '{named}': Postgres or docgraph needs that name for itself",
            at=Location("--index" if flag else "DOCGRAPH_INDEX"),
            mend="give the index another name; without one it is called as the project's folder",
        )
    return named


def _workers(variable: str, environment: Mapping[str, str]) -> int:
    told = environment.get(variable) or "1"
    if not re.fullmatch(r"[1-9][0-9]{0,2}", told):
        raise ValueError(f"{variable} is '{told}': say a whole number from 1 to {MOST_WORKERS}")
    return int(told)


def _limits(environment: Mapping[str, str]) -> Limits:
    """The usual limits but for those that the environment names: DOCGRAPH_MAX_DEPTH is the limit `depth`."""
    told: dict[str, float] = {}
    for field in msgspec.structs.fields(Limits):
        name = limit_name(field.name)
        if text := environment.get(name):
            whole = field.type is int
            if not re.fullmatch(r"[0-9]{1,15}" if whole else r"[0-9]{1,9}(\.[0-9]{1,6})?", text) or float(text) == 0:
                kind = "a whole number" if whole else "a number of seconds"
                raise ValueError(f"{name} is '{text}': say {kind} above zero")
            told[field.name] = int(text) if whole else float(text)
    return msgspec.convert(told, Limits)


def limit_name(limit: str) -> str:
    """The environment variable that says a limit."""
    return LIMIT + limit.upper()


def index_name(project: Path) -> str:
    """The usual name of a project's index: its folder's name, as Postgres likes names."""
    name = re.sub(r"[^a-z0-9]+", "_", project.name.lower()).strip("_")
    return name if name and not name[0].isdigit() and may_be_called(name) else f"index_{name}".rstrip("_")
