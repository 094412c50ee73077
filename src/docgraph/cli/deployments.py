"""What `docgraph list` prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from docgraph.store.keeping import Kept, State

COLOUR = {State.SERVING: "green", State.BUILDING: "yellow", State.RETIRED: "dim"}


def show_deployments(found: Sequence[Kept]) -> None:
    """Print one line for each deployment to standard output."""
    table = Table(
        *("index", "deployment", "state", "made (UTC)", "blocks", "documents", "size", "written by"),
        box=None,
        pad_edge=False,
    )
    for each in found:
        table.add_row(
            escape(each.index),
            str(each.id),
            f"[{COLOUR[each.state]}]{each.state.value}[/]",
            f"{each.created:%Y-%m-%d %H:%M}",
            f"{each.first_block}-{each.last_block}" if each.last_block else "-",
            f"{each.documents:,}",
            size(each.bytes),
            "a process" if each.writing else "nobody",
        )
    Console(highlight=False).print(table)


def size(count: int) -> str:
    """Bytes as a person says them."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
