"""The options that commands share, and the settings that they make together with the environment."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from docgraph.model.problem import Location, Problem
from docgraph.server.settings import MOST_WORKERS, Settings, read_settings


class Log(StrEnum):
    """How events are shown."""

    text = "text"
    json = "json"


ProjectOption = Annotated[Path, typer.Option("--project", "-p", help="The folder that holds subgraph.yaml.")]
IndexOption = Annotated[str | None, typer.Option("--index", help="Name of the index. Default: the folder's name.")]
HostOption = Annotated[str | None, typer.Option("--host", help="Address to listen on. Default: 127.0.0.1.")]
PortOption = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="Port. Default: 8000 or the next free one; 0: any.")
]
LogOption = Annotated[Log, typer.Option("--log", help="How to tell what happens.")]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        max=MOST_WORKERS,
        help="Processes that run handlers. Default: 1, no other than the indexer's own.",
    ),
]
ServeWorkersOption = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=MOST_WORKERS, help="Processes that answer. Default: 1, this one."),
]
HERE = Path()


def settings_of(
    project: Path,
    index: str | None = None,
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
    server_processes: int | None = None,
) -> Settings:
    """What the options say, then the environment, then what is usual.

    Raises Problem: the environment says what cannot be, or no index can have this name.
    """
    try:
        return read_settings(
            project, index=index, host=host, port=port, workers=workers, server_processes=server_processes
        )
    except ValueError as error:
        raise Problem(str(error), at=Location("environment"), mend="correct or unset it") from error
