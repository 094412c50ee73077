"""The commands. Each one turns its arguments into settings and one call.

Each imports what it runs when it runs. What answers takes as long to import as a small index takes to be made, and
every start would pay for it. No wall is dodged by that: `tests/test_house.py` holds these imports to the table, too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from docgraph.cli.options import (
    HERE,
    HostOption,
    IndexOption,
    Log,
    LogOption,
    PortOption,
    ProjectOption,
    ServeWorkersOption,
    WorkersOption,
    settings_of,
)
from docgraph.cli.outcome import AUTHORS_MISTAKE, SOMETHING_TO_DO, run, told
from docgraph.cli.terminal import VIEWS, Terminal, render_counts
from docgraph.model.problem import Location, Problem

app = typer.Typer(
    name="docgraph",
    help="Documents in, a typed GraphQL API out, always up to date.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def main() -> None:
    """The `docgraph` command."""
    app()


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="Where; it is made if it is not there.")] = HERE) -> None:
    """Write a small project that runs at once."""
    view = Terminal()
    with told(view):
        from docgraph.cli.scaffold import write_project

        for path in write_project(folder):
            view.say(f"  [green]+[/] {path.as_posix()}")
        enter = "" if folder == HERE else f"cd {folder} && "
        view.say(f"now: [bold]{enter}docgraph dev[/]")


@app.command()
def codegen(project: ProjectOption = HERE, quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False) -> None:
    """Write the typed entity classes to generated/schema.py."""
    view = Terminal()
    with told(view):
        from docgraph.server.generated import write_generated

        written = write_generated(settings_of(project))
        if not quiet:
            view.say(f"{'wrote' if written else 'up to date:'} generated/schema.py")


@app.command()
def check(
    project: ProjectOption = HERE,
    documents: Annotated[
        bool, typer.Option("--documents", help="Run every document through its handlers, too.")
    ] = False,
) -> None:
    """Judge manifest, schema and mappings without a database."""
    view = Terminal()
    with told(view):
        from docgraph.server.checking import check_documents, check_project

        settings = settings_of(project)
        loaded = check_project(settings)
        if documents:
            checked = run(check_documents(loaded, view.observe), view)
            if checked.failed:
                view.say(f"[bold red]{checked.failed:,} of {checked.documents:,} documents have problems[/]")
                raise typer.Exit(AUTHORS_MISTAKE)
            view.say(f"[green]ok[/] {checked.documents:,} documents, {checked.entities:,} entities")
        else:
            view.say(
                f"[green]ok[/] {len(loaded.manifest.sources)} data sources, {len(loaded.schema.entities)} entity types"
            )


@app.command()
def dev(
    project: ProjectOption = HERE,
    index: IndexOption = None,
    host: HostOption = None,
    port: PortOption = None,
    workers: WorkersOption = None,
    log: LogOption = Log.text,
) -> None:
    """Index the documents, watch them, and serve them with GraphiQL."""
    view = VIEWS[log.value]()
    with told(view):
        from docgraph.server.hosting import develop

        run(develop(settings_of(project, index, host, port, workers), view.observe), view)


@app.command("index")
def index_command(
    project: ProjectOption = HERE,
    index: IndexOption = None,
    watch: Annotated[bool, typer.Option("--watch", help="Keep indexing what changes.")] = False,
    workers: WorkersOption = None,
    log: LogOption = Log.text,
) -> None:
    """Index the documents; with --watch, go on as they change."""
    view = VIEWS[log.value]()
    with told(view):
        from docgraph.server.running import index_once, keep_indexed

        settings = settings_of(project, index, workers=workers)
        if watch:
            run(keep_indexed(settings, view.observe), view)
            return
        report = run(index_once(settings, view.observe), view)
        problems = f"{report.problems:,} problem{'' if report.problems == 1 else 's'}"
        view.say(f"[green]ok[/] block {report.block}, {report.documents:,} documents, {problems}")


@app.command()
def serve(
    project: ProjectOption = HERE,
    index: IndexOption = None,
    host: HostOption = None,
    port: PortOption = None,
    workers: ServeWorkersOption = None,
    log: LogOption = Log.text,
) -> None:
    """Serve what is indexed, and what will be."""
    view = VIEWS[log.value]()
    with told(view):
        from docgraph.server.hosting import serve_only

        settings = settings_of(project, index, host, port, server_processes=workers)
        run(serve_only(settings, view.observe), view)


@app.command()
def status(
    project: ProjectOption = HERE,
    index: IndexOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say what is indexed and what is wrong with it."""
    view = Terminal()
    with told(view):
        from docgraph.cli.status import show_status
        from docgraph.server.keeping import current_status

        found = run(current_status(settings_of(project, index)), view)
        if as_json:
            _print_json(msgspec.json.encode(found))
        else:
            show_status(found)


@app.command()
def plan(
    project: ProjectOption = HERE,
    index: IndexOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say what indexing would do now and why, without doing it. Exit code 3 if there is something to do."""
    view = Terminal()
    with told(view):
        from docgraph.cli.plan import show_plan
        from docgraph.server.planning import plan_index

        found = run(plan_index(settings_of(project, index)), view)
        if as_json:
            _print_json(msgspec.json.encode(found))
        else:
            show_plan(found)
        if not found.is_empty:
            raise typer.Exit(SOMETHING_TO_DO)


@app.command()
def query(
    text: Annotated[str, typer.Argument(help="A GraphQL query; - reads it from standard input.")],
    project: ProjectOption = HERE,
    index: IndexOption = None,
    variables: Annotated[str | None, typer.Option("--variables", "-v", help="A JSON object.")] = None,
    operation: Annotated[
        str | None, typer.Option("--operation", help="Which operation, where there are several.")
    ] = None,
) -> None:
    """Ask the index a question; the answer is JSON on standard output. Exit code 1 if it holds errors."""
    view = Terminal()
    with told(view):
        from docgraph.server.asking import ask

        values = _variables(variables)
        asked = sys.stdin.read() if text == "-" else text
        answer = run(ask(settings_of(project, index), asked, values, operation), view)
        _print_json(answer)
        if "errors" in msgspec.json.decode(answer):
            raise typer.Exit(AUTHORS_MISTAKE)


@app.command()
def verify(
    project: ProjectOption = HERE,
    index: IndexOption = None,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="Only run so many documents again.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Which documents --sample takes.")] = None,
    workers: WorkersOption = None,
) -> None:
    """Hold what is served against a clean rebuild. Exit code 1 if they differ."""
    view = Terminal()
    with told(view):
        from docgraph.cli.operating import show_sampled, show_verified
        from docgraph.server.sampling import verify_sample
        from docgraph.server.verifying import verify as verify_all

        settings = settings_of(project, index, workers=workers)
        if sample is not None:
            equal = show_sampled(run(verify_sample(settings, sample, seed), view), view.say)
        else:

            def moved(count: int) -> None:
                view.say(f"[yellow]again[/] documents have changed while verifying: {count:,}")

            equal = show_verified(run(verify_all(settings, view.observe, moved), view), view.say)
        if not equal:
            raise typer.Exit(AUTHORS_MISTAKE)


@app.command("list")
def list_command(
    project: ProjectOption = HERE,
    index: IndexOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Of every index in the database.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Name the deployments of the index: which is served, how large they are, whether a process writes them."""
    view = Terminal()
    with told(view):
        from docgraph.cli.deployments import show_deployments
        from docgraph.server.keeping import kept, kept_of_all

        settings = settings_of(project, index)
        found = run(kept_of_all(settings) if everything else kept(settings), view)
        if as_json:
            _print_json(msgspec.json.encode(found))
        else:
            show_deployments(found)


@app.command("prune")
def prune_command(project: ProjectOption = HERE, index: IndexOption = None) -> None:
    """Drop retired deployments, and history beyond what the manifest wants kept."""
    view = Terminal()
    with told(view):
        from docgraph.cli.operating import show_pruned
        from docgraph.server.history import prune

        show_pruned(run(prune(settings_of(project, index)), view), view.say)


@app.command("drop")
def drop_command(
    name: Annotated[str, typer.Argument(help="The index.")],
    project: ProjectOption = HERE,
    yes: Annotated[bool, typer.Option("--yes", help="Without asking.")] = False,
) -> None:
    """Remove an index with everything of it. The documents stay."""
    view = Terminal()
    with told(view):
        from docgraph.server.keeping import drop

        count = run(drop(settings_of(project, name), _agreed if yes else _asking(name)), view)
        view.say(f"[green]ok[/] {escape(name)} is gone, with {count} deployment{'' if count == 1 else 's'}")


@app.command("rewind")
def rewind_command(
    to_block: Annotated[int, typer.Option("--to-block", min=1, help="The block whose rows come back.")],
    project: ProjectOption = HERE,
    index: IndexOption = None,
) -> None:
    """Make the index look as of an earlier block, until it is indexed again."""
    view = Terminal()
    with told(view):
        from docgraph.server.history import rewound

        block = run(rewound(settings_of(project, index), to_block), view)
        view.say(f"[green]ok[/] block {block.number} looks as block {to_block} did  {render_counts(block)}")


def _asking(name: str) -> Callable[[], None]:
    """Asks whether the index shall be removed. Raises Problem: they say no, or there is nobody to ask."""

    def confirm() -> None:
        if not (sys.stdin.isatty() and typer.confirm(f"remove the index '{name}' with everything of it?")):
            raise Problem("nothing was removed", at=Location("drop"), mend="confirm it, or say --yes")

    return confirm


def _agreed() -> None:
    """Whoever ran the command has said so."""


def _print_json(text: bytes) -> None:
    """All of it, however slowly it is read: Python's own standard output may be unbuffered, and then it writes once."""
    with open(sys.stdout.fileno(), "wb", closefd=False) as out:
        out.write(msgspec.json.format(text, indent=2) + b"\n")


def _variables(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise Problem(
            f"not a JSON object: {error}", at=Location("--variables"), mend="""write it like '{"first": 5}'"""
        ) from error
