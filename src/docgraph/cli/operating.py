"""What `docgraph prune` and `verify` print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.markup import escape

from docgraph.server.history import Pruned
from docgraph.server.sampling import Sampled
from docgraph.server.verifying import Verified
from docgraph.store.compare import Difference
from docgraph.store.remembered import Contrast

Say = Callable[[str], None]

MOST = 20  # differences told
WIDEST = 200  # characters of a value


def show_pruned(pruned: Pruned, say: Say) -> None:
    dropped = ", ".join(map(str, pruned.deployments)) or "none"
    kept = "all of it is kept" if pruned.keep is None else f"the last {_count(pruned.keep, 'block')} are kept"
    say(f"[green]ok[/] deployments dropped: {dropped}; versions removed from history: {pruned.versions:,}; {kept}")


def show_verified(verified: Verified, say: Say) -> bool:
    """Say how the index compares with a rebuild. Returns whether they are equal."""
    compared = verified.comparison
    for each in compared.differences[:MOST]:
        say(render_difference(each, verified.sources))
    if compared.failed:
        say(
            f"[yellow]left out[/] {_count(compared.failed, 'document')} with problems: "
            "what is served of a former content cannot be built again"
        )
    at = f"deployment {verified.deployment}, block {verified.block}"
    if compared.total:
        more = f", {MOST} of them shown" if len(compared.differences) > MOST or compared.total > MOST else ""
        say(f"[bold red]{_count(compared.total, 'difference')}[/] between {at} and a clean rebuild{more}")
        return False
    say(f"[green]ok[/] {at} equals a clean rebuild of {_count(compared.documents, 'document')}")
    return True


def show_sampled(sampled: Sampled, say: Say) -> bool:
    """Say what documents say when they are run again. Returns whether they say what the index holds."""
    for unsteady in sampled.unsteady[:MOST]:
        say(
            f"[bold red]unsteady[/] {escape(unsteady.handlers)} is not a function of its document "
            f"{escape(unsteady.document)}: {_contrasts(unsteady.contrasts, 'it fails in one of two runs', 'two runs')}"
        )
    for differing in sampled.differing[:MOST]:
        say(
            f"[bold red]differs[/] {escape(differing.document)}: "
            f"{_contrasts(differing.contrasts, 'it fails now, and did not when it was indexed', 'index and run')}"
        )
    if sampled.changed:
        say(f"[yellow]left out[/] {_count(sampled.changed, 'document')} that the index has not caught up with")
    run = sampled.same + len(sampled.unsteady) + len(sampled.differing)
    told = f"{_count(run, 'document')} run twice at block {sampled.block}, seed {sampled.seed}"
    if sampled.unsteady or sampled.differing:
        say(f"[bold red]{len(sampled.unsteady)} unsteady, {len(sampled.differing)} differing[/] of {told}")
        return False
    say(f"[green]ok[/] {told}")
    return True


def render_difference(found: Difference, sources: Sequence[str]) -> str:
    """`Item[a].name: served 'x', a rebuild gives 'y' (Items a.json)`."""
    ordinal, _, path = found.document.partition(" ")
    by = f" [dim]({escape(sources[int(ordinal)])} {escape(path)})[/]" if path else ""
    what = escape(f"{found.kind}[{found.key}]")
    if found.field is None:
        told = "served, and a rebuild has none" if found.served else "a rebuild has it, and it is not served"
        return f"[bold]{what}[/]: {told}{by}"
    return f"[bold]{what}.{found.field}[/]: served {_shown(found.served)}, a rebuild gives {_shown(found.rebuilt)}{by}"


def _contrasts(contrasts: Iterable[Contrast], none: str, between: str) -> str:
    told = [
        f"{escape(each.entity)}{f'.{each.field}' if each.field else ''} differs between {between}: "
        f"{_shown(each.one)} and {_shown(each.other)}"
        for each in contrasts
    ]
    return "; ".join(told[:3]) + (f"; and {len(told) - 3} more" if len(told) > 3 else "") or none


def _shown(held: object) -> str:
    if held is None:
        return "nothing"
    text = repr(held)
    return escape(text if len(text) <= WIDEST else text[:WIDEST] + "…")


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
