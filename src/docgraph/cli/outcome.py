"""How a command ends: its outcome as an exit code, and what went wrong shown.

Exit code 1 is for the author's mistakes, 75 (EX_TEMPFAIL) for the world's: an
orchestrator may try the latter again. `plan` leaves with 3 where there is something
to do: 2 is taken by arguments that cannot be read.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import typer
import uvloop
from rich.markup import escape

from docgraph.cli.terminal import View
from docgraph.model.problem import Problem, Problems, Unavailable
from docgraph.server.terminating import until_terminated

AUTHORS_MISTAKE = 1
SOMETHING_TO_DO = 3
WORLDS_FAULT = 75

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T], view: View) -> T:
    """Do the work to its end, or until SIGTERM. Raises Exit: it was that."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(until_terminated(work))
    except asyncio.CancelledError:
        raise typer.Exit(128 + signal.SIGTERM) from None
    finally:
        view.close()


@contextmanager
def told(view: View) -> Iterator[None]:
    """Show what went wrong and leave with the exit code that says whose fault it was."""
    try:
        yield
    except Problem as problem:
        view.show_problems([problem])
        raise typer.Exit(AUTHORS_MISTAKE) from None
    except Problems as problems:
        view.show_problems(problems.problems)
        raise typer.Exit(AUTHORS_MISTAKE) from None
    except Unavailable as fault:
        view.say(f"[bold red]unavailable[/] {escape(fault.what)}\n  [green]mend:[/] {escape(fault.mend)}")
        raise typer.Exit(WORLDS_FAULT) from None
    except KeyboardInterrupt:
        raise typer.Exit(128 + signal.SIGINT) from None
