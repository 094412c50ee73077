"""`docgraph status` as a person reads it."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from docgraph.store.served import Status


def show_status(found: Status) -> None:
    """Print what is indexed and what is wrong with it to standard output."""
    console = Console(highlight=False)
    if found.building is not None:
        console.print(
            f"[yellow]building[/] deployment {found.building.deployment}, {found.building.documents:,} documents so far"
        )
    if found.block is None:
        console.print(f"[bold]{escape(found.index)}[/] serves nothing yet; run [bold]docgraph dev[/] or docgraph index")
        return
    console.print(
        f"[bold]{escape(found.index)}[/] deployment {found.deployment}, block {found.block.number}, "
        f"{found.block.timestamp:%Y-%m-%d %H:%M:%S} UTC"
    )
    if found.halted:
        noun = "one of the documents below is" if found.halted == 1 else f"{found.halted:,} of the documents below are"
        console.print(f"[bold red]halted[/] the next block waits until {noun} mended")
    documents = Table("source", "documents", "failed", box=None, pad_edge=False)
    for source in found.sources:
        documents.add_row(source.name, f"{source.documents:,}", f"[red]{source.failed:,}[/]" if source.failed else "0")
    console.print(documents)
    entities = Table("entity table", "rows", box=None, pad_edge=False)
    for name, rows in found.entities.items():
        entities.add_row(name, f"{rows:,}")
    console.print(entities)
    for problem in found.problems:
        console.print(f"[bold red]{escape(problem.source)}[/] {escape(str(problem))}", soft_wrap=True)
    if found.problems:
        console.print(f"[bold red]{len(found.problems):,} problem{'' if len(found.problems) == 1 else 's'}[/]")
